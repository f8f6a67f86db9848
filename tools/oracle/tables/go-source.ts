/** Reads what only the Go source of a package says: which fields are pointers, which are left out of JSON when empty. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One field of a struct, by its tags. */
export interface GoField {
  /** Its name in JSON; empty for a struct whose fields stand among those of its holder. */
  readonly json: string
  /** Its number in protobuf. */
  readonly number: number
  readonly isPointer: boolean
  readonly omitempty: boolean
  readonly omitzero: boolean
  /** The Go type, without its star: `string`, `metav1.Time`, `[]Container`. */
  readonly type: string
  /** A marker says `+default=`: a published default that is meant, not Go's zero value. */
  readonly hasDefault: boolean
}

/** The structs of a package that have fields in protobuf, by name. */
export type GoStructs = ReadonlyMap<string, readonly GoField[]>

/** Reads every struct of the Go package in a folder, without what generators wrote. */
export const readGoStructs = (folder: string): GoStructs =>
  new Map(
    readdirSync(folder)
      .filter(isWritten)
      .flatMap((name) => [...parseGoStructs(readFileSync(join(folder, name), 'utf8'))]),
  )

/** The structs of one file. */
export const parseGoStructs = (text: string): GoStructs =>
  new Map(
    [...text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)].map(([, name = '', body = '']) => [
      name,
      parseFields(body),
    ]),
  )

const isWritten = (name: string): boolean =>
  name.endsWith('.go') && !/_test\.go$|^zz_generated|^generated|^types_swagger/.test(name)

function parseFields(body: string): readonly GoField[] {
  const fields: GoField[] = []
  let hasDefault = false
  for (const line of body.split('\n')) {
    if (/^\s*\/\/\s*\+default=/.test(line)) hasDefault = true
    const [, type = '', tags = ''] = /^\t(?!\/\/)(?:\w+\s+)?(\S.*?)\s+`([^`]*)`/.exec(line) ?? []
    if (!tags) continue
    const [json = '', ...options] = (/json:"([^"]*)"/.exec(tags)?.[1] ?? '').split(',')
    const number = Number(/protobuf:"\w+,(\d+),/.exec(tags)?.[1] ?? Number.NaN)
    if (Number.isInteger(number)) {
      fields.push({
        json,
        number,
        type: type.replace('*', ''),
        isPointer: type.startsWith('*'),
        omitempty: options.includes('omitempty'),
        omitzero: options.includes('omitzero'),
        hasDefault,
      })
    }
    hasDefault = false
  }
  return fields
}
