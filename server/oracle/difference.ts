/** Where two normalised answers differ. Placeholders may be numbered otherwise, as long as they pair one to one. */
import type { Json } from './case.ts'

/** One place at which two answers differ; undefined is for what is not there. */
export interface Difference {
  /** Such as `body.spec.containers[0].image`. */
  readonly path: string
  readonly expected: Json | undefined
  readonly actual: Json | undefined
}

/** Which placeholder of one side stands for which of the other; kept through a case. */
export interface Pairing {
  readonly toActual: Map<string, string>
  readonly toExpected: Map<string, string>
}

/** A pairing in which nothing is paired yet. */
export const newPairing = (): Pairing => ({ toActual: new Map(), toExpected: new Map() })

/** Differences after which the rest is not looked at: a mismatch is understood by its first few. */
const DIFFERENCES_MAX = 20

/** Finds the differences, in order of keys, at most {@link DIFFERENCES_MAX}. New placeholders are paired on the way. */
export function findDifferences(
  expected: Json | undefined,
  actual: Json | undefined,
  pairing: Pairing,
  path = '',
): readonly Difference[] {
  const found: Difference[] = []
  compare(expected, actual, pairing, path, found)
  return found
}

type Fields = Readonly<Record<string, Json | undefined>>

function compare(
  expected: Json | undefined,
  actual: Json | undefined,
  pairing: Pairing,
  path: string,
  found: Difference[],
): void {
  if (found.length >= DIFFERENCES_MAX) return
  if (typeof expected === 'string' && typeof actual === 'string') {
    if (!sameText(expected, actual, pairing)) found.push({ path, expected, actual })
    return
  }
  const fields = bothFields(expected, actual)
  if (!fields) {
    if (expected !== actual) found.push({ path, expected, actual })
    return
  }
  const actualKeys = pairKeys(fields, pairing)
  for (const key of Object.keys(fields.expected).sort()) {
    const actualKey = actualKeys.get(key)
    const other = actualKey === undefined ? undefined : fields.actual[actualKey]
    compare(fields.expected[key], other, pairing, join(path, key, fields.isList), found)
  }
  const paired = new Set(actualKeys.values())
  for (const key of Object.keys(fields.actual).sort()) {
    if (paired.has(key) || found.length >= DIFFERENCES_MAX) continue
    found.push({ path: join(path, key, fields.isList), expected: undefined, actual: fields.actual[key] })
  }
}

interface BothFields {
  readonly expected: Fields
  readonly actual: Fields
  readonly isList: boolean
}

/** The fields of two objects, or the items of two lists by their index; undefined when they are no such pair. */
function bothFields(expected: Json | undefined, actual: Json | undefined): BothFields | undefined {
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null)
    return undefined
  const isList = Array.isArray(expected)
  if (isList !== Array.isArray(actual)) return undefined
  return {
    expected: Object.fromEntries(Object.entries(expected)),
    actual: Object.fromEntries(Object.entries(actual)),
    isList,
  }
}

/** Which key of the other side is this key: the same, but for the numbers of placeholders. */
function pairKeys({ expected, actual }: BothFields, pairing: Pairing): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>()
  const numbered = Object.keys(actual).filter((key) => PLACEHOLDER.test(key))
  for (const key of Object.keys(expected)) {
    const other = PLACEHOLDER.test(key) ? numbered.find((each) => sameText(key, each, pairing)) : key
    if (other !== undefined && Object.hasOwn(actual, other)) pairs.set(key, other)
  }
  return pairs
}

const join = (path: string, key: string, isList: boolean): string =>
  isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`

const PLACEHOLDER = /\{\{\w+:\d+\}\}/
const PLACEHOLDERS = /\{\{(\w+):\d+\}\}/g

function sameText(expected: string, actual: string, pairing: Pairing): boolean {
  const expectedNames = expected.match(PLACEHOLDERS) ?? []
  const actualNames = actual.match(PLACEHOLDERS) ?? []
  if (expectedNames.length === 0) return expected === actual
  // The texts around them, and the classes of the placeholders.
  if (expected.replace(PLACEHOLDERS, '{{$1}}') !== actual.replace(PLACEHOLDERS, '{{$1}}')) return false
  return expectedNames.every((name, index) => pair(name, actualNames[index] ?? '', pairing))
}

function pair(expected: string, actual: string, { toActual, toExpected }: Pairing): boolean {
  const known = toActual.get(expected)
  if (known !== undefined || toExpected.has(actual)) return known === actual
  toActual.set(expected, actual)
  toExpected.set(actual, expected)
  return true
}
