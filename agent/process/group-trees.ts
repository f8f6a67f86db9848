/** Where control groups are on a machine, from what the kernel tells a process of its mounts and of itself. */
import { join } from 'node:path'

/** What a group can be held to. */
export type Controller = 'memory' | 'cpu'

/** A directory in which groups may perhaps be made. */
export interface GroupParent {
  readonly version: 1 | 2
  readonly directory: string
}

/**
 * The directories to try for a controller, best first: of version 2 before version 1; near the root before near the
 * process, for a group that has processes cannot hand its controllers on. `mounts` is /proc/self/mountinfo, `own` is
 * /proc/self/cgroup.
 */
export function parentsFor(controller: Controller, mounts: string, own: string): readonly GroupParent[] {
  const found = mounts.split('\n').flatMap((line): { version: 1 | 2; root: string; at: string }[] => {
    const [before = '', after = ''] = line.split(' - ')
    const [, , , root = '', at = ''] = before.split(' ').map(plain)
    const [type, , options = ''] = after.split(' ')
    if (type === 'cgroup2') return [{ version: 2, root, at }]
    return type === 'cgroup' && options.split(',').includes(controller) ? [{ version: 1, root, at }] : []
  })
  return found
    .toSorted((one, other) => other.version - one.version)
    .flatMap(({ version, root, at }) =>
      ancestorsOf(within(root, ownPath(version, controller, own))).map((path) => ({
        version,
        directory: join(at, ...path),
      })),
    )
}

/** The path of the process's own group in a tree; `/` where it has none. */
function ownPath(version: 1 | 2, controller: Controller, own: string): string {
  for (const line of own.split('\n')) {
    const [number, controllers = '', ...path] = line.split(':')
    const isMeant = version === 2 ? number === '0' && controllers === '' : controllers.split(',').includes(controller)
    if (isMeant) return path.join(':')
  }
  return '/'
}

/** A mount may show only a part of a tree, below `root`. */
const within = (root: string, path: string): string =>
  root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : '/'

/** The words of `/`, `/a` and `/a/b` for `/a/b`. */
function ancestorsOf(path: string): readonly (readonly string[])[] {
  const words = path.split('/').filter(Boolean)
  return [...words, ''].map((_, length) => words.slice(0, length))
}

/** Spaces and their like are told by their octal codes. */
const plain = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
