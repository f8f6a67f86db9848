/** Who asks: writers that meet on a few pods, followers that watch, a warden of namespaces, a compactor. */
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick } from '@muster/base/random.ts'
import type { Process } from '../party.ts'
import type { Client } from '../request.ts'
import { SERVER, SERVERS } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { WATCH_LASTS_MAX } from './server.ts'
import type { Answer, Call, Line, Place, Question } from './wire.ts'
import { CLUSTERS, COLORS, NAMESPACES, NODES, PLACES, POD_NAMES, VIEWS } from './words.ts'

/** What a client is given. */
export interface ClientDeps {
  /** Counts what all clients ask. */
  readonly nextRequest: () => number
  readonly process: Process
  readonly audit: Audit
  readonly client: Client<Question, Answer>
}

/** Shorter than a server waits for a revision: whoever asks is soon back after a crash. */
const ASK_TIMEOUT = seconds(1.5)
/** Longer than a watch lasts. */
const WATCH_TIMEOUT = seconds(5)

/** Asks one of the servers, whichever. */
function ask(deps: ClientDeps, call: Call, timeout: Duration = ASK_TIMEOUT): Promise<Answer> {
  const { process, client, nextRequest } = deps
  return client.ask(SERVER, { request: nextRequest(), server: pick(process.random, SERVERS), call }, timeout)
}

/** Writes pods of all kinds, and reads at any server what it has heard is written. */
export async function writer(deps: ClientDeps): Promise<never> {
  const { process, audit } = deps
  const { random, clock } = deps.process
  for (;;) {
    await clock.sleep(milliseconds(between(random, 1, 120)))
    const id = newId(random)
    const at: Place = {
      cluster: pick(random, CLUSTERS),
      namespace: pick(random, NAMESPACES),
      name: pick(random, POD_NAMES),
    }
    try {
      const answer = await ask(deps, writeOf(id, at, process))
      if (answer.answer !== 'written') continue
      audit.acknowledged(id, answer)
      const found = await ask(deps, { call: 'get', at })
      if (found.answer === 'found') audit.read(at, answer.revision, found)
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}

function writeOf(id: string, at: Place, { random }: Process): Call {
  const look = { color: pick(random, COLORS), nodeName: pick(random, NODES) }
  switch (between(random, 0, 5)) {
    case 0:
      return { call: 'put', id, at, look, how: 'create' }
    case 1:
    case 2:
      return { call: 'put', id, at, look, how: 'apply' }
    case 3:
      return { call: 'rewrite', id, at }
    case 4:
      return { call: 'delete', id, at }
    default:
      return { call: 'paint', id, at, color: look.color }
  }
}

/** Lists and watches one view after another for as long as it lives, and goes on from wherever it was cut. */
export async function follower(deps: ClientDeps): Promise<never> {
  const { process, audit } = deps
  const { random, clock } = deps.process
  const told = audit.follower(process.name)
  for (;;) {
    const index = between(random, 0, VIEWS.length - 1)
    const view = VIEWS[index] ?? VIEWS[0]
    let cursor: string | undefined
    for (let turn = between(random, 1, 12); turn > 0; turn--) {
      try {
        const isLost = cursor === undefined
        if (chance(random, 0.4)) {
          const { items, revision, exact } = await listAll(deps, index)
          told.listed(view, items, revision, exact)
          cursor = String(revision)
          continue
        }
        const lasts = milliseconds(between(random, 50, WATCH_LASTS_MAX))
        const call = {
          call: 'watch',
          view: index,
          sendInitialEvents: isLost,
          resourceVersion: cursor ?? pick(random, ['', '0']),
          lasts,
        } as const
        const answer = await ask(deps, call, WATCH_TIMEOUT)
        if (answer.answer !== 'watched') continue
        told.watched(view, answer.lines, isLost)
        cursor = nextCursor(cursor, answer.lines, isLost)
        // Away so long that what it has missed is in no server's memory.
        if (chance(random, 0.3)) await clock.sleep(milliseconds(between(random, 200, 2_000)))
      } catch (error) {
        if (!isControlError(error)) throw error
        if (hasCode(error, 'Gone')) cursor = undefined
        await clock.sleep(milliseconds(200))
      }
    }
  }
}

/** Where a watch goes on; undefined when it must begin again. */
function nextCursor(cursor: string | undefined, lines: readonly Line[], initial: boolean): string | undefined {
  const begins = lines.findIndex((line) => line.line === 'BOOKMARK' && line.endsInitialEvents)
  if (initial && begins < 0) return undefined
  const last = lines.at(-1)
  if (last === undefined) return cursor
  return last.line === 'ERROR' ? undefined : String(last.revision)
}

/** All pages of a list, which are of one revision; begun again when that is lost. */
async function listAll(deps: ClientDeps, view: number) {
  const { random } = deps.process
  const limit = pick(random, [0, 0, 1, 3])
  const resourceVersion = pick(random, ['', '0'])
  const items: (readonly [string, number])[] = []
  let token = ''
  let revision = 0
  for (;;) {
    const call = { call: 'list', view, limit, continue: token, resourceVersion, resourceVersionMatch: '' } as const
    const page = await ask(deps, call)
    if (page.answer !== 'listed') continue
    items.push(...page.items)
    revision = page.revision
    if (page.continue === undefined) break
    token = page.continue
  }
  if (chance(random, 0.7)) return { items, revision, exact: false }
  // The same again, as it was: and a little before that, too.
  const earlier = Math.max(1, revision - between(random, 0, 5))
  const call = {
    call: 'list',
    view,
    limit: 0,
    continue: '',
    resourceVersion: String(earlier),
    resourceVersionMatch: 'Exact',
  } as const
  const exact = await ask(deps, call)
  return exact.answer === 'listed'
    ? { items: exact.items, revision: exact.revision, exact: true }
    : { items, revision, exact: false }
}

/** Opens and closes namespaces. */
export async function warden(deps: ClientDeps): Promise<never> {
  const { audit } = deps
  const { random, clock } = deps.process
  const open = async (cluster: string, namespace: string, isOpen: boolean) => {
    const id = newId(random)
    const answer = await ask(deps, { call: 'open', id, at: { cluster, namespace }, isOpen })
    if (answer.answer === 'written') audit.acknowledged(id, answer)
  }
  for (let round = 0; ; round++) {
    try {
      for (const [cluster, namespace] of round === 0 ? PLACES : []) await open(cluster, namespace, true)
      await clock.sleep(milliseconds(between(random, 10, 200)))
      const [cluster, namespace] = PLACES[between(random, 0, PLACES.length - 1)] ?? ['main', 'shop']
      await open(cluster, namespace, chance(random, 0.7))
    } catch (error) {
      if (!isControlError(error)) throw error
      if (round === 0) round = -1
      await clock.sleep(milliseconds(200))
    }
  }
}

/** How far behind the newest revision the compactor cuts, at most. */
const COMPACTION_LAG_MAX = 60

/** Compacts now and then. */
export async function compactor(deps: ClientDeps): Promise<never> {
  const { random, clock } = deps.process
  for (;;) {
    await clock.sleep(seconds(between(random, 1, 6)))
    try {
      await ask(deps, { call: 'compact', lag: between(random, 0, COMPACTION_LAG_MAX) })
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}
