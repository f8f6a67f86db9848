/**
 * Reads the log of a run from its files, beside the keeper that writes them: so a slow reader stops nobody. A reader
 * slower than the rotation loses the files that are given up, as with kubelet.
 */
import { Buffer } from 'node:buffer'
import { watch } from 'node:fs'
import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import type { LogQuery } from '../driver.ts'
import { logFile, logNumbers } from './log-files.ts'
import { lineReader } from './log-lines.ts'

/** How a reader learns that nothing more will come. */
export interface LogEnd {
  /** True once the run has ended and all it said is in the files. */
  reached(): boolean
  /** Calls back when that may have changed, until the signal aborts. */
  onChange(handler: () => void, signal: AbortSignal): void
}

const BLOCK_BYTES = 64 * 1024

/** Looked at anyway after this, where a system does not tell of changes of files. */
const LOOK_AGAIN_AFTER = milliseconds(1000)

/** The output of a run, as the query wants it. Ends at once when the signal aborts. */
export async function* readLog(
  directory: string,
  query: LogQuery,
  end: LogEnd,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const lines = lineReader(query)
  const news = query.follow ? watchFor(directory, end, clock, signal) : undefined
  try {
    let { number, position } = await startOf(directory, query.tailLines)
    let file: FileHandle | undefined
    try {
      while (!signal.aborted && !lines.full()) {
        // Asked before reading: what was written until then is read below.
        const last = !query.follow || end.reached()
        const next = logNumbers(await readdir(directory)).find((candidate) => candidate > number)
        const seen = news?.count() ?? 0
        file ??= await openIfThere(join(directory, logFile(number)))
        for (;;) {
          const block = Buffer.allocUnsafe(BLOCK_BYTES)
          const { bytesRead } = (await file?.read(block, 0, BLOCK_BYTES, position)) ?? { bytesRead: 0 }
          if (bytesRead === 0) break
          position += bytesRead
          const shown = lines.read(block.subarray(0, bytesRead))
          if (shown.length > 0) yield shown
          if (signal.aborted || lines.full()) return
        }
        if (next !== undefined) {
          await file?.close()
          file = undefined
          number = next
          position = 0
        } else if (last) {
          return
        } else {
          await news?.after(seen)
        }
      }
    } finally {
      await file?.close()
    }
  } finally {
    news?.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch {
    // Given up by rotation, or not begun.
    return undefined
  }
}

/** Where the last lines begin; the oldest byte when all are wanted. */
async function startOf(
  directory: string,
  tailLines: number | undefined,
): Promise<{ number: number; position: number }> {
  const numbers = logNumbers(await readdir(directory))
  const first = { number: numbers[0] ?? 0, position: 0 }
  if (tailLines === undefined) return first
  let wanted = tailLines
  for (const number of numbers.toReversed()) {
    await using file = await openIfThere(join(directory, logFile(number)))
    if (!file) continue
    const { size } = await file.stat()
    let end = size
    while (end > 0) {
      const from = Math.max(0, end - BLOCK_BYTES)
      const block = Buffer.alloc(end - from)
      await file.read(block, 0, block.length, from)
      for (let at = block.lastIndexOf(10); at >= 0; at = at === 0 ? -1 : block.lastIndexOf(10, at - 1)) {
        // The newline that ends the line before the first one wanted.
        if (wanted === 0) return { number, position: from + at + 1 }
        wanted -= 1
      }
      end = from
    }
  }
  return first
}

/** Counts changes of a directory or of the run, and lets a reader wait for one more. */
function watchFor(directory: string, end: LogEnd, clock: Clock, signal: AbortSignal) {
  let seen = 0
  let wake = () => {}
  const over = new AbortController()
  const stopped = AbortSignal.any([signal, over.signal])
  const changed = () => {
    seen += 1
    wake()
  }
  end.onChange(changed, stopped)
  stopped.addEventListener('abort', () => wake(), { once: true })
  try {
    // A directory that goes, or a system out of watches, leaves the looking again.
    watch(directory, { signal: stopped, persistent: false }, changed).on('error', () => {})
  } catch {}
  return {
    count: () => seen,
    async after(count: number): Promise<void> {
      if (seen !== count || stopped.aborted) return
      const waited = new AbortController()
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve
        }),
        clock.sleep(LOOK_AGAIN_AFTER, AbortSignal.any([stopped, waited.signal])).catch(() => {}),
      ])
      wake = () => {}
      waited.abort()
    },
    close: () => over.abort(),
  }
}
