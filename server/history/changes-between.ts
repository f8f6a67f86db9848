/**
 * GET `/changes`: what happened in some time, as a digest; see `@muster/api/history/digest.ts`.
 *
 *     ?from=-1h&to=2026-11-24T14:02:00Z     from an hour ago when absent, to now
 *     ?clusters=eu-*,us-1                   over all logical clusters: those whose names fit
 *     ?namespace=shop                       in one namespace
 *
 * It tells of every object, so it is a path of its own, which roles name as such; administrators have it.
 */
import { readAsOf } from '@muster/api/history/as-of.ts'
import { fieldChanges } from '@muster/api/history/changes.ts'
import { type Digest, digestOf, type WrittenChange } from '@muster/api/history/digest.ts'
import { type ApiRequest, type ApiResponse, answerJson } from '@muster/api/message.ts'
import { badRequest, expired, methodNotAllowed } from '@muster/api/status.ts'
import { type Clock, formatInstant, type Instant, minutes } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import { parseKey } from '../storage/key.ts'
import { parseBytes } from '../storage/stored-object.ts'
import { accountOf } from './cause.ts'

/** Writes that one digest is made of. More would take minutes, and say no more. */
export const WRITES_MAX = 200_000

/** Of which time people ask. */
const USUAL_SPAN = minutes(60)

/** What it takes. */
export interface ChangesDeps {
  readonly store: Pick<Store, 'history' | 'revisionAt' | 'status' | 'watch'>
  readonly clock: Pick<Clock, 'now'>
  /** Lets others of this thread have their turn. */
  readonly pause: () => Promise<void>
}

/** A digest, and of which time. */
export interface ChangeDigest extends Digest {
  readonly kind: 'ChangeDigest'
  readonly apiVersion: 'history.muster.dev/v1'
  readonly from: string
  readonly to: string
  /** There were more writes than a digest is made of: it ends here, and not at `to`. */
  readonly cutAt?: string
}

/** Answers with the digest. Throws BadRequest for a time that is none, Gone for one that is no longer kept. */
export const changesHandler =
  (deps: ChangesDeps) =>
  (request: ApiRequest, cluster: string): Promise<ApiResponse> =>
    answerChanges(deps, request, cluster)

async function answerChanges(deps: ChangesDeps, request: ApiRequest, cluster: string): Promise<ApiResponse> {
  if (request.method !== 'GET') throw methodNotAllowed({ group: '', resource: 'changes' }, request.method.toLowerCase())
  const { query } = request
  const now = deps.clock.now()
  const moment = (name: string, otherwise: Instant): Instant => {
    const read = readAsOf(query.get(name) || formatInstant(otherwise), now)
    if ('why' in read) throw badRequest(`${name}: ${read.why} (this server's clock says ${formatInstant(now)})`)
    return read.at
  }
  const from = moment('from', (now - USUAL_SPAN) as Instant)
  const to = moment('to', now)
  if (from > to) throw badRequest(`from: ${formatInstant(from)} lies after to, ${formatInstant(to)}`)
  const fits = clusterFilter(cluster, query.get('clusters'))
  const namespace = query.get('namespace') || undefined
  const { writes, cutAt } = await readWrites(deps, { from, to, fits, namespace })
  const digest: ChangeDigest = {
    kind: 'ChangeDigest',
    apiVersion: 'history.muster.dev/v1',
    from: formatInstant(from),
    to: formatInstant(to),
    ...(cutAt === undefined ? {} : { cutAt: formatInstant(cutAt) }),
    ...digestOf(writes),
  }
  return answerJson(200, digest)
}

interface Asked {
  readonly from: Instant
  readonly to: Instant
  readonly fits: (cluster: string) => boolean
  readonly namespace: string | undefined
}

async function readWrites(deps: ChangesDeps, asked: Asked) {
  const { store, pause } = deps
  const first = await store.revisionAt(asked.from)
  const last = ((await store.revisionAt((asked.to + 1) as Instant)) - 1) as Revision
  const writes: WrittenChange[] = []
  let cutAt: Instant | undefined
  if (last < first) return { writes, cutAt }
  const watch = store.watch('', Math.max(0, first - 1) as Revision)
  const found = new Map<string, Event[]>()
  let count = 0
  try {
    for (let events = await watch.next(last); events && cutAt === undefined; events = await watch.next(last)) {
      if (events.length === 0) break
      for (const event of events) {
        const key = parseKey(event.key)
        if (!key || !asked.fits(key.cluster)) continue
        if (asked.namespace !== undefined && key.namespace !== asked.namespace) continue
        if (count++ >= WRITES_MAX) {
          cutAt = event.time
          break
        }
        const known = found.get(event.key)
        if (known) known.push(event)
        else found.set(event.key, [event])
      }
      if (watch.revision >= last) break
      await pause()
    }
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    throw expired(
      `changes are kept from revision ${(await store.status()).horizon} on, and ${formatInstant(asked.from)} lies before it`,
    )
  } finally {
    watch.close()
  }
  let read = 0
  for (const [text, events] of found) {
    const key = parseKey(text)
    if (!key) continue
    const causes = new Map(
      (await store.history(text, { from: events[0]?.revision as Revision, to: last })).map(({ revision, cause }) => [
        revision,
        cause,
      ]),
    )
    for (const event of events) {
      const cause = causes.get(event.revision)
      if (cause) writes.push(written(key, event, accountOf(cause)))
    }
    if (++read % PAUSE_EVERY === 0) await pause()
  }
  return { writes, cutAt }
}

/** Keys that are read between two turns of others. */
const PAUSE_EVERY = 50

function written(key: NonNullable<ReturnType<typeof parseKey>>, event: Event, by: WrittenChange['by']): WrittenChange {
  const { previous, revision, time } = event
  const isNew = event.event === 'put' && event.entry.version === 1
  const fields =
    event.event === 'put' && !isNew && previous
      ? fieldChanges(parseBytes(previous.value), parseBytes(event.entry.value))
      : []
  return {
    ...key,
    revision: String(revision),
    time: formatInstant(time),
    change: event.event === 'delete' ? 'deleted' : isNew ? 'created' : 'updated',
    by,
    // Values of Secrets are for who reads the object, and not for who asks what happened.
    fields: key.resource === 'secrets' ? fields.map(({ field }) => ({ field })) : fields,
  }
}

/** Which logical clusters are meant: the one of the path, or those whose names fit one of some patterns. */
function clusterFilter(cluster: string, patterns: string | null): (name: string) => boolean {
  if (cluster !== '*') return (name) => name === cluster
  if (!patterns) return () => true
  const fits = patterns.split(',').map(
    (pattern) =>
      new RegExp(
        `^${pattern
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replace(/\*/g, '.*')
          .replace(/\?/g, '.')}$`,
      ),
  )
  return (name) => fits.some((one) => one.test(name))
}
