/** Bytes in one direction, in memory: who writes waits while who reads has not caught up. */

/** Any number of writers, one reader. */
export interface BytePipe {
  /** Ends after what was written before {@link end}; throws what {@link fail} was told. Leaving it early closes the pipe. */
  readonly received: AsyncIterable<Uint8Array>
  /** Resolves once less than the limit waits. False when nobody takes it any more: it ended, failed, or was left. */
  write(bytes: Uint8Array): Promise<boolean>
  end(): void
  /** Lets go of what waits, and tells the reader; nothing happens after the end. */
  fail(error: Error): void
}

/** A pipe that holds so much, and the one piece that goes over it. */
export function bytePipe(limitBytes: number): BytePipe {
  let waiting: Uint8Array[] = []
  let waitingBytes = 0
  let outcome: { readonly error?: Error } | undefined
  let wakeReader = () => {}
  let writers: (() => void)[] = []
  const wakeWriters = () => {
    const woken = writers
    writers = []
    for (const wake of woken) wake()
  }
  const finish = (how: { readonly error?: Error }) => {
    outcome ??= how
    wakeReader()
    wakeWriters()
  }
  const letGo = () => {
    waiting = []
    waitingBytes = 0
  }
  const iterator: AsyncIterator<Uint8Array> = {
    async next() {
      for (;;) {
        const value = waiting.shift()
        if (value) {
          waitingBytes -= value.length
          if (waitingBytes < limitBytes) wakeWriters()
          return { done: false, value }
        }
        if (outcome?.error) throw outcome.error
        if (outcome) return { done: true, value: undefined }
        await new Promise<void>((resolve) => {
          wakeReader = resolve
        })
      }
    },
    async return() {
      letGo()
      finish({})
      return { done: true, value: undefined }
    },
  }
  return {
    received: { [Symbol.asyncIterator]: () => iterator },
    async write(bytes) {
      if (outcome) return false
      if (bytes.length > 0) {
        waiting.push(bytes)
        waitingBytes += bytes.length
        wakeReader()
      }
      while (!outcome && waitingBytes >= limitBytes) {
        await new Promise<void>((resolve) => {
          writers.push(resolve)
        })
      }
      return !outcome
    },
    end: () => finish({}),
    fail(error) {
      if (outcome) return
      letGo()
      finish({ error })
    },
  }
}
