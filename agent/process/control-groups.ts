/**
 * Control groups: the kernel holds a run, and all that comes from it, to what it may take.
 *
 *     version 2   one tree for all controllers          memory.max              cpu.max
 *     version 1   a tree for each, where it still is    memory.limit_in_bytes   cpu.cfs_quota_us
 *
 * A machine may have memory in one and cpu in the other. A keeper has a directory of its own in each tree, `muster-…`, and
 * each limited run one in that. Source: the kernel's admin-guide/cgroup-v2.rst and cgroup-v1.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOrder } from '../driver.ts'
import { type Controller, parentsFor } from './group-trees.ts'
import { joinText } from './launch.ts'

/** Where the groups of a keeper's runs are made. */
export interface GroupTree {
  readonly version: 1 | 2
  readonly directory: string
}

/** For each controller its tree, or why this machine has none for this user. */
export type ControlGroups = Readonly<Record<Controller, GroupTree | { readonly why: string }>>

/** The groups of one run. */
export interface RunGroups {
  /** Whoever writes `0` into each of these files is held to the limits, with all that it starts. */
  readonly join: readonly string[]
  /** True once the kernel has ended a process of it for want of memory. */
  wasOutOfMemory(): boolean
  /** Once nothing of the run is left. */
  remove(): void
}

const CONTROLLERS = ['memory', 'cpu'] as const
/** Enough for a shell to start in. */
const PROBE = { memoryBytes: 1 << 26, cpuMillis: 1000 }
const PROBE_MAX_MS = 5000
/** In which share of time a group's part of the processors is counted. */
const PERIOD_MICROSECONDS = 100_000
/** The kernel takes no less. */
const QUOTA_MICROSECONDS_MIN = 1000

/** Tries where groups can be made for the runs of a keeper's directory, and takes away what is left of runs before. */
export function findControlGroups(keeperDirectory: string, sh: string): ControlGroups {
  const name = `muster-${createHash('sha256').update(keeperDirectory).digest('hex').slice(0, 16)}`
  const read = (path: string): string => readFileSync(path, 'utf8')
  /** A machine may let this user limit memory in a tree in which it lets him limit no processors. */
  const used = new Set<string>()
  const find = (controller: Controller): GroupTree | { readonly why: string } => {
    let why = `no control groups of ${controller} are mounted`
    if (process.platform !== 'linux') return { why: `${process.platform} has no control groups` }
    for (const parent of parentsFor(controller, read('/proc/self/mountinfo'), read('/proc/self/cgroup'))) {
      const tree = { version: parent.version, directory: join(parent.directory, name) }
      try {
        mkdirSync(tree.directory, { recursive: true })
        if (tree.version === 2) hand(controller, parent.directory, tree.directory)
        for (const left of readdirSync(tree.directory)) remove(join(tree.directory, left))
        probe(controller, tree, sh)
        used.add(tree.directory)
        return tree
      } catch (error) {
        why = `no control group of ${controller} can be made: ${error instanceof Error ? error.message : error}`
        if (!used.has(tree.directory)) remove(tree.directory)
      }
    }
    return { why }
  }
  return { memory: find('memory'), cpu: find('cpu') }
}

/** Takes away the directories of a keeper that ends, unless somebody is still in them. */
export function removeControlGroups(groups: ControlGroups): void {
  for (const tree of Object.values(groups)) if ('directory' in tree) remove(tree.directory)
}

/** Makes groups for what is limited. Throws what the kernel says to a limit that it does not take. */
export function makeRunGroups(groups: ControlGroups, key: string, limits: RunOrder['limits']): RunGroups {
  const made = new Set<string>()
  for (const controller of CONTROLLERS) {
    const tree = groups[controller]
    if (!('directory' in tree) || !isLimited(controller, limits)) continue
    const directory = join(tree.directory, key)
    mkdirSync(directory, { recursive: true })
    made.add(directory)
    limit(controller, tree.version, directory, limits)
  }
  const directories = [...made]
  return {
    join: directories.map((directory) => join(directory, 'cgroup.procs')),
    wasOutOfMemory: () => directories.some(hasKilled),
    remove: () => directories.forEach(remove),
  }
}

const isLimited = (controller: Controller, { memoryBytes, cpuMillis }: RunOrder['limits']): boolean =>
  (controller === 'memory' ? memoryBytes : cpuMillis) !== undefined

/** Controllers reach only as far down as each group on the way hands them on. */
function hand(controller: Controller, parent: string, own: string): void {
  const list = 'cgroup.subtree_control'
  if (!readFileSync(join(parent, list), 'utf8').split(/\s+/).includes(controller))
    writeFileSync(join(parent, list), `+${controller}`)
  writeFileSync(join(own, list), `+${controller}`)
}

function probe(controller: Controller, tree: GroupTree, sh: string): void {
  const directory = join(tree.directory, 'probe')
  mkdirSync(directory, { recursive: true })
  try {
    limit(controller, tree.version, directory, PROBE)
    const { status, stderr } = spawnSync(sh, ['-c', joinText([join(directory, 'cgroup.procs')], 'exit 1')], {
      ...{ env: {}, timeout: PROBE_MAX_MS, killSignal: 'SIGKILL', encoding: 'utf8' },
    })
    if (status !== 0) throw new Error(stderr.trim() || `a shell in it ended with ${status}`)
  } finally {
    remove(directory)
  }
}

function limit(controller: Controller, version: 1 | 2, directory: string, limits: RunOrder['limits']): void {
  const put = (file: string, value: string | number) => writeFileSync(join(directory, file), `${value}`)
  if (controller === 'cpu') {
    const quota = Math.max(QUOTA_MICROSECONDS_MIN, ((limits.cpuMillis ?? 0) * PERIOD_MICROSECONDS) / 1000)
    if (version === 2) put('cpu.max', `${quota} ${PERIOD_MICROSECONDS}`)
    else {
      put('cpu.cfs_period_us', PERIOD_MICROSECONDS)
      put('cpu.cfs_quota_us', quota)
    }
    return
  }
  const bytes = limits.memoryBytes ?? 0
  put(version === 2 ? 'memory.max' : 'memory.limit_in_bytes', bytes)
  // Nothing is swapped that has a limit, as with kubelet; a kernel without swap has no such files.
  if (version === 2) putIfThere('memory.swap.max', 0)
  else putIfThere('memory.memsw.limit_in_bytes', bytes)
  // A container goes as a whole.
  if (version === 2) putIfThere('memory.oom.group', 1)

  function putIfThere(file: string, value: number): void {
    if (existsSync(join(directory, file))) put(file, value)
  }
}

function hasKilled(directory: string): boolean {
  return ['memory.events', 'memory.oom_control'].some((file) => {
    try {
      return /^oom_kill [1-9]/m.test(readFileSync(join(directory, file), 'utf8'))
    } catch {
      // Of the other version.
      return false
    }
  })
}

function remove(directory: string): void {
  try {
    rmdirSync(directory)
  } catch {
    // Somebody is in it still: the next keeper of this directory takes it away.
  }
}
