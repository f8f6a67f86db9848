/** A store at the other end of a network: each of its verbs is a kind of question. */
import { type Duration, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { Commit, CompactionPolicy, Event, LeaseId, Range, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import type { World } from '../world.ts'

/** What one long poll of a watch brought. */
export interface EventPage {
  readonly events: readonly Event[]
  /** All matching events up to here are in this page or in those before. */
  readonly revision: Revision
}

/** The verbs of a store that members use. Each may throw Timeout; a commit answers `unknown` instead. */
export type RemoteStore = Pick<Store, 'commit' | 'lease' | 'keepAlive' | 'revoke' | 'compact'> & {
  range(prefix: string): Promise<Range>
  /** The next events after a revision, at least one; or none, and a later revision, after a while. */
  events(prefix: string, after: Revision): Promise<EventPage>
}

/** The two ends of the wire. */
export interface StoreWire {
  serve(process: Process, store: Store): void
  connect(process: Process): RemoteStore
}

/** The name of the party that has the store. */
export const STORE = 'store'

/** Shorter than the lease of a lock, so that a lost question can be repeated in time. */
const ASK_TIMEOUT = seconds(1)
/** Longer than a poll of a watch waits for events. */
const EVENTS_TIMEOUT = seconds(3)
const POLL_LASTS = seconds(2)

/** The questions of one world's store. */
export function storeWire(world: World): StoreWire {
  const range = world.service<string, Range>()
  const commit = world.service<Commit, Awaited<ReturnType<Store['commit']>>>()
  const lease = world.service<Duration, LeaseId>()
  const keepAlive = world.service<LeaseId, Duration>()
  const revoke = world.service<LeaseId, void>()
  const compact = world.service<CompactionPolicy, void>()
  const events = world.service<{ readonly prefix: string; readonly after: Revision }, EventPage>()

  return {
    serve(process, store) {
      range.serve(process, (prefix) => store.range(prefix))
      commit.serve(process, (asked) => store.commit(asked))
      lease.serve(process, (ttl) => store.lease(ttl))
      keepAlive.serve(process, (id) => store.keepAlive(id))
      revoke.serve(process, (id) => store.revoke(id))
      compact.serve(process, (policy) => store.compact(policy))
      events.serve(process, ({ prefix, after }) => poll(process, store, prefix, after))
    },

    connect(process) {
      const ask = {
        range: range.client(process),
        commit: commit.client(process),
        lease: lease.client(process),
        keepAlive: keepAlive.client(process),
        revoke: revoke.client(process),
        compact: compact.client(process),
        events: events.client(process),
      }
      return {
        range: (prefix) => ask.range.ask(STORE, prefix, ASK_TIMEOUT),
        async commit(asked) {
          try {
            return await ask.commit.ask(STORE, asked, ASK_TIMEOUT)
          } catch (error) {
            if (hasCode(error, 'Timeout')) return { outcome: 'unknown', reason: 'the store did not answer' }
            throw error
          }
        },
        lease: (ttl) => ask.lease.ask(STORE, ttl, ASK_TIMEOUT),
        keepAlive: (id) => ask.keepAlive.ask(STORE, id, ASK_TIMEOUT),
        revoke: (id) => ask.revoke.ask(STORE, id, ASK_TIMEOUT),
        compact: (policy) => ask.compact.ask(STORE, policy, ASK_TIMEOUT),
        events: (prefix, after) => ask.events.ask(STORE, { prefix, after }, EVENTS_TIMEOUT),
      }
    },
  }
}

async function poll(process: Process, store: Store, prefix: string, after: Revision): Promise<EventPage> {
  const watch = store.watch(prefix, after)
  let bookmark = after
  const timer = process.after(POLL_LASTS, () => {
    bookmark = watch.revision
    watch.close()
  })
  try {
    const events = await watch.next()
    return events === undefined
      ? { events: [], revision: bookmark }
      : cutAnywhere(events, watch.revision, process.random)
  } finally {
    process.cancel(timer)
    watch.close()
  }
}

/** Ends a page after any of its events, also in the middle of a commit: it must be possible to go on from there. */
function cutAnywhere(events: readonly Event[], revision: Revision, random: Random): EventPage {
  const count = between(random, 1, events.length)
  const last = events[count - 1]
  return count === events.length || last === undefined
    ? { events, revision }
    : { events: events.slice(0, count), revision: last.revision }
}
