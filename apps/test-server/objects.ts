/** Objects that a test brings along, as values or in files of YAML or JSON. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { KubeObject } from '@muster/api/object.ts'
import { ControlError } from '@muster/base/errors.ts'
import { parseAllDocuments } from 'yaml'

/** An object, or a file or directory that holds some. */
export type ObjectSource = KubeObject | string | URL

const ENDINGS: ReadonlySet<string> = new Set(['.yaml', '.yml', '.json'])

/** Every object of these sources, in order. Throws Invalid, with the name of the file, for what is none. */
export async function readObjects(sources: readonly ObjectSource[]): Promise<readonly KubeObject[]> {
  const found = await Promise.all(
    sources.map((source) =>
      typeof source === 'string' || source instanceof URL
        ? readFrom(source instanceof URL ? fileURLToPath(source) : source)
        : [source],
    ),
  )
  return found.flat()
}

async function readFrom(path: string): Promise<readonly KubeObject[]> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    (cause) => {
      throw new ControlError('Invalid', `${path}: there is no such file or directory`, cause)
    },
  )
  if (!isDirectory) return parseObjects(await readFile(path, 'utf8'), path)
  const names = (await readdir(path)).filter((name) => ENDINGS.has(extname(name))).sort()
  return (await Promise.all(names.map((name) => readFrom(join(path, name))))).flat()
}

function parseObjects(text: string, path: string): readonly KubeObject[] {
  const documents = parseAllDocuments(text)
  return [...documents].flatMap((document, index) => {
    const [error] = document.errors
    if (error) throw new ControlError('Invalid', `${path}: ${error.message}`)
    const value: unknown = document.toJS()
    if (value === null) return []
    if (!isObject(value)) {
      throw new ControlError('Invalid', `${path}: document ${index + 1} has no kind and metadata`)
    }
    return [value]
  })
}

const isObject = (value: unknown): value is KubeObject =>
  typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value && 'metadata' in value
