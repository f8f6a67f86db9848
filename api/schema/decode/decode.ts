/**
 * Reads an object of a built-in kind as Go's JSON decoder reads it into a struct: fields that the type does not have are
 * dropped (and listed), null is absent, and a value of the wrong type is refused in Go's words. What comes out looks as
 * Go would print it, and as the decoder of protobuf makes it: `containers: null`, `spec: {}`, and no empty labels.
 *
 * Numbers come as JavaScript parsed them, so `1.0` and `1e3` are integers here, which Go refuses.
 * Source: sigs.k8s.io/json, which is Go's encoding/json with an eye for unknown fields.
 */
import { goQuote } from '../../go-text.ts'
import type { Json, JsonObject } from '../../object.ts'
import { isObject, setOwn } from '../json.ts'
import { toJsonForm } from '../json-form.ts'
import { entryOf, itemOf, nodeOf, propertyOf, type SchemaNode } from '../node.ts'
import type { TypeSchema } from '../schema.ts'
import { readBase64 } from './base64.ts'
import { goTypeOf, typeNameOfNode } from './go-type.ts'
import { OWN_TYPES } from './own-types.ts'
import { noteUnknown, noteWrong, type Run } from './run.ts'

/**
 * What came of it. The object is new, though what may hold anything is shared with the value that it came from. `why` is
 * Go's own sentence; the server says what could not be handled because of it.
 */
export type Decoding =
  | { readonly decoded: true; readonly object: JsonObject; readonly unknown: readonly string[] }
  | { readonly decoded: false; readonly why: string }

/** What to do with fields that the type does not have. */
export interface DecodeOptions {
  /** `list` names the first hundred by their paths, for Warn and Strict; `drop` says nothing of them. */
  readonly unknown: 'drop' | 'list'
}

/** Decodes a parsed object into the type, a built-in one. */
export function decode(type: TypeSchema, value: Json, { unknown }: DecodeOptions): Decoding {
  const run: Run = {
    names: [],
    holders: [],
    steps: [],
    unknown: unknown === 'list' ? new Set() : undefined,
    outside: undefined,
    wrong: undefined,
    broken: undefined,
  }
  const node = nodeOf(type)
  const object = isObject(value) ? readStruct(run, node, value) : noteWrong(run, value, goTypeOf(node))
  const why = run.broken ?? run.wrong
  if (why !== undefined) return { decoded: false, why }
  const typeName = typeNameOfNode(node)
  if (object && typeName !== undefined) toJsonForm(typeName, object)
  return { decoded: true, object: object ?? {}, unknown: [...(run.unknown ?? [])] }
}

/** `unknown field "spec.foo"`: how a listed field is told to the client. */
export const sayUnknownField = (path: string): string => `unknown field ${goQuote(path)}`

/** Reads a value that is not null. Undefined leaves the field as it was: absent. */
function read(run: Run, node: SchemaNode, value: Json): Json | undefined {
  const { schema, typeName } = node
  const own = typeName === undefined ? undefined : OWN_TYPES.get(typeName)
  if (own) return own(run, node, value, read)
  const wrong = () => noteWrong(run, value, goTypeOf(node))
  switch (schema.type) {
    case 'object':
      if (!isObject(value)) return wrong()
      return entryOf(node) ? readMap(run, node, value) : readStruct(run, node, value)
    case 'array':
      return Array.isArray(value) ? readList(run, node, value) : wrong()
    case 'string':
      if (typeof value !== 'string') return wrong()
      return schema.format === 'byte' ? readBytes(run, value) : value
    case 'integer':
      return isWithin(schema.format === 'int64' ? 2 ** 63 : 2 ** 31, value) ? value : wrong()
    case 'number':
      return typeof value === 'number' ? value : wrong()
    case 'boolean':
      return typeof value === 'boolean' ? value : wrong()
    case undefined:
      return value
    default:
      return schema.type satisfies never
  }
}

function readStruct(run: Run, node: SchemaNode, given: JsonObject): JsonObject {
  const object: JsonObject = {}
  run.holders.push(node)
  for (const name of Object.keys(given)) {
    const property = propertyOf(node, name)
    if (!property) {
      noteUnknown(run, name)
      continue
    }
    const value = given[name] ?? null
    if (value === null) continue
    run.names.push(name)
    run.steps.push(name)
    const taken = read(run, property, value)
    if (taken !== undefined) object[name] = taken
    run.steps.pop()
    run.names.pop()
  }
  run.holders.pop()
  return object
}

function readMap(run: Run, node: SchemaNode, given: JsonObject): JsonObject {
  const map: JsonObject = {}
  const entry = entryOf(node)
  if (!entry) return map
  for (const key of Object.keys(given)) {
    const value = given[key] ?? null
    run.steps.push(key)
    setOwn(map, key, (value === null ? undefined : read(run, entry, value)) ?? zeroOf(entry))
    run.steps.pop()
  }
  return map
}

function readList(run: Run, node: SchemaNode, given: readonly Json[]): Json[] {
  const item = itemOf(node)
  if (!item) return [...given]
  return given.map((value, index) => {
    run.steps.push(index)
    const taken = (value === null ? undefined : read(run, item, value)) ?? zeroOf(item)
    run.steps.pop()
    return taken
  })
}

function readBytes(run: Run, value: string): string | undefined {
  const reading = readBase64(value)
  if (reading.read) return reading.text
  run.wrong ??= reading.why
  return undefined
}

const isWithin = (end: number, value: Json): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= -end && value < end

/** What an item or an entry is that was given as null. */
function zeroOf({ schema, typeName }: SchemaNode): Json {
  if (typeName?.endsWith('.Quantity')) return '0'
  if (typeName?.endsWith('.IntOrString')) return 0
  if (typeName !== undefined && OWN_TYPES.has(typeName)) return null
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? null : ''
    case 'integer':
    case 'number':
      return 0
    case 'boolean':
      return false
    case 'object':
      return schema.properties ? {} : null
    case 'array':
    case undefined:
      return null
    default:
      return schema.type satisfies never
  }
}
