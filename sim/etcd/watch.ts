/** A watch of etcd: whole revisions in order, unless its reader asked for fragments. */
import { ControlError } from '@muster/base/errors.ts'
import type { Keyspace } from './keyspace.ts'
import type { EtcdEvent, KeyRange } from './words.ts'

/** From which revision on; 0 or absent: from now on. */
export interface WatchRequest extends KeyRange {
  readonly startRevision?: number
  readonly previous?: boolean
  /** Lets etcd cut the changes of one revision in pieces. */
  readonly fragment?: boolean
}

/** One message of a watch. */
export type WatchResponse =
  | { readonly watch: 'events'; readonly events: readonly EtcdEvent[]; readonly revision: number }
  /** More of the same revision follows: what comes after must not be resumed from here. */
  | { readonly watch: 'fragment'; readonly events: readonly EtcdEvent[]; readonly revision: number }
  /** Everything up to this revision has been sent. */
  | { readonly watch: 'progress'; readonly revision: number }
  /** Compaction has passed it; the watch is over. */
  | { readonly watch: 'compacted'; readonly compactRevision: number }

/** An open watch with one reader. */
export interface EtcdWatch {
  /** The next message. Throws Unavailable once the stream has broken. Undefined once cancelled by its reader. */
  next(): Promise<WatchResponse | undefined>
  /** Asks for a progress message, which comes once there is nothing else to send. */
  requestProgress(): void
  cancel(): void
}

/** The side of a watch that the model moves. */
export interface WatchEnd extends EtcdWatch {
  wake(): void
  break(): void
}

/** etcd sends at most so many events at once to a watch that is behind, but never part of a revision. */
const BATCH_EVENTS_MAX = 1000

/** Where the model cuts fragments: etcd does at --max-request-bytes. Small, so that it happens. */
export const FRAGMENT_EVENTS = 2

/** A watch that reads the keyspace whenever its reader asks, waiting `lag` before each look. */
export function openWatch(keyspace: Keyspace, request: WatchRequest, lag: () => Promise<void>): WatchEnd {
  let next = request.startRevision || keyspace.revision + 1
  let fragments: WatchResponse[] = []
  let progressWanted = false
  let over: 'cancelled' | 'broken' | undefined
  let wake = () => {}

  const look = (): WatchResponse | undefined => {
    if (next < keyspace.compacted) {
      over = 'cancelled'
      return { watch: 'compacted', compactRevision: keyspace.compacted }
    }
    const events = wholeRevisions(keyspace.eventsFrom(request, next))
    const last = events.at(-1)
    if (last !== undefined) {
      const behind = events.length >= BATCH_EVENTS_MAX
      const revision = behind ? last.kv.modRevision : keyspace.revision
      next = revision + 1
      fragments = cut(request.previous ? events : events.map(withoutPrevious), revision, request.fragment ?? false)
      return fragments.shift()
    }
    next = Math.max(next, keyspace.revision + 1)
    if (!progressWanted) return undefined
    progressWanted = false
    return { watch: 'progress', revision: keyspace.revision }
  }

  return {
    async next() {
      for (;;) {
        if (over === 'broken') throw new ControlError('Unavailable', 'the watch stream has broken')
        if (over === 'cancelled') return undefined
        const response = fragments.shift() ?? look()
        if (response !== undefined) return response
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        await lag()
      }
    },
    requestProgress() {
      progressWanted = true
      wake()
    },
    cancel() {
      over ??= 'cancelled'
      wake()
    },
    wake: () => wake(),
    break() {
      over ??= 'broken'
      wake()
    },
  }
}

/** The first events, up to the limit, and then on to the end of the last one's revision. */
function wholeRevisions(events: readonly EtcdEvent[]): readonly EtcdEvent[] {
  const last = events[BATCH_EVENTS_MAX - 1]?.kv.modRevision
  return last === undefined ? events : events.filter((event) => event.kv.modRevision <= last)
}

function cut(events: readonly EtcdEvent[], revision: number, fragment: boolean): WatchResponse[] {
  const size = fragment ? FRAGMENT_EVENTS : events.length
  const responses: WatchResponse[] = []
  for (let from = 0; from < events.length; from += size) {
    const watch = from + size < events.length ? 'fragment' : 'events'
    responses.push({ watch, events: events.slice(from, from + size), revision })
  }
  return responses
}

const withoutPrevious = ({ previous: _, ...event }: EtcdEvent): EtcdEvent => event
