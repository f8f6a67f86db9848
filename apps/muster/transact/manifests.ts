/** Manifests, as kubectl takes them with -f: files, folders, or standard input; several to a file, and lists of them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isObject } from '@muster/api/schema/json.ts'
import { isControlError } from '@muster/base/errors.ts'
import { parseYaml } from '@muster/server/resources/parse-yaml.ts'
import { readStdin } from '../stdin.ts'
import { same, text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** One object, as it was written down. */
export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly apiVersion: string
  readonly kind: string
}

/** All of them, in the order of the files; those of a folder by name. Throws MUS0101 for what is none. */
export async function readManifests(paths: readonly string[], recursive: boolean): Promise<Manifest[]> {
  const manifests: Manifest[] = []
  for (const path of paths) {
    const files = path === '-' ? [path] : filesAt(path, recursive, true)
    for (const file of files) manifests.push(...manifestsIn(file, file === '-' ? await readStdin() : read(file)))
  }
  return manifests
}

const MANIFEST = /\.(ya?ml|json)$/

/** As kubectl has it: of a folder the manifests in it, and those in its folders only when that is asked for. */
function filesAt(path: string, recursive: boolean, isAsked: boolean): string[] {
  const isFolder = reading(path, () => statSync(path).isDirectory())
  if (!isFolder) return isAsked || MANIFEST.test(path) ? [path] : []
  if (!isAsked && !recursive) return []
  return reading(path, () => readdirSync(path).sort()).flatMap((name) => filesAt(join(path, name), recursive, false))
}

const read = (file: string): Uint8Array => reading(file, () => readFileSync(file))

function reading<Result>(path: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    throw refused(path, cause instanceof Error ? cause.message : String(cause))
  }
}

function manifestsIn(file: string, bytes: Uint8Array): Manifest[] {
  const parts = Buffer.from(bytes)
    .toString('utf8')
    .split(/^---(?:[ \t].*)?$/m)
  return parts.flatMap((part, at) => {
    const where = parts.length === 1 ? file : `${file}, document ${at + 1}`
    try {
      return objectsIn(where, parseYaml(Buffer.from(part), { strict: true }).value)
    } catch (error) {
      throw isControlError(error) && error.code === 'BadRequest' ? refused(where, error.message) : error
    }
  })
}

/** Nothing says nothing; a list stands for what is in it. */
function objectsIn(where: string, value: unknown): Manifest[] {
  if (value === null) return []
  if (!isObject(value)) throw refused(where, 'it is no object')
  const { apiVersion, kind, items } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw refused(where, 'apiVersion or kind is missing')
  if (kind.endsWith('List') && Array.isArray(items)) {
    return items.flatMap((item, at) => objectsIn(`${where}, items[${at}]`, item))
  }
  return [{ ...value, apiVersion, kind }]
}

const refused = (where: string, why: string) =>
  trouble('MUS0101', {
    what: text(`no manifest can be read from ${where}`, `无法从 ${where} 读取清单`),
    why: same(why),
    next: ['kubectl muster transact --help'],
  })
