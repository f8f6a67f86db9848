/** The processes of this machine: who came from whom, who bears a mark, and how all of a tree is ended. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import { isLinux, readStat, type Stat } from './identity.ts'
import { MARK } from './run-key.ts'

/** Every process of the machine. Linux only. */
export const allProcesses = (): readonly Stat[] =>
  readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : undefined
    return stat ? [stat] : []
  })

/** A process and all that came from it, as far as their parents live. */
export function descendants(processes: readonly Stat[], root: number): readonly Stat[] {
  const children = Map.groupBy(processes, ({ parent }) => parent)
  const tree = processes.filter(({ pid }) => pid === root)
  // Grows while it is walked.
  for (const { pid } of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** The children of a process, oldest first. Linux only. */
export function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    // A kernel that does not keep the list, or a process that is gone.
    return allProcesses().flatMap((process) => (process.parent === pid ? [process.pid] : []))
  }
}

/** The processes whose environment has a mark that begins so, and that we may look at. Zombies have none. */
export function markedProcesses(mark: string): readonly number[] {
  return isLinux ? markedInProc(mark) : markedByPs(mark)
}

function markedInProc(mark: string): readonly number[] {
  const entry = `${MARK}=${mark}`
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'utf8')
      return environment.startsWith(entry) || environment.includes(`\0${entry}`) ? [Number(name)] : []
    } catch {
      // Gone, or of somebody else.
      return []
    }
  })
}

function markedByPs(mark: string): readonly number[] {
  const { stdout } = spawnSync('ps', ['-axEww', '-o', 'pid=,command='], { encoding: 'utf8', maxBuffer: 1 << 28 })
  return stdout
    .split('\n')
    .filter((line) => line.includes(` ${MARK}=${mark}`))
    .map((line) => Number.parseInt(line, 10))
}

/** Enough for the kernel to end what was told to end; a process in an uninterruptible wait is left to itself. */
const ROUNDS_MAX = 100
const BETWEEN_ROUNDS = milliseconds(20)

/**
 * Ends every process that bears the mark, until none is left; whoever forks meanwhile is found in the next round.
 * Resolves with the numbers of those that were told to end.
 */
export async function endMarked(mark: string, clock: Clock): Promise<readonly number[]> {
  const ended = new Set<number>()
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const found = markedProcesses(mark).filter((pid) => pid !== process.pid)
    if (found.length === 0) break
    for (const pid of found) {
      ended.add(pid)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone between the look and the deed.
      }
    }
    await clock.sleep(BETWEEN_ROUNDS)
  }
  return [...ended]
}
