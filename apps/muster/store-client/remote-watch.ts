/** A watch on the other side of HTTP: lines of JSON, turned back into events as its reader asks for them. */
import type { Clock } from '@muster/base/clock.ts'
import { seconds } from '@muster/base/clock.ts'
import type { Event, Revision, Watch } from '@muster/store/store.ts'
import { decodeEvent } from '../store-api/entry.ts'
import { errorOfFailure } from '../store-api/failure.ts'
import { type Fields, parseFields } from '../store-api/fields.ts'
import { open, unreachable } from './call.ts'
import { linesOf } from './lines.ts'

/** Three bookmarks that did not come: the connection is dead, though nobody has said so. */
const SILENCE_MAX = seconds(30)

/** Opens a watch over HTTP. `next` throws Unavailable (MUS0201) when the server is lost; resume at `revision`. */
export function remoteWatch(
  { server, clock }: { readonly server: string; readonly clock: Clock },
  prefix: string,
  after: Revision,
): Watch {
  const stop = new AbortController()
  let revision = after
  let closed = false
  let lines: AsyncIterator<readonly Uint8Array[]> | undefined

  const nextLines = async () => {
    lines ??= linesOf(await open({ server, path: '/v1/watch', parameters: { prefix, after }, signal: stop.signal }))
    return withPatience(lines.next(), clock, () => stop.abort())
  }

  /** The events of one block of lines; bookmarks only move the cursor. */
  const take = (block: readonly Fields[]): readonly Event[] => {
    const events: Event[] = []
    for (const line of block) {
      if (line.has('error')) throw errorOfFailure(line.object('error'))
      if (line.has('bookmark')) {
        revision = line.revision('bookmark')
        continue
      }
      const event = decodeEvent(line)
      events.push(event)
      revision = event.revision
    }
    return events
  }

  const watch: Watch = {
    get revision() {
      return revision
    },
    async next(upTo) {
      while (!closed) {
        try {
          const { done, value } = await nextLines()
          if (done) break
          const events = take(value.map((line) => parseFields(line)))
          if (events.length > 0 || (upTo !== undefined && revision >= upTo)) return events
        } catch (error) {
          if (closed) return undefined
          throw unreachable(server, error)
        }
      }
      if (closed) return undefined
      throw unreachable(server, 'the server ended the watch')
    },
    close() {
      closed = true
      stop.abort()
    },
    async *[Symbol.asyncIterator]() {
      for (let events = await watch.next(); events; events = await watch.next()) yield events
    },
  }
  return watch
}

async function withPatience<Answer>(answer: Promise<Answer>, clock: Clock, giveUp: () => void): Promise<Answer> {
  const stop = new AbortController()
  clock.sleep(SILENCE_MAX, stop.signal).then(giveUp, () => {})
  try {
    return await answer
  } finally {
    stop.abort()
  }
}
