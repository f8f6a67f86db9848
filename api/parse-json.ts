/**
 * JSON bodies, read as strictly as their client asks.
 *
 * Node's own parser does the reading. Where it would keep the last of two equal fields, round a whole number or make
 * infinity of one, and say nothing, a second look at the text finds it. That look is taken only where a first one, which
 * is cheap, shows that it may be needed.
 *
 * Refused here, and not by Kubernetes: whole numbers of 64 bits that a double would write back as others (Kubernetes keeps
 * them), bytes that are no UTF-8 (it replaces them), and depths beyond {@link JSON_DEPTH_MAX} (it stops at 10,000).
 */
import { explainJson } from './explain-json.ts'
import type { Json } from './object.ts'
import { countJson, duplicateFields, JSON_DEPTH_MAX, sayDuplicateField } from './schema/json-text.ts'
import { badRequest } from './status.ts'

/** A parsed body. */
export interface ParsedJson {
  readonly value: Json
  /** `duplicate field "spec.replicas"`, for each field given twice; empty unless strict. */
  readonly doubles: readonly string[]
}

/** Kubernetes stops counting after so many. Source: sigs.k8s.io/json kubernetes_patch.go. */
const DOUBLES_MAX = 100

/** Reads a body. Throws BadRequest, in the words of Go's parser where it has words for it. */
export function parseJson(bytes: Uint8Array, { strict }: { readonly strict: boolean }): ParsedJson {
  const text = readText(bytes)
  const value = readValue(text)
  const count = countJson(text)
  if (count.depth > JSON_DEPTH_MAX) {
    throw badRequest(`exceeded max depth: the body is nested deeper than ${JSON_DEPTH_MAX}`)
  }
  if (NUMBERS_TO_CHECK.test(text)) checkNumbers(text)
  const doubles = strict ? duplicateFields(text, value, count).slice(0, DOUBLES_MAX).map(sayDuplicateField) : []
  return { value, doubles }
}

/** A byte order mark stays, and is refused as anything else before a value would be. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw badRequest('the body is not valid UTF-8', cause)
  }
}

function readValue(text: string): Json {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badRequest(explainJson(text) ?? String(cause), cause)
  }
}

/** Sixteen digits may be more than a double holds, and an exponent of three larger than it goes. Text counts too. */
const NUMBERS_TO_CHECK = /\d{16}|\d[eE]\+?\d{3}/

/** Reads the text once more: only there is a number as it was written. */
function checkNumbers(text: string): void {
  JSON.parse(text, (_, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value === 'number' && context?.source !== undefined) checkNumber(value, context.source)
    return value
  })
}

function checkNumber(value: number, source: string): void {
  if (!Number.isFinite(value)) throw badRequest(`json: cannot unmarshal number ${source} into Go value of type float64`)
  if (!/^-?\d+$/.test(source) || Number.isSafeInteger(value)) return
  // It is kept when it is written back as it came. Beyond 64 bits Kubernetes, too, makes a float64 of it.
  const written = BigInt(source)
  if (String(value) === source || BigInt.asIntN(64, written) !== written) return
  throw badRequest(
    `the number ${source} cannot be kept exactly: whole numbers may be at most ${Number.MAX_SAFE_INTEGER}`,
  )
}
