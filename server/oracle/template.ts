/** Fills a recorded request with values of the answers that this run gave: `{{created.metadata.uid}}`. */
import { isObject } from '@muster/api/schema/json.ts'
import { DEFAULT_HEADERS, type Json, type OracleRequest } from './case.ts'

/** A request that can be sent: no templates are left in it. */
export interface FilledRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly identity: 'admin' | 'nobody'
  /** Undefined when the request has none. */
  readonly body: Uint8Array | undefined
}

/** The answers of this run so far, by the names of their steps, as they came: not normalised. */
export type Answers = ReadonlyMap<string, Json>

/** What a template asked for was in no answer: the step before did not say what kube-apiserver said. */
export interface Unfilled {
  readonly missing: string
}

/** Fills every template, or says which one has no value. */
export function fillRequest(request: OracleRequest, answers: Answers): FilledRequest | Unfilled {
  const missing: string[] = []
  const fill = (text: string): string => fillText(text, answers, missing)
  const headers = Object.entries({ ...DEFAULT_HEADERS, ...request.headers }).map(([name, value]) => [name, fill(value)])
  const path = fill(request.path)
  const body = bodyOf(request, answers, fill, missing)
  const [first] = missing
  if (first !== undefined) return { missing: first }
  const filled: Record<string, string> = Object.fromEntries(headers)
  // An empty content type says that none is to be sent.
  if (body !== undefined && filled['content-type'] === undefined) filled['content-type'] = 'application/json'
  if (filled['content-type'] === '') delete filled['content-type']
  return { method: request.method, path, headers: filled, identity: request.identity ?? 'admin', body }
}

/** Applies a JSON merge patch: null removes, objects merge, all else replaces. Source: RFC 7386. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch
  const kept: Record<string, Json> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete kept[key]
    else kept[key] = mergePatch(kept[key] ?? null, value)
  }
  return kept
}

function bodyOf(
  { from, body, text, base64 }: OracleRequest,
  answers: Answers,
  fill: (text: string) => string,
  missing: string[],
): Uint8Array | undefined {
  if (base64 !== undefined) return Uint8Array.from(Buffer.from(base64, 'base64'))
  if (text !== undefined) return new TextEncoder().encode(fill(text))
  if (from === undefined) return body === undefined ? undefined : encode(fillJson(body, fill))
  const answer = answers.get(from)
  if (answer === undefined) missing.push(from)
  return encode(mergePatch(answer ?? null, fillJson(body ?? {}, fill)))
}

const encode = (value: Json): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

function fillJson(value: Json, fill: (text: string) => string): Json {
  if (typeof value === 'string') return fill(value)
  if (Array.isArray(value)) return value.map((item: Json) => fillJson(item, fill))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [fill(key), fillJson(item, fill)]))
}

/** `{{repeat x 100}}` for what would be long to write down, else `{{step.path.to.value}}`. */
const TEMPLATE = /\{\{(?:repeat (\S+) (\d+)|([\w-]+(?:\.[\w-]+)*))\}\}/g

function fillText(text: string, answers: Answers, missing: string[]): string {
  return text.replace(TEMPLATE, (_, unit?: string, count?: string, path?: string) => {
    if (unit !== undefined) return unit.repeat(Number(count))
    const [step = '', ...keys] = (path ?? '').split('.')
    const value = keys.reduce<Json | undefined>((at, key) => lookUp(at, key), answers.get(step))
    if (typeof value === 'string' || typeof value === 'number') return String(value)
    missing.push(path ?? '')
    return ''
  })
}

function lookUp(value: Json | undefined, key: string): Json | undefined {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value[Number(key)]
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
