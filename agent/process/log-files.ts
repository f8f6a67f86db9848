/** The files of one run's log: 0.log, 1.log and so on, the oldest given up when there are too many. */
import { closeSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** How much of a log is kept; as kubelet's `containerLogMaxSize` and `containerLogMaxFiles` are by default. */
export const LOG_LIMITS = { fileBytesMax: 10 * 1024 * 1024, filesMax: 5 } as const

/** The name of a file of a log. */
export const logFile = (number: number): string => `${number}.log`

/** The numbers of the files in a log's directory, oldest first. */
export function logNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => {
      const [, number] = /^(\d+)\.log$/.exec(name) ?? []
      return number === undefined ? [] : [Number(number)]
    })
    .toSorted((one, other) => one - other)
}

/** The files to give up once the file of this number begins. */
export const surplus = (numbers: readonly number[], beginning: number, filesMax: number): readonly number[] =>
  numbers.filter((number) => number <= beginning - filesMax)

/** Writes the files of a log. */
export interface LogFiles {
  /** Appends whole lines. What a full disk refuses is lost and counted, for the process must not stand still. */
  append(lines: Uint8Array): void
  close(): void
}

/**
 * Begins a log in a directory that is there. Its files are written at once: whoever reads them sees all there is.
 * `lossLine` is the line that says, once there is room again, how many bytes are missing.
 */
export function openLogFiles(
  directory: string,
  limits: { readonly fileBytesMax: number; readonly filesMax: number },
  lossLine: (lostBytes: number) => Uint8Array,
): LogFiles {
  let number = (logNumbers(readdirSync(directory)).at(-1) ?? -1) + 1
  let file = openSync(join(directory, logFile(number)), 'a', 0o600)
  let size = 0
  let lost = 0
  let torn = false

  function rotate(): void {
    let next: number
    try {
      next = openSync(join(directory, logFile(number + 1)), 'a', 0o600)
    } catch {
      // No room for another name: this file grows on until there is.
      return
    }
    closeSync(file)
    file = next
    number += 1
    size = 0
    for (const old of surplus(logNumbers(readdirSync(directory)), number, limits.filesMax)) {
      rmSync(join(directory, logFile(old)), { force: true })
    }
  }

  function put(bytes: Uint8Array): boolean {
    let done = 0
    try {
      while (done < bytes.length) done += writeSync(file, bytes, done)
    } catch {
      torn ||= done > 0
    }
    size += done
    return done === bytes.length
  }

  return {
    append(lines) {
      if (lines.length === 0) return
      if (size >= limits.fileBytesMax) rotate()
      // A line that was cut short must not swallow the next.
      if (torn && put(LINE_END)) torn = false
      if (!torn && lost > 0 && put(lossLine(lost))) lost = 0
      if (torn || lost > 0 || !put(lines)) lost += lines.length
    },
    close: () => closeSync(file),
  }
}

const LINE_END = new Uint8Array([10])
