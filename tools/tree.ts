/** Reads the files of the house as they lie on this disk. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One file: its path from the root, with forward slashes, and its text. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** The root of the house on this disk. */
export const ROOT = join(import.meta.dirname, '..')

// Examples live by the rules of those who copy them; the test of their package runs them.
const NOT_OURS = new Set(['node_modules', 'dist', 'coverage', 'examples'])

/** Every path below a folder of the root, in byte order, without what is hidden, installed or built. */
export function listPaths(folder = ''): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !NOT_OURS.has(name))
    .flatMap((entry) => {
      const path = folder ? `${folder}/${entry.name}` : entry.name
      return entry.isDirectory() ? listPaths(path) : [path]
    })
    .sort()
}

/** The text of one file of the house. */
export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Every file that tidy reads: code, and the package.json files that say what may be imported. */
export const readTree = (): readonly Source[] =>
  listPaths()
    .filter((path) => /\.[cm]?[jt]sx?$|(^|\/)package\.json$/.test(path))
    .map((path) => ({ path, text: readText(path) }))
