/** Carries out on disk what a plan of mounts asks for before anything is mounted. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { Mount } from '../driver.ts'
import { type Child, fstab, type Look, type Made, mountFlags, planMounts } from './mount-plan.ts'

/** What a launch needs for its mounts to be seen, and those that it will not see. */
export interface Mounting {
  readonly fstab: string | undefined
  readonly root: string | undefined
  readonly refused: readonly { readonly mount: Mount; readonly why: string }[]
}

/** Makes, in a run's own directory, what its mounts need. Throws what the file system throws. */
export function prepareMounts(directory: string, mounts: readonly Mount[]): Mounting {
  const plan = planMounts(mounts, machine)
  const root = join(directory, 'root')
  for (const made of plan.make) make(join(root, made.path), made)
  for (const made of plan.within) make(made.path, made)
  if (plan.binds.length === 0) return { fstab: undefined, root: undefined, refused: plan.refused }
  const mountInfo = readFileSync('/proc/self/mountinfo', 'utf8')
  const table = join(directory, 'fstab')
  writeFileSync(
    table,
    fstab(plan, root, machine, (path) => mountFlags(mountInfo, machine.real(path))),
  )
  return { fstab: table, root: plan.ownRoot ? root : undefined, refused: plan.refused }
}

function make(path: string, { kind, to }: Made): void {
  if (kind === 'directory') {
    mkdirSync(path, { recursive: true })
    return
  }
  mkdirSync(dirname(path), { recursive: true })
  if (kind === 'link') symlinkSync(to ?? '', path)
  else writeFileSync(path, '', { flag: 'a' })
}

/** The files of this machine. */
const machine: Look = {
  kind(path) {
    try {
      return statSync(path).isDirectory() ? 'directory' : 'file'
    } catch {
      return 'absent'
    }
  },
  real: (path) => realpathSync(path),
  children(path) {
    try {
      return readdirSync(path, { withFileTypes: true }).map((entry): Child => {
        const { name } = entry
        if (entry.isSymbolicLink()) return { name, kind: 'link', to: readlinkSync(join(path, name)) }
        return { name, kind: entry.isDirectory() ? 'directory' : 'file' }
      })
    } catch {
      return undefined
    }
  },
}
