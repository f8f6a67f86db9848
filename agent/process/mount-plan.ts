/**
 * Which mounts make a run see its volumes where it was told they are.
 *
 * A mount needs something to be mounted upon. Where the machine has nothing at that path and we may not make it, the
 * run gets a root of its own: a directory in which every name of `/` is mounted, and the folder that lacks the name is
 * a folder of the run with all that the machine has in it, and the name.
 */
import { dirname, join, posix } from 'node:path'
import type { Mount } from '../driver.ts'

/** What a plan must know of the machine's files. */
export interface Look {
  /** Links are followed. */
  kind(path: string): 'directory' | 'file' | 'absent'
  /** Where a path leads that is there. */
  real(path: string): string
  /** The names in a directory; undefined when it may not be read. */
  children(path: string): readonly Child[] | undefined
}

/** A name in a directory. */
export interface Child {
  readonly name: string
  readonly kind: 'directory' | 'file' | 'link'
  /** Where a link leads, as it says. */
  readonly to?: string
}

/** What is to be made, in this order, then mounted, in that order. */
export interface MountPlan {
  /** The run's own root is needed; paths in `make` are below it, and `binds` are too. */
  readonly ownRoot: boolean
  /** /dev is rebuilt, and gets terminals of its own. */
  readonly ownTerminals: boolean
  readonly make: readonly Made[]
  /** Places for mounts within volumes: paths of the host. */
  readonly within: readonly Made[]
  readonly binds: readonly Bind[]
  readonly refused: readonly { readonly mount: Mount; readonly why: string }[]
}

/** A directory, empty file or link that is to be there. */
export interface Made {
  readonly path: string
  readonly kind: Child['kind']
  readonly to?: string
}

/** One thing seen at another place. */
export interface Bind {
  readonly from: string
  readonly at: string
  readonly readOnly: boolean
}

/** A folder with more names than this is not rebuilt for a run: that many mounts would take longer than anybody waits. */
export const CHILDREN_MAX = 1000

/** What containers find in /dev; the rest of the machine's is not for them. */
const DEVICES = new Set(
  'null zero full random urandom tty shm mqueue fd stdin stdout stderr core net fuse kvm'.split(' '),
)

/** A terminal's two halves find each other by their folder, so a rebuilt /dev needs terminals of its own. */
const TERMINALS: readonly Made[] = [
  { path: '/dev/pts', kind: 'directory' },
  { path: '/dev/ptmx', kind: 'link', to: 'pts/ptmx' },
]

/** Decides how the mounts come to be seen, or why one of them cannot. */
export function planMounts(mounts: readonly Mount[], look: Look): MountPlan {
  const refused: { mount: Mount; why: string }[] = []
  const opened = new Map<string, readonly Child[]>()
  const places: Made[] = []
  const within: Made[] = []
  const binds: Bind[] = []
  const asked = mounts.map((mount) => ({ mount, at: resolve(mount.at, look) }))
  for (const { mount, at } of asked.toSorted((one, other) => depth(one.at) - depth(other.at))) {
    const kind = look.kind(mount.from)
    const why = kind === 'absent' ? `${mount.from} is not there` : place(at, kind)
    if (why === undefined) binds.push({ from: mount.from, at, readOnly: mount.readOnly })
    else refused.push({ mount, why })
  }
  const rebuilt = [...opened].toSorted(([one], [other]) => depth(one) - depth(other))
  const copied = rebuilt.flatMap(([folder, children]) =>
    children.map((child) => ({ child, path: join(folder, child.name) })),
  )
  return {
    ownRoot: opened.size > 0,
    ownTerminals: opened.has('/dev'),
    make: [
      ...copied.map(({ child, path }) => ({ path, kind: child.kind, ...(child.to !== undefined && { to: child.to }) })),
      ...(opened.has('/dev') ? TERMINALS : []),
      ...(opened.size > 0 ? places : []),
    ],
    within,
    binds: [
      ...copied
        .filter(({ child, path }) => child.kind !== 'link' && !opened.has(path))
        .map(({ path }) => ({ from: path, at: path, readOnly: false })),
      ...binds,
    ],
    refused,
  }

  /** Finds or makes something to mount upon; says why it cannot. */
  function place(at: string, kind: 'directory' | 'file'): string | undefined {
    if (at === '/' || !at.startsWith('/')) return `${at} cannot be mounted upon`
    const over = binds.findLast((bind) => at.startsWith(`${bind.at}/`))
    if (over) {
      const path = join(over.from, at.slice(over.at.length))
      const there = look.kind(path)
      if (there === 'absent') within.push({ path, kind })
      return there === 'absent' || there === kind ? undefined : misfit(at, there, kind)
    }
    const there = look.kind(at)
    if (there !== 'absent') return there === kind ? undefined : misfit(at, there, kind)
    const missing = [at]
    while (look.kind(dirname(missing[0] ?? '/')) === 'absent') missing.unshift(dirname(missing[0] ?? '/'))
    const folder = dirname(missing[0] ?? '/')
    if (look.kind(folder) !== 'directory') return `${folder} is a file on this machine`
    return open(folder) ?? makePlaces(missing, kind)
  }

  function makePlaces(paths: readonly string[], kind: 'directory' | 'file'): undefined {
    for (const path of paths) {
      if (places.some((made) => made.path === path)) continue
      places.push({ path, kind: path === paths.at(-1) ? kind : 'directory' })
    }
  }

  /** Rebuilds a folder and all above it; says why it cannot. */
  function open(folder: string): string | undefined {
    if (opened.has(folder)) return undefined
    const above = folder === '/' ? undefined : open(dirname(folder))
    if (above !== undefined) return above
    const children = look.children(folder)?.filter(({ name }) => folder !== '/dev' || DEVICES.has(name))
    if (!children) return `${folder} may not be read`
    if (children.length > CHILDREN_MAX) return `${folder} has ${children.length} names, more than ${CHILDREN_MAX}`
    opened.set(folder, children)
    return undefined
  }
}

const depth = (path: string): number => (path === '/' ? 0 : path.split('/').length)

const misfit = (at: string, there: string, kind: string): string =>
  `${at} is a ${there} on this machine, and the volume is a ${kind}`

/** The path without links, as far as it is there. */
function resolve(path: string, look: Look): string {
  const clean = posix.normalize(path).replace(/(?<=.)\/$/, '')
  if (!clean.startsWith('/')) return clean
  let there = clean
  while (look.kind(there) === 'absent') there = dirname(there)
  return join(look.real(there), clean.slice(there.length))
}

/** The table that mount(8) reads. `flags` are those that a mount of the host may not lose, asked by its path. */
export function fstab(plan: MountPlan, root: string, look: Look, flags: (path: string) => readonly string[]): string {
  const seenAt = (at: string) => escaped(plan.ownRoot ? join(root, at) : at)
  const rows = plan.binds.map(({ from, at, readOnly }) => {
    const bind = look.kind(from) === 'directory' ? 'rbind' : 'bind'
    const options = readOnly ? ['bind', 'ro', ...flags(from)] : [bind]
    return `${escaped(from)} ${seenAt(at)} none ${options.join(',')}`
  })
  if (plan.ownTerminals) rows.push(`devpts ${seenAt('/dev/pts')} devpts newinstance,ptmxmode=0666,mode=0620`)
  return rows.map((row) => `${row} 0 0\n`).join('')
}

const escaped = (path: string): string =>
  path.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

const LOCKED = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime']

/** The flags of the mount that a path is on, from the text of /proc/self/mountinfo: no namespace below may drop them. */
export function mountFlags(mountInfo: string, path: string): readonly string[] {
  let best = { at: '', flags: [] as readonly string[] }
  for (const line of mountInfo.split('\n')) {
    const [, , , , raw, options = ''] = line.split(' ')
    if (raw === undefined) continue
    const at = raw.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    const covers = at === '/' || path === at || path.startsWith(`${at}/`)
    if (covers && at.length >= best.at.length)
      best = { at, flags: options.split(',').filter((flag) => LOCKED.includes(flag)) }
  }
  return best.flags
}
