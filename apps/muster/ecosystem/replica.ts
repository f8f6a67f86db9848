/** One replica of the operator in go/operator: a process that can be stopped and woken, and what it says. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** What client-go made of an answer that was an error: `Refusal` of go/operator. */
export interface Refusal {
  readonly code: number
  readonly reason: string
  readonly message: string
  readonly isConflict: boolean
  readonly isForbidden: boolean
  /** How often `RetryOnConflict` sent it. */
  readonly sent: number
}

/** One process. */
export interface Replica {
  readonly refusals: readonly Refusal[]
  /** How often it said a word: `leads`, `checked`, `written`, `stopped`. */
  said(word: string): number
  /** Stops it between the check and the write of a round. It has to lead. */
  pause(): Promise<void>
  wake(): void
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number | null>
  readonly isOver: () => boolean
  /** The last of what it logged. */
  lastWords(): string
  kill(): Promise<void>
}

/** What is kept of its log, in characters. */
const LAST_WORDS_MAX = 2_000

/** Starts one. */
export function startReplica(path: string, flags: Readonly<Record<string, string>>): Replica {
  const argv = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const child: ChildProcessWithoutNullStreams = spawn(path, argv)
  const ended = once(child, 'close').then(() => child.exitCode)
  const counts = new Map<string, number>()
  const refusals: Refusal[] = []
  let onChecked: (() => void) | undefined
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [word = '', ...rest] = line.split(' ')
    counts.set(word, (counts.get(word) ?? 0) + 1)
    if (word === 'refused') refusals.push(JSON.parse(rest.join(' ')))
    if (word === 'checked') onChecked?.()
  })
  let lastWords = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_MAX)
  })
  return {
    refusals,
    said: (word) => counts.get(word) ?? 0,
    async pause() {
      const checked = new Promise<void>((resolve) => {
        onChecked = resolve
      })
      await Promise.race([ended, checked])
      onChecked = undefined
      child.kill('SIGSTOP')
    },
    wake: () => void child.kill('SIGCONT'),
    ended,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    lastWords: () => lastWords,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
