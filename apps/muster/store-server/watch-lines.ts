/** A watch as lines of JSON: one for each event, a bookmark when it has been silent, an error line when it breaks. */
import { type Clock, type Duration, milliseconds } from '@muster/base/clock.ts'
import type { Event, Watch } from '@muster/store/store.ts'
import { encodeEvent } from '../store-api/entry.ts'
import { failureOf } from '../store-api/failure.ts'

/** A watch, and what its lines depend on. */
export interface WatchLinesDeps {
  readonly watch: Watch
  readonly clock: Clock
  readonly bookmarkEvery: Duration
  /** Aborts when the reader has gone; the watch is closed then. */
  readonly gone: AbortSignal
}

/**
 * The lines of a watch. Rejects when the watch cannot start (Gone, for one), so that the caller can still answer with
 * a status; what breaks it later is its last line.
 */
export async function watchLines(deps: WatchLinesDeps): Promise<AsyncIterable<string>> {
  const { watch, clock, gone } = deps
  const close = () => watch.close()
  if (gone.aborted) close()
  gone.addEventListener('abort', close, { once: true })
  // Read before the first event can be handed out, so that the bookmark does not overtake it.
  const start = bookmark(watch)
  const first = watch.next()
  // A watch that is refused is refused at once: one turn of the event loop is enough to learn it.
  await Promise.race([first, clock.sleep(milliseconds(0))])
  return lines(deps, start, first)
}

type Pending = ReturnType<Watch['next']>

async function* lines({ watch, clock, bookmarkEvery }: WatchLinesDeps, start: string, first: Pending) {
  let pending = first
  // Before anything happens, so that the reader knows that the watch stands, and where.
  yield start
  try {
    for (;;) {
      const arrived = await arrival(pending, clock, bookmarkEvery)
      if (arrived === 'silence') {
        const mark = bookmark(watch)
        // An event may have been handed out in this very turn; then the bookmark would overtake it.
        if ((await arrival(pending, clock, milliseconds(0))) === 'silence') yield mark
        continue
      }
      if (arrived.events === undefined) return
      yield arrived.events.map((event) => `${JSON.stringify(encodeEvent(event))}\n`).join('')
      pending = watch.next()
    }
  } catch (error) {
    yield `${JSON.stringify({ error: failureOf(error) })}\n`
  } finally {
    watch.close()
  }
}

const bookmark = (watch: Watch) => `${JSON.stringify({ bookmark: watch.revision })}\n`

interface Arrival {
  readonly events: readonly Event[] | undefined
}

/** The next events, or `silence` when there were none for so long. */
async function arrival(pending: Pending, clock: Clock, patience: Duration): Promise<Arrival | 'silence'> {
  const stop = new AbortController()
  const silence = clock.sleep(patience, stop.signal).then(
    () => 'silence' as const,
    () => 'silence' as const,
  )
  try {
    return await Promise.race([pending.then((events) => ({ events })), silence])
  } finally {
    stop.abort()
  }
}
