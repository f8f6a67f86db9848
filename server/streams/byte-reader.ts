/** Takes a stream of bytes apart: exactly so many, or whatever is there. */

/** Reads from one stream. Undefined means that it has ended before. */
export interface ByteReader {
  /** Exactly so many. */
  take(count: number): Promise<Uint8Array | undefined>
  /** At least one byte and at most so many, as soon as there are any. */
  takeSome(most: number): Promise<Uint8Array | undefined>
  /** Says to the stream that no more is wanted. */
  leave(): Promise<void>
}

/** A reader over a stream. Throws what the stream throws. */
export function byteReader(from: AsyncIterable<Uint8Array>): ByteReader {
  const pieces = from[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  const takeSome = async (most: number): Promise<Uint8Array | undefined> => {
    while (rest.length === 0) {
      const next = await pieces.next()
      if (next.done) return undefined
      rest = next.value
    }
    const taken = rest.subarray(0, most)
    rest = rest.subarray(taken.length)
    return taken
  }
  return {
    takeSome,
    async take(count) {
      if (count === 0) return new Uint8Array(0)
      const first = await takeSome(count)
      if (!first || first.length === count) return first
      const whole = new Uint8Array(count)
      whole.set(first)
      for (let size = first.length; size < count; ) {
        const more = await takeSome(count - size)
        if (!more) return undefined
        whole.set(more, size)
        size += more.length
      }
      return whole
    },
    async leave() {
      await pieces.return?.()
    },
  }
}
