/**
 * A part of an object as Kubernetes' own types print it: every field, under its name in Go, in the order of Go.
 *
 *     { type: 'BlueGreen' }  →  { Type: 'BlueGreen', RollingUpdate: null }
 *
 * Some messages show a value so, since Kubernetes validates objects in that form. Source: Go encoding/json.
 */
import type { Json } from '../object.ts'
import { canonicalQuantity } from '../quantity.ts'
import { isObject } from '../schema/json.ts'
import { GO_TYPES } from './go-types.ts'

/** A value of a type of the table. Throws TypeError for a type that is not there. */
export function goForm(type: string, value: object | undefined): Readonly<Record<string, Json>> {
  return Object.fromEntries(fieldsOf(type).flatMap((field) => sayField(field, new Map(Object.entries(value ?? {})))))
}

interface GoField {
  readonly name: string
  readonly json: string
  readonly what: string
}

type Said = ReadonlyMap<string, unknown>

const parsed = new Map<string, readonly (GoField | string)[]>()

/** The fields of a type; the name of a type whose fields are also its own. */
function fieldsOf(type: string): readonly (GoField | string)[] {
  const known = parsed.get(type)
  if (known) return known
  const text = Object.hasOwn(GO_TYPES, type) ? GO_TYPES[type] : undefined
  if (text === undefined) throw new TypeError(`broken promise: no form of ${type} is known`)
  const fields = text.split(' ').map((part) => (part.startsWith('+') ? part.slice(1) : readField(part)))
  parsed.set(type, fields)
  return fields
}

function readField(part: string): GoField {
  const [names = '', what = ''] = part.split(':')
  const [name = '', json = `${name.charAt(0).toLowerCase()}${name.slice(1)}`] = names.split('=')
  return { name, json, what }
}

function sayField(field: GoField | string, said: Said): [string, Json][] {
  if (typeof field !== 'string') return [[field.name, sayValue(field.what, said.get(field.json))]]
  // The metadata of a template is the one part that is printed as its JSON is.
  if (field === 'ObjectMeta') return sayMetadata(said.get('metadata'))
  return fieldsOf(field).flatMap((inner) => sayField(inner, said))
}

const METADATA_ORDER = ['name', 'generateName', 'namespace', 'labels', 'annotations', 'ownerReferences', 'finalizers']

function sayMetadata(metadata: unknown): [string, Json][] {
  if (typeof metadata !== 'object' || metadata === null) return []
  const said = new Map<string, unknown>(Object.entries(metadata))
  return METADATA_ORDER.flatMap((name): [string, Json][] => {
    const value = said.get(name)
    return isEmpty(value) ? [] : [[name, sortKeys(value)]]
  })
}

function sayValue(what: string, value: unknown): Json {
  const isAbsent = value === undefined || value === null
  if (what.startsWith('[]')) {
    return Array.isArray(value) && value.length > 0 ? value.map((item) => sayValue(what.slice(2), item)) : null
  }
  if (what.startsWith('*')) return isAbsent ? null : sayValue(what.slice(1), value)
  switch (what) {
    case 'string':
      return isAbsent ? '' : String(value)
    case 'int':
      return isAbsent ? 0 : Number(value)
    case 'bool':
      return value === true
    case 'quantity':
      return isAbsent ? '0' : canonicalQuantity(typeof value === 'number' ? value : String(value))
    case 'map':
      return isEmpty(value) ? null : sortKeys(value)
    case 'any':
      return isAbsent ? null : (JSON.parse(JSON.stringify(value)) as Json)
    default:
      return { ...goForm(what, typeof value === 'object' && value !== null ? value : {}) }
  }
}

const isEmpty = (value: unknown): boolean => !value || (typeof value === 'object' && Object.keys(value).length === 0)

/** Maps are printed in the order of their keys. */
const sortKeys = (value: unknown): Json =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : (value as Json)
