/** The chunks of an answer, and somebody who hears when they are over. */

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>

/**
 * The same chunks. `over` is called once: at their end, when they fail, and when their reader wants no more of them, even
 * if he never asked for the first. A generator alone would not hear of that one.
 */
export function whenOver(chunks: Chunks, over: () => void | Promise<void>): AsyncIterable<Uint8Array> {
  const inner = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  let isOver = false
  const end = async () => {
    if (isOver) return
    isOver = true
    await over()
  }
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      try {
        const step = await inner.next()
        if (step.done) await end()
        return step
      } catch (error) {
        await end()
        throw error
      }
    },
    async return() {
      try {
        await inner.return?.()
      } finally {
        await end()
      }
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
