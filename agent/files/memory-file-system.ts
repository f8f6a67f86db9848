/** Files that are nowhere but here: for tests, and for pods that are only simulated. */
import { ControlError } from '@muster/base/errors.ts'
import type { FileSystem } from './file-system.ts'

type Entry =
  | { readonly is: 'file'; readonly bytes: Uint8Array; readonly mode: number }
  | { readonly is: 'directory'; readonly mode: number }
  | { readonly is: 'link'; readonly target: string }

/** What tests may ask besides. */
export interface MemoryFileSystem extends FileSystem {
  /** The text of a file and its permissions, links followed; undefined when there is none. */
  look(path: string): { readonly text: string; readonly mode: number } | undefined
  /** How many files, directories and links there are. */
  readonly size: number
}

/** An empty one. */
export function memoryFileSystem(): MemoryFileSystem {
  const entries = new Map<string, Entry>([['/', { is: 'directory', mode: 0o755 }]])

  /** The path with every link on the way followed, but for the last part when it is asked to stay. */
  const resolve = (path: string, isLastKept = false, links = 0): string => {
    if (links > LINKS_MAX) throw new ControlError('Invalid', `${path}: too many links`)
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    let at = ''
    for (const [index, part] of parts.entries()) {
      const rest = parts.slice(index + 1)
      if (part === '..') {
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
        continue
      }
      const entry = entries.get(`${at}/${part}`)
      if (entry?.is === 'link' && !(isLastKept && rest.length === 0)) {
        const from = entry.target.startsWith('/') ? '' : `${at}/`
        return resolve([`${from}${entry.target}`, ...rest].join('/'), isLastKept, links + 1)
      }
      at = `${at}/${part}`
    }
    return at === '' ? '/' : at
  }
  const below = (path: string) => (path === '/' ? '/' : `${path}/`)
  const parentOf = (path: string) => path.slice(0, Math.max(1, path.lastIndexOf('/')))
  const put = (path: string, entry: Entry) => {
    if (entries.get(parentOf(path))?.is !== 'directory') {
      throw new ControlError('NotFound', `${parentOf(path)} is no directory`)
    }
    entries.set(path, entry)
  }

  return {
    async read(path, lastBytes) {
      const entry = entries.get(resolve(path))
      if (entry?.is !== 'file') return undefined
      return lastBytes === undefined ? entry.bytes : entry.bytes.slice(-lastBytes)
    },
    async write(path, bytes, mode) {
      const at = resolve(path)
      if (entries.get(at)?.is === 'directory') throw new ControlError('Invalid', `${path} is a directory`)
      put(at, { is: 'file', bytes: bytes.slice(), mode })
    },
    async makeDirectory(path, mode = 0o755) {
      const at = resolve(path)
      const parts = at.split('/').filter((part) => part !== '')
      for (let count = 1; count <= parts.length; count++) {
        const directory = `/${parts.slice(0, count).join('/')}`
        const entry = entries.get(directory)
        if (!entry) entries.set(directory, { is: 'directory', mode })
        else if (entry.is !== 'directory') throw new ControlError('AlreadyExists', `${directory} is no directory`)
      }
    },
    async link(path, target) {
      const at = resolve(path, true)
      if (entries.has(at)) throw new ControlError('AlreadyExists', `${path} is there`)
      put(at, { is: 'link', target })
    },
    async readLink(path) {
      const entry = entries.get(resolve(path, true))
      return entry?.is === 'link' ? entry.target : undefined
    },
    async rename(from, to) {
      const [source, aim] = [resolve(from, true), resolve(to, true)]
      const entry = entries.get(source)
      if (!entry) throw new ControlError('NotFound', `there is no ${from}`)
      for (const [path, one] of [...entries].filter(([one]) => one.startsWith(below(source)))) {
        entries.delete(path)
        entries.set(`${aim}${path.slice(source.length)}`, one)
      }
      entries.delete(source)
      put(aim, entry)
    },
    async remove(path) {
      const at = resolve(path, true)
      entries.delete(at)
      for (const one of [...entries.keys()]) if (one.startsWith(below(at))) entries.delete(one)
    },
    async list(path) {
      const start = below(resolve(path))
      const names = [...entries.keys()].filter((one) => one.startsWith(start) && one !== start)
      return names
        .map((one) => one.slice(start.length))
        .filter((name) => !name.includes('/'))
        .toSorted()
    },
    async kindOf(path) {
      const entry = entries.get(resolve(path))
      return entry === undefined || entry.is === 'link' ? undefined : entry.is
    },
    look(path) {
      const entry = entries.get(resolve(path))
      return entry?.is === 'file' ? { text: new TextDecoder().decode(entry.bytes), mode: entry.mode } : undefined
    },
    get size() {
      return entries.size - 1
    },
  }
}

/** As Linux has it. */
const LINKS_MAX = 40
