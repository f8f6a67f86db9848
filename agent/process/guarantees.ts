/** What this machine lets a keeper promise: tried, not guessed, for containers and hardened systems differ. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ControlGroups } from './control-groups.ts'
import { type Isolation, launchLine } from './launch.ts'
import { prepareMounts } from './mounting.ts'
import type { Tools } from './tools.ts'

/** One promise: kept, or why it cannot be. */
export type Guarantee = { readonly kept: true } | { readonly kept: false; readonly why: string }

/** What runs may rely on. */
export interface Guarantees {
  /** Every process of a run, whatever it did to be left alone, is gone at once when the keeper is. */
  readonly diesWithKeeper: Guarantee
  /** Volumes are seen at their paths. */
  readonly mountPaths: Guarantee
  /** /etc/hosts is the run's own. */
  readonly hostsFile: Guarantee
  readonly terminal: Guarantee
  readonly memoryLimits: Guarantee
  readonly cpuLimits: Guarantee
}

const PROBE_MAX_MS = 5000
const FOUND = 'found'

/** Tries, best first, how runs can be kept apart here. */
export function findIsolation(tools: Tools, directory: string): Isolation {
  const { setpriv, unshare, nsenter, mount, chroot } = tools
  if (setpriv === undefined || unshare === undefined || nsenter === undefined) return { namespaces: false }
  const asRoot = process.getuid?.() === 0 ? [false] : []
  const withMounts = mount === undefined || chroot === undefined ? [false] : [true, false]
  for (const mounts of withMounts) {
    for (const user of [...asRoot, true]) {
      const isolation = { namespaces: true, user, mounts } as const
      if (works(tools, isolation, join(directory, 'probe'))) return isolation
    }
  }
  return { namespaces: false }
}

/** Runs a program as runs are run; with a volume where the machine has a file, and one where it has nothing. */
function works(tools: Tools, isolation: Isolation & { namespaces: true }, directory: string): boolean {
  rmSync(directory, { recursive: true, force: true })
  const volume = join(directory, 'volume')
  mkdirSync(volume, { recursive: true })
  writeFileSync(join(volume, 'word'), FOUND)
  try {
    const mounting = isolation.mounts
      ? prepareMounts(directory, [
          { volume: 'probe', from: join(volume, 'word'), at: '/etc/hosts', readOnly: true },
          { volume: 'probe', from: volume, at: '/muster-probe/volume', readOnly: true },
        ])
      : { fstab: undefined, root: undefined, refused: [] }
    const files = isolation.mounts ? ['/etc/hosts', '/muster-probe/volume/word'] : Array(2).fill(join(volume, 'word'))
    const [program = '', ...args] = launchLine(tools, isolation, {
      ...{ command: [tools.sh, '-c', 'cat "$@"', 'sh', ...files], workingDirectory: '/', env: PROBE_ENV },
      ...{ terminal: false, fstab: mounting.fstab, root: mounting.root },
    })
    const { stdout, status } = spawnSync(program, args, {
      ...{ env: PROBE_ENV, timeout: PROBE_MAX_MS, killSignal: 'SIGKILL', encoding: 'utf8' },
      stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
    })
    return status === 0 && stdout === FOUND + FOUND
  } catch {
    return false
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const PROBE_ENV = { PATH: '/usr/bin:/bin' }

/** Says what was found as promises. */
export function guaranteesOf(isolation: Isolation, groups: ControlGroups, tools: Tools, wanted = true): Guarantees {
  const lacking = (['setpriv', 'unshare', 'nsenter', 'mount', 'chroot'] as const).filter(
    (name) => tools[name] === undefined,
  )
  const why = !wanted
    ? 'this node was set to do without namespaces'
    : lacking.length > 0
      ? `this machine has no ${lacking.join(', ')}`
      : 'this machine lets this user make no namespaces: neither as root nor in a user namespace'
  const mounts: Guarantee =
    isolation.namespaces && isolation.mounts
      ? { kept: true }
      : { kept: false, why: isolation.namespaces ? 'this machine lets this user mount nothing' : why }
  return {
    diesWithKeeper: isolation.namespaces ? { kept: true } : { kept: false, why },
    mountPaths: mounts,
    hostsFile: mounts,
    terminal:
      tools.script === undefined
        ? { kept: false, why: 'terminals are made by script of util-linux, which this machine does not have' }
        : { kept: true },
    memoryLimits: guaranteeOf(groups.memory),
    cpuLimits: guaranteeOf(groups.cpu),
  }
}

const guaranteeOf = (tree: ControlGroups['cpu']): Guarantee =>
  'why' in tree ? { kept: false, why: tree.why } : { kept: true }
