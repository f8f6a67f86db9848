/** How a run ended, in the words of a container's status. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { constants } from 'node:os'
import type { Instant } from '@muster/base/clock.ts'
import type { RunOrder, RunState } from '../driver.ts'

/** A state that nothing follows. */
export type Ended = Extract<RunState, { state: 'ended' }>

/** As kubelet reads at most of a termination message. */
export const LAST_WORDS_BYTES_MAX = 4096

/** The state of a run whose main process is gone. `cannot` is the launcher's word on a program that never ran. */
export function endState(
  order: RunOrder,
  startedAt: Instant,
  finishedAt: Instant,
  exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly isOutOfMemory: boolean },
  cannot: { readonly code: number; readonly why: string } | undefined,
): Ended {
  const ended = { state: 'ended', startedAt, finishedAt } as const
  if (cannot) return { ...ended, exitCode: cannot.code, reason: 'ContainerCannotRun', message: cannot.why }
  const signal = exit.signal === null ? undefined : constants.signals[exit.signal]
  const exitCode = signal === undefined ? (exit.code ?? UNKNOWN) : 128 + signal
  const message = lastWords(order.terminationLog.file)
  // Another process of it may have been ended for want of memory, and this one have gone on: then it ended by itself.
  const isKilled = exitCode === 128 + constants.signals.SIGKILL
  const reason = exitCode === 0 ? 'Completed' : exit.isOutOfMemory && isKilled ? 'OOMKilled' : 'Error'
  return { ...ended, exitCode, ...(signal !== undefined && { signal }), reason, message }
}

/** What a run is said to have ended with when nobody saw it, as containers' runtimes say it. */
export const UNKNOWN = 137

/** The state of a run that was running when its keeper went. */
export const lostState = (startedAt: Instant, finishedAt: Instant): RunState => ({
  ...{ state: 'ended', startedAt, finishedAt, exitCode: UNKNOWN, reason: 'ContainerStatusUnknown' },
  message: 'the keeper of this node ended before this run did: the run was ended, and nobody saw with what code',
})

/** The end of a file, for whoever writes much says the last word last. */
function lastWords(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const { size } = fstatSync(file)
      const bytes = new Uint8Array(Math.min(size, LAST_WORDS_BYTES_MAX))
      readSync(file, bytes, 0, bytes.length, size - bytes.length)
      return new TextDecoder().decode(bytes)
    } finally {
      closeSync(file)
    }
  } catch {
    // A file that is not there says nothing.
    return ''
  }
}
