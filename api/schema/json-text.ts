/**
 * What only the text of JSON tells and its parsed value does not: fields that were given twice, and how deep it is before
 * anything walks into it.
 */
import { goQuote } from '../go-text.ts'
import type { Json } from '../object.ts'

/**
 * How deep an object may be. Every walk over objects is a recursion, and this many calls fit on the stack with room to
 * spare. Go stops at 10,000; the deepest of Kubernetes' own kinds, a schema of schemas, seldom goes beyond 50.
 */
export const JSON_DEPTH_MAX = 1000

/** What is counted in a text. */
export interface JsonCount {
  /** Of objects and lists, one within the other. */
  readonly depth: number
  /** Fields of all objects, those that are given twice counted twice. */
  readonly fields: number
}

/** Counts, without parsing, in one pass over a text that is valid JSON. */
export function countJson(text: string): JsonCount {
  let [depth, deepest, fields] = [0, 0, 0]
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at)
        break
      case OPEN_OBJECT:
      case OPEN_LIST:
        depth++
        if (depth > deepest) deepest = depth
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        depth--
        break
      case COLON:
        fields++
        break
    }
  }
  return { depth: deepest, fields }
}

/**
 * The paths of fields that the text gives twice, each once: `spec.list[0].field`. Looks at the text again only if it has
 * more fields than the value that was parsed from it.
 */
export function duplicateFields(text: string, value: Json, { fields }: JsonCount = countJson(text)): readonly string[] {
  return fields === countFields(value) ? [] : findDuplicates(text)
}

/** `duplicate field "spec.foo"`: how one is told to the client. Source: sigs.k8s.io/json kubernetes_patch.go. */
export const sayDuplicateField = (path: string): string => `duplicate field ${goQuote(path)}`

const QUOTE = 0x22
const COLON = 0x3a
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

/** Where the closing quote is of the string that opens at a place. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1)
  while (close > 0 && isEscaped(text, close)) close = text.indexOf('"', close + 1)
  return close < 0 ? text.length : close
}

/** True behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let before = at - 1
  while (text.charCodeAt(before) === BACKSLASH) before--
  return (at - before) % 2 === 0
}

function countFields(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) for (const item of value) count += countFields(item)
  else for (const name of Object.keys(value)) count += 1 + countFields(value[name] ?? null)
  return count
}

/** An object or list that is open: where it is, what it has had, and where in it the text is. */
interface Open {
  readonly path: string
  /** Absent in a list. */
  readonly names?: Set<string>
  name: string
  index: number
}

function findDuplicates(text: string): readonly string[] {
  const found = new Set<string>()
  walkFields(text, (path, isAgain) => {
    if (isAgain) found.add(path)
  })
  return [...found]
}

/** Visits every field of a text that is valid JSON, as it stands there; `isAgain` where its object has had it already. */
export function walkFields(text: string, visit: (path: string, isAgain: boolean) => void): void {
  const open: Open[] = []
  let word = ''
  for (let at = 0; at < text.length; at++) {
    const inside = open.at(-1)
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at)
        word = text.slice(at, end + 1)
        at = end
        break
      }
      case COLON:
        if (inside?.names) {
          inside.name = String(JSON.parse(word))
          visit(pathIn(inside), inside.names.has(inside.name))
          inside.names.add(inside.name)
        }
        break
      case COMMA:
        if (inside) inside.index++
        break
      case OPEN_OBJECT:
        open.push({ path: inside ? pathIn(inside) : '', names: new Set(), name: '', index: 0 })
        break
      case OPEN_LIST:
        open.push({ path: inside ? pathIn(inside) : '', name: '', index: 0 })
        break
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop()
        break
    }
  }
}

const pathIn = ({ path, names, name, index }: Open): string =>
  names ? (path === '' ? name : `${path}.${name}`) : `${path}[${index}]`
