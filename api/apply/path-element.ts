/**
 * One step of a path to a field, in the form in which it is a key of FieldsV1.
 *
 *     f:replicas                                the field `replicas`
 *     k:{"containerPort":80,"protocol":"TCP"}   the item of a list that has these keys
 *     v:"finalizer"                             the item of a set that is this value
 *     i:3                                       the fourth item of a list that has no keys
 *
 * An element is canonical text: two elements are the same step when they are the same string.
 * Source: structured-merge-diff v6 fieldpath (element.go, serialize-pe.go); meta/v1 FieldsV1.
 */
import { goFloat, goQuote } from '../go-text.ts'
import type { Json } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { sortedJson } from './json-values.ts'
import { compareText } from './text-order.ts'

/** One step, canonical. */
export type PathElement = string

/** Steps from the root of an object down to a field. */
export type FieldPath = readonly PathElement[]

/** The name of a field of an object, or the key of a map. */
export const fieldElement = (name: string): PathElement => `f:${name}`

/** The name that {@link fieldElement} was made from; undefined for every other element. */
export const nameIn = (element: PathElement): string | undefined =>
  element.startsWith('f:') ? element.slice(2) : undefined

/** The item of a set that is this value. */
export const valueElement = (value: Json): PathElement => `v:${jsonOf(value)}`

/** The item of a list at this position. */
export const indexElement = (at: number): PathElement => `i:${at}`

/** The item of a list whose fields of these names have these values. Names may come in any order. */
export function keyElement(keys: readonly KeyField[]): PathElement {
  const sorted = keys.length < 2 ? keys : keys.toSorted(([one], [other]) => compareText(one, other))
  let text = 'k:{'
  for (const [name, value] of sorted) text += `${text.length > 3 ? ',' : ''}${nameOf(name)}:${jsonOf(value)}`
  return `${text}}`
}

/** A key of an item of a list, and its value. */
export type KeyField = readonly [name: string, value: Json]

/** Strings that JSON and Go print between quotes as they are: most names. Tested first, for it is ten times as fast. */
const PLAIN = /^[\w ./:@-]*$/

/** Names, unlike values, are written without escaping `<`, `>` and `&`. */
const nameOf = (name: string): string => (PLAIN.test(name) ? `"${name}"` : JSON.stringify(name))

const jsonOf = (value: Json): string =>
  typeof value === 'string' && PLAIN.test(value) ? `"${value}"` : sortedJson(value)

/** What a key of FieldsV1 turned out to be. */
export type ParsedElement =
  | { readonly is: 'field'; readonly text: PathElement; readonly name: string }
  | { readonly is: 'key'; readonly text: PathElement; readonly keys: readonly KeyField[] }
  | { readonly is: 'value'; readonly text: PathElement; readonly value: Json }
  | { readonly is: 'index'; readonly text: PathElement; readonly at: number }
  /** Of a later Kubernetes, perhaps: ignored. */
  | { readonly is: 'unknown' }
  | { readonly is: 'invalid'; readonly why: string }

/** Reads a key of FieldsV1 that may not be canonical, or not be an element at all. */
export function parseElement(key: string): ParsedElement {
  // Only those that need a parser are worth remembering.
  if (key.startsWith('f:')) return { is: 'field', text: key, name: key.slice(2) }
  const known = remembered.get(key)
  if (known) return known
  const parsed = readElement(key)
  if (remembered.size >= REMEMBERED_MAX) remembered.clear()
  remembered.set(key, parsed)
  return parsed
}

/** The same few keys (`k:{"name":"nginx"}`, `k:{"type":"Ready"}`) come with every write. At 300 bytes each, about 1 MB. */
const REMEMBERED_MAX = 4096
const remembered = new Map<string, ParsedElement>()

function readElement(key: string): ParsedElement {
  if (key.length < 2) return { is: 'invalid', why: 'key must be 2 characters long:' }
  if (key[1] !== ':') return { is: 'invalid', why: `missing colon: ${key}` }
  const content = key.slice(2)
  switch (key[0]) {
    case 'k': {
      const keys = parseJson(content)
      if (keys === null) return { is: 'key', text: keyElement([]), keys: [] }
      if (!isObject(keys)) return { is: 'invalid', why: `expected an object of keys: ${key}` }
      const fields = Object.entries(keys).sort(([one], [other]) => compareText(one, other))
      return { is: 'key', text: keyElement(fields), keys: fields }
    }
    case 'v': {
      const value = parseJson(content)
      if (value === undefined) return { is: 'invalid', why: `expected a value: ${key}` }
      return { is: 'value', text: valueElement(value), value }
    }
    case 'i':
      if (!/^[+-]?\d+$/.test(content)) return { is: 'invalid', why: `expected an index: ${key}` }
      return { is: 'index', text: indexElement(Number(content)), at: Number(content) }
    default:
      return { is: 'unknown' }
  }
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * The order of elements in FieldsV1: fields by name, then items by their keys, by value, by index.
 * Both must be canonical.
 */
export function compareElements(one: PathElement, other: PathElement): number {
  if (one === other) return 0
  const kind = one.charCodeAt(0)
  const otherKind = other.charCodeAt(0)
  if (kind !== otherKind) return RANK.indexOf(one.charAt(0)) - RANK.indexOf(other.charAt(0))
  if (kind === FIELD) return compareText(one, other)
  return compareParsed(parseElement(one), parseElement(other))
}

const RANK = 'fkvi'
const FIELD = 'f'.charCodeAt(0)

function compareParsed(one: ParsedElement, other: ParsedElement): number {
  if (one.is === 'key' && other.is === 'key') return compareKeys(one.keys, other.keys)
  if (one.is === 'value' && other.is === 'value') return compareValues(one.value, other.value)
  if (one.is === 'index' && other.is === 'index') return one.at - other.at
  return 0
}

function compareKeys(one: readonly KeyField[], other: readonly KeyField[]): number {
  for (const [at, [name, value]] of one.entries()) {
    const against = other[at]
    if (!against) return 1
    const difference = compareText(name, against[0]) || compareValues(value, against[1])
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

/** Numbers come first, then strings, booleans, lists, objects, null. Source: structured-merge-diff v6 value.Compare. */
function compareValues(one: Json, other: Json): number {
  const difference = rankOf(one) - rankOf(other)
  if (difference !== 0) return difference
  if (typeof one === 'number' && typeof other === 'number') return one - other
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other)
  if (typeof one === 'boolean' && typeof other === 'boolean') return Number(one) - Number(other)
  if (Array.isArray(one) && Array.isArray(other)) {
    return compareKeys(
      one.map((item): KeyField => ['', item]),
      other.map((item): KeyField => ['', item]),
    )
  }
  if (isObject(one) && isObject(other)) return compareKeys(sortedFields(one), sortedFields(other))
  return 0
}

const sortedFields = (map: { [name: string]: Json }): KeyField[] =>
  Object.entries(map).sort(([one], [other]) => compareText(one, other))

function rankOf(value: Json): number {
  if (typeof value === 'number') return 0
  if (typeof value === 'string') return 1
  if (typeof value === 'boolean') return 2
  if (Array.isArray(value)) return 3
  return value === null ? 5 : 4
}

/** A path as messages say it: `.spec.containers[name="nginx"].image`. */
export const sayPath = (path: FieldPath): string => path.map(sayElement).join('')

/** One step as messages say it: `.spec`, `[name="nginx"]`, `[="value"]`, `[3]`. */
export function sayElement(element: PathElement): string {
  const parsed = parseElement(element)
  switch (parsed.is) {
    case 'field':
      return `.${parsed.name}`
    case 'key':
      return `[${parsed.keys.map(([name, value]) => `${name}=${sayValue(value)}`).join(',')}]`
    case 'value':
      return `[=${sayValue(parsed.value)}]`
    case 'index':
      return `[${parsed.at}]`
    case 'unknown':
    case 'invalid':
      return '{{invalid path element}}'
    default:
      return parsed satisfies never
  }
}

function sayValue(value: Json): string {
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number') return goFloat(value)
  if (Array.isArray(value)) return `[${value.map(sayValue).join(',')}]`
  if (isObject(value))
    return Object.entries(value)
      .map(([name, held]) => `${name}=${sayValue(held)}`)
      .join('')
  return String(value)
}
