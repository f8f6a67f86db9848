/** What a tree of processes uses. */
import { spawnSync } from 'node:child_process'
import type { Usage } from '../driver.ts'
import { isLinux } from './identity.ts'
import { allProcesses, descendants } from './trees.ts'

/** USER_HZ, which Linux has fixed for what it tells of times. */
const NANOSECONDS_PER_TICK = 10_000_000n
/** What the kernel counts resident memory in, on every machine that Node is built for but for some of arm64. */
const PAGE_BYTES = 4096

/** The usage of a process and all that came from it; undefined when it is gone. */
export function usageOf(pid: number): Usage | undefined {
  if (!isLinux) return usageByPs(pid)
  const tree = descendants(allProcesses(), pid)
  if (tree.length === 0) return undefined
  return {
    cpuNanoseconds: BigInt(tree.reduce((sum, { ticks }) => sum + ticks, 0)) * NANOSECONDS_PER_TICK,
    memoryBytes: tree.reduce((sum, { residentPages }) => sum + residentPages * PAGE_BYTES, 0),
  }
}

function usageByPs(root: number): Usage | undefined {
  const { stdout } = spawnSync('ps', ['-axo', 'pid=,ppid=,rss=,time='], { encoding: 'latin1' })
  const processes = stdout.split('\n').flatMap((line) => {
    const [pid, parent, kilobytes, time = ''] = line.trim().split(/\s+/)
    const secondsUsed = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0)
    return pid ? [{ pid: Number(pid), parent: Number(parent), kilobytes: Number(kilobytes), secondsUsed }] : []
  })
  const tree = processes.filter(({ pid }) => pid === root)
  for (const { pid } of tree) tree.push(...processes.filter(({ parent }) => parent === pid))
  if (tree.length === 0) return undefined
  return {
    cpuNanoseconds: BigInt(Math.round(tree.reduce((sum, { secondsUsed }) => sum + secondsUsed, 0) * 1e9)),
    memoryBytes: tree.reduce((sum, { kilobytes }) => sum + kilobytes * 1024, 0),
  }
}
