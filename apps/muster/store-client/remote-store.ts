/** A store on the other side of HTTP, behind the same interface as one in this process. */
import type { Clock } from '@muster/base/clock.ts'
import { formatInstant, milliseconds } from '@muster/base/clock.ts'
import { RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { CommitOutcome, Entry, Range, RangeOptions, Store } from '@muster/store/store.ts'
import { decodeGuard, encodeCommit } from '../store-api/commit.ts'
import { decodeEntry, decodeVersion } from '../store-api/entry.ts'
import { errorOfFailure } from '../store-api/failure.ts'
import { type Fields, parseFields } from '../store-api/fields.ts'
import { decodeStatus } from '../store-api/status.ts'
import { type Answer, ask, type Call, open, reasonOf, send, statusIn, unreachable } from './call.ts'
import { remoteWatch } from './remote-watch.ts'

/** Where the store is, and how to wait for it. */
export interface RemoteStoreDeps {
  /** Such as `http://127.0.0.1:7480`. */
  readonly server: string
  readonly clock: Clock
}

/**
 * A store at an address. Every call throws what the far store throws, or Unavailable (MUS0201) when nobody answers;
 * a commit whose answer is lost is `unknown`.
 */
export function openRemoteStore(deps: RemoteStoreDeps): Store {
  const { server } = deps
  const read = (path: string, parameters: Call['parameters'] = {}) => ask({ server, path, parameters })
  const write = (path: string, body: unknown) => ask({ server, path, body })
  return {
    async range(prefix, options = {}) {
      if (options.limit !== undefined) return decodeRange(await read('/v1/range', { prefix, ...options }))
      return wholeRange((page) => read('/v1/range', { prefix, ...page }).then(decodeRange), options)
    },
    async commit(commit) {
      const answer = await send({ server, path: '/v1/commit', body: encodeCommit(commit) })
      if (answer.answer === 'heard') return outcomeOf(answer)
      if (answer.answer === 'unsent') throw unreachable(server, answer.cause)
      return { outcome: 'unknown', reason: reasonOf(answer.cause) }
    },
    watch: (prefix, after) => remoteWatch(deps, prefix, after),
    lease: async (ttl) => (await write('/v1/lease', { ttlSeconds: ttl / 1000 })).text('lease'),
    keepAlive: async (lease) =>
      milliseconds((await write('/v1/lease/keep-alive', { lease })).amount('ttlSeconds') * 1000),
    async revoke(lease) {
      await write('/v1/lease/revoke', { lease })
    },
    async history(key, options = {}) {
      return (await read('/v1/history', { key, ...options })).list('versions').map(decodeVersion)
    },
    erase: async (key) => (await write('/v1/erase', { key })).count('erased', 0),
    async compact(policy) {
      await write('/v1/compact', policy)
    },
    revisionAt: async (time) => (await read('/v1/revision-at', { time: formatInstant(time) })).revision('revision'),
    async *snapshot() {
      const blocks = await open({ server, path: '/v1/snapshot' })
      try {
        yield* blocks
      } catch (cause) {
        throw unreachable(server, cause)
      }
    },
    status: async () => decodeStatus(await read('/v1/status')),
    head: async () => decodeStatus(await read('/v1/status')).head,
    // The store belongs to its server: a caller that leaves closes nothing.
    async close() {},
  }
}

const decodeRange = (fields: Fields): Range => ({
  entries: fields.list('entries').map(decodeEntry),
  revision: fields.revision('revision'),
  ...(fields.has('next') && { next: fields.text('next') }),
})

/** All pages as one range, every page as of the revision of the first. */
async function wholeRange(readPage: (page: RangeOptions) => Promise<Range>, options: RangeOptions): Promise<Range> {
  const entries: Entry[] = []
  let page = await readPage({ ...options, limit: RANGE_LIMIT_MAX })
  entries.push(...page.entries)
  while (page.next !== undefined) {
    page = await readPage({ at: page.revision, from: page.next, limit: RANGE_LIMIT_MAX })
    entries.push(...page.entries)
  }
  return { entries, revision: page.revision }
}

function outcomeOf(answer: Extract<Answer, { answer: 'heard' }>): CommitOutcome {
  if (answer.ok) {
    const fields = parseFields(answer.bytes)
    return { outcome: 'committed', revision: fields.revision('revision'), revisions: fields.revisions('revisions') }
  }
  const status = statusIn(answer)
  const details = status.has('details') ? status.object('details') : undefined
  const outcome = details?.has('outcome') ? details.text('outcome') : undefined
  if (details && outcome === 'conflict') {
    return { outcome, guard: decodeGuard(details.object('guard'), 'guard'), revision: details.revision('revision') }
  }
  if (outcome === 'unknown') return { outcome, reason: status.text('message') }
  throw errorOfFailure(status)
}
