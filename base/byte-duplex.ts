/** Bytes in both directions, each at the pace of whoever reads them: a socket, a stream inside one, two ends in memory. */
import { bytePipe } from './byte-pipe.ts'
import { ControlError } from './errors.ts'

/** One end of a connection. */
export interface ByteDuplex {
  /** What the other end says; for one reader. Ends when it says no more; throws Unavailable when the connection breaks. */
  readonly received: AsyncIterable<Uint8Array>
  /** Resolves when there is room for more. Throws Unavailable when nobody is there to take it. */
  send(bytes: Uint8Array): Promise<void>
  /** Says that no more is sent. The other end may go on. */
  end(): void
  /** Cuts both directions. */
  close(): void
}

/** Sends everything that comes. Neither end is closed. */
export async function pump(from: AsyncIterable<Uint8Array>, send: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const bytes of from) await send(bytes)
}

/** What `send` throws. */
export const nobodyThere = (cause?: unknown): ControlError =>
  new ControlError('Unavailable', 'the other end of the connection is gone', cause)

/** How much waits between two ends in memory before the writer has to. */
const WAITING_BYTES_MAX = 64 * 1024

/** Two ends of one connection in memory. */
export function duplexPair(): readonly [ByteDuplex, ByteDuplex] {
  const there = bytePipe(WAITING_BYTES_MAX)
  const back = bytePipe(WAITING_BYTES_MAX)
  const end = (into: typeof there, from: typeof back): ByteDuplex => ({
    received: from.received,
    async send(bytes) {
      if (!(await into.write(bytes))) throw nobodyThere()
    },
    end: () => into.end(),
    close() {
      into.fail(nobodyThere())
      from.fail(nobodyThere())
    },
  })
  return [end(there, back), end(back, there)]
}
