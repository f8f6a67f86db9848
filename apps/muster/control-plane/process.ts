/**
 * Which process a number means. A number alone is given to another process some day, so a process is known by three
 * things: its number, when it started, and in which life of the machine.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'

/** One process for good. */
export interface ProcessIdentity {
  readonly pid: number
  /** As the system tells it: ticks since its start on Linux, a time elsewhere. */
  readonly startTime: string
  /** Another one after each start of the machine. */
  readonly bootId: string
}

/** Who has this number now; undefined when nobody has, or one that has ended and waits to be noticed. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const startTime = await startTimeOf(pid)
  return startTime ? { pid, startTime, bootId: await bootId() } : undefined
}

/** Whether that very process still runs. */
export async function isAlive(known: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(known.pid)
  return now !== undefined && now.startTime === known.startTime && now.bootId === known.bootId
}

/**
 * Asks a process to end, and ends it when it has not after `patienceMs`. Answers how it went; `still there` is a
 * process that even that did not end, or one of somebody else's.
 */
export async function endProcess(
  known: ProcessIdentity,
  patienceMs: number,
): Promise<'gone' | 'ended' | 'killed' | 'still there'> {
  if (!(await isAlive(known))) return 'gone'
  send(known, 'SIGTERM')
  if (await isGoneWithin(known, patienceMs)) return 'ended'
  send(known, 'SIGKILL')
  return (await isGoneWithin(known, KILL_MS)) ? 'killed' : 'still there'
}

/** One that is gone already needs no signal, and one of somebody else's takes none: what became of it is looked at. */
function send({ pid }: ProcessIdentity, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}

/** A killed process is gone at once, unless its disk holds it. */
const KILL_MS = 5_000
const LOOK_EVERY_MS = 20

async function isGoneWithin(known: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs
  while (await isAlive(known)) {
    if (performance.now() > until) return false
    await setTimeout(LOOK_EVERY_MS)
  }
  return true
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') return startTimeIn(await readFile(`/proc/${pid}/stat`, 'utf8'))
    if (process.platform === 'win32') {
      return await said('powershell', '-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.Ticks`)
    }
    const line = await said('ps', '-o', 'stat=,lstart=', '-p', String(pid))
    return line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '')
  } catch {
    return undefined
  }
}

/** Of a line of /proc/PID/stat; undefined for a zombie. Source: proc_pid_stat(5), fields 3 and 22. */
export function startTimeIn(stat: string): string | undefined {
  // The name stands in parentheses and may hold anything, so what follows the last one counts.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

async function bootId(): Promise<string> {
  try {
    if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
    if (process.platform === 'darwin') return await said('sysctl', '-n', 'kern.bootsessionuuid')
  } catch {
    // Without it, number and start time have to do.
  }
  return 'unknown'
}

const said = async (program: string, ...words: readonly string[]): Promise<string> =>
  (await promisify(execFile)(program, words)).stdout.trim()
