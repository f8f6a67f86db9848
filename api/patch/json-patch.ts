/**
 * JSON patch: a list of operations, done one after the other, all or none.
 *
 *     [{ "op": "replace", "path": "/spec/replicas", "value": 3 }, { "op": "remove", "path": "/metadata/labels/old" }]
 *
 * Source: RFC 6902, as the library of Kubernetes does it (evanphx/json-patch v4): an index may be negative, `replace`
 * makes a field that is not there, `copy` of such a field makes null, and the first part of a path is not looked at.
 */
import type { ControlError } from '@muster/base/errors.ts'
import { byteLength, goQuote } from '../go-text.ts'
import type { Json, JsonObject } from '../object.ts'
import { copyJson, equalJson, isObject, setOwn } from '../schema/json.ts'
import { badRequest, tooLarge, unprocessable } from '../status.ts'
import { indexIn, insert, locate, missing, read, take } from './json-pointer.ts'
import { jsonTypeOf } from './patch-object.ts'

/** Source: apiserver pkg/endpoints/handlers/patch.go. */
export const OPERATIONS_MAX = 10_000

/** What all `copy` operations of one patch may add together, as JSON. Source: apiserver JSONPatchMaxCopyBytes. */
export const COPIED_BYTES_MAX = 3 * 1024 * 1024

/** A patch that was read, and what strict reading complains of. */
export interface JsonPatch {
  readonly operations: readonly JsonObject[]
  /** As `json patch unknown field "[0].foo"`, for a Warning header or, where strictness is asked, a refusal. */
  readonly complaints: readonly string[]
}

/** Reads the body of a request. Throws BadRequest, and TooLarge for more than {@link OPERATIONS_MAX} operations. */
export function readJsonPatch(body: Json): JsonPatch {
  if (body === null) return { operations: [], complaints: [] }
  if (!Array.isArray(body)) throw misfit(body, 'value of type []handlers.jsonPatchOp')
  const operations = body.map((item) => {
    if (item === null) return {}
    if (!isObject(item)) throw misfit(item, 'value of type handlers.jsonPatchOp')
    for (const field of ['op', 'path', 'from']) {
      const value = item[field] ?? null
      if (value !== null && typeof value !== 'string')
        throw misfit(value, `struct field jsonPatchOp.${field} of type string`)
    }
    return item
  })
  if (operations.length > OPERATIONS_MAX) {
    throw tooLarge(`The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${operations.length}`)
  }
  const complaints = operations.flatMap((operation, at) =>
    Object.keys(operation)
      .filter((field) => !FIELDS.includes(field))
      .map((field) => `json patch unknown field ${goQuote(`[${at}].${field}`)}`),
  )
  return { operations, complaints }
}

/** The document after all operations; both arguments are left as they are. Throws Invalid when one cannot be done. */
export function applyJsonPatch(document: Json, { operations }: JsonPatch): Json {
  const work: Work = { document: copyJson(document), copiedBytes: 0 }
  for (const operation of operations) {
    const perform = PERFORM.get(operation.op)
    if (!perform) throw unprocessable(`Unexpected kind: ${operation.op ?? 'unknown'}`)
    perform(operation, work)
  }
  return work.document
}

/** Why a patch could not be done, without the words around it. */
export const whyNotPatched = ({ cause, message }: ControlError): string =>
  typeof cause === 'string' ? cause : message.replace(/^.* cannot be handled as a \w+: /, '')

/** True when an operation `test` found another value: the patch is not meant for this document. */
export const isTestFailure = (error: ControlError): boolean => whyNotPatched(error).endsWith(': test failed')

const FIELDS = ['op', 'path', 'from', 'value']

interface Work {
  document: Json
  copiedBytes: number
}

const PERFORM: ReadonlyMap<Json | undefined, (operation: JsonObject, work: Work) => void> = new Map([
  ['add', add],
  ['remove', remove],
  ['replace', replace],
  ['move', move],
  ['copy', copy],
  ['test', test],
])

function add(operation: JsonObject, { document }: Work): void {
  const path = pathOf(operation, 'add operation failed to decode path')
  const place = locate(document, path)
  if (!place) throw missing(`add operation does not apply: doc is missing path: "${path}"`)
  insert(place, copyJson(operation.value ?? null), `error in add for path: '${path}'`)
}

function remove(operation: JsonObject, { document }: Work): void {
  const path = pathOf(operation, 'remove operation failed to decode path')
  const place = locate(document, path)
  if (!place) throw missing(`remove operation does not apply: doc is missing path: "${path}"`)
  take(place, `error in remove for path: '${path}'`)
}

function replace(operation: JsonObject, work: Work): void {
  const path = pathOf(operation, 'replace operation failed to decode path: operation missing path field')
  const value = copyJson(operation.value ?? null)
  if (path === '') {
    if (typeof value !== 'object' || value === null)
      throw unprocessable('replace operation value must be object or array')
    work.document = value
    return
  }
  const place = locate(work.document, path)
  if (!place) throw missing(`replace operation does not apply: doc is missing path: ${path}`)
  const { container, key } = place
  if (!Array.isArray(container)) setOwn(container, key, value)
  else {
    const at = indexIn(container.length, key)
    if (typeof at !== 'number') throw missing(`replace operation does not apply: doc is missing key: ${path}`)
    container[at] = value
  }
}

function move(operation: JsonObject, { document }: Work): void {
  const from = fromOf(operation, 'move')
  const source = locate(document, from)
  if (!source) throw missing(`move operation does not apply: doc is missing from path: ${from}`)
  const value = take(source, `error in move for path: '${source.key}'`)
  const path = pathOf(operation, 'move operation failed to decode path: operation missing path field')
  const target = locate(document, path)
  if (!target) throw missing(`move operation does not apply: doc is missing destination path: ${path}`)
  insert(target, value, `error in move for path: '${path}'`)
}

function copy(operation: JsonObject, work: Work): void {
  const from = fromOf(operation, 'copy')
  const source = locate(work.document, from)
  if (!source) throw missing(`copy operation does not apply: doc is missing from path: ${from}`)
  const value = read(source, `error in copy for from: '${from}'`) ?? null
  const path = pathOf(operation, 'copy operation failed to decode path')
  const target = locate(work.document, path)
  if (!target) throw missing(`copy operation does not apply: doc is missing destination path: ${path}`)
  work.copiedBytes += value === null ? 0 : byteLength(JSON.stringify(value))
  if (work.copiedBytes > COPIED_BYTES_MAX) {
    const why = `the accumulated size increase of copy is ${work.copiedBytes}, exceeding the limit ${COPIED_BYTES_MAX}`
    throw unprocessable(`Unable to complete the copy, ${why}`)
  }
  insert(target, copyJson(value), 'error while adding value during copy')
}

function test(operation: JsonObject, { document }: Work): void {
  const path = pathOf(operation, 'test operation failed to decode path: operation missing path field')
  const wanted = operation.value ?? null
  const place = path === '' ? undefined : locate(document, path)
  if (path !== '' && !place) throw missing(`test operation does not apply: is missing path: ${path}`)
  const value = place ? (read(place, `error in test for path: '${path}'`) ?? null) : document
  if (!equalJson(value, wanted)) throw unprocessable(`testing value ${path} failed: test failed`)
}

function pathOf({ path }: JsonObject, complaint: string): string {
  if (typeof path !== 'string') throw missing(complaint)
  return path
}

function fromOf({ from }: JsonObject, kind: string): string {
  if (typeof from !== 'string') throw missing(`${kind} operation failed to decode from: operation, missing from field`)
  return from
}

const misfit = (value: Json, target: string): ControlError =>
  badRequest(`error decoding patch: json: cannot unmarshal ${jsonTypeOf(value)} into Go ${target}`)
