/**
 * What a webhook answered, once it was checked. Source: apiserver pkg/admission/plugin/webhook/request
 * VerifyAdmissionResponse; client-go rest/request.go for answers that are none.
 */
import type { OutgoingAnswer } from '@muster/api/caller.ts'
import { goQuote } from '@muster/api/go-text.ts'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { parseJson } from '@muster/api/parse-json.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { badRequest, isStatus } from '@muster/api/status.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { ReviewVersion } from './review.ts'

/** The verdict. */
export interface HookAnswer {
  readonly allowed: boolean
  /** A JSON patch as text; empty where nothing is to change. */
  readonly patch: string
  readonly patchType: string
  /** Why not; a Status, as far as the webhook wrote one. */
  readonly result: JsonObject | undefined
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
}

/** What was asked for, and how. */
export interface Asked {
  readonly uid: string
  readonly version: ReviewVersion
  readonly mutating: boolean
}

/** Reads an answer. Throws BadRequest with why it is none, to be told with who failed. */
export function readHookAnswer(answer: OutgoingAnswer, asked: Asked): HookAnswer {
  const review = readReview(answer)
  const { response } = review
  if (!isObject(response)) throw notValid('webhook response was absent')
  if (asked.version === 'v1') check(review, response, asked)
  const fields = readFields(response)
  // Before v1 nobody had to say of which type a patch is: there was one.
  const patchType = fields.patchType ?? (asked.version === 'v1beta1' && fields.patch ? JSON_PATCH : '')
  const patch = asked.mutating ? Buffer.from(fields.patch ?? '', 'base64').toString('utf8') : ''
  return { ...fields, patch, patchType }
}

/** The one type of patch that there is. */
export const JSON_PATCH = 'JSONPatch'

const notValid = (why: string) => badRequest(`received invalid webhook response: ${why}`)
const notCalled = (why: string) => badRequest(`failed to call webhook: ${why}`)

function readReview({ status, contentType, body }: OutgoingAnswer): JsonObject {
  if (status < 200 || status > 206) throw notCalled(sayStatus(status, contentType, body))
  if (body.length === 0)
    throw notCalled(`0-length response with status code: ${status} and content type: ${contentType}`)
  let value: Json
  try {
    value = parseJson(body, { strict: false }).value
  } catch (error) {
    if (!isControlError(error)) throw error
    throw notCalled(`couldn't get version/kind; json parse error: ${error.message}`)
  }
  if (isObject(value)) return value
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw notCalled(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
  )
}

function check({ apiVersion = '', kind = '' }: JsonObject, response: JsonObject, { uid, mutating }: Asked): void {
  const { uid: answered = '', patch, patchType } = response
  if (answered !== uid) throw notValid(`expected response.uid=${goQuote(uid)}, got ${goQuote(String(answered))}`)
  if (apiVersion !== 'admission.k8s.io/v1' || kind !== 'AdmissionReview') {
    throw notValid(
      `expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${sayVersion(apiVersion)}, Kind=${kind}`,
    )
  }
  if (!mutating) {
    if (patch) throw notValid('validating webhook may not return response.patch')
    if ((patchType ?? null) !== null) throw notValid('validating webhook may not return response.patchType')
    return
  }
  if (patch && (patchType ?? null) === null)
    throw notValid('webhook returned response.patch but not response.patchType')
  if (!patch && (patchType ?? null) !== null)
    throw notValid('webhook returned response.patchType but not response.patch')
  if (patchType === '') throw notValid('webhook returned invalid response.patchType of ""')
}

const sayVersion = (apiVersion: Json): string => (apiVersion === '' ? '/' : String(apiVersion))

/** Each field, of the type that it must have. */
function readFields(response: JsonObject) {
  const field = (name: string) => response[name] ?? undefined
  const wrong = (name: string, value: Json, type: string) =>
    notCalled(
      `json: cannot unmarshal ${jsonType(value)} into Go struct field AdmissionResponse.response.${name} of type ${type}`,
    )
  const text = (name: string): string | undefined => {
    const value = field(name)
    if (value === undefined || typeof value === 'string') return value
    throw wrong(name, value, 'string')
  }
  const allowed = field('allowed') ?? false
  if (typeof allowed !== 'boolean') throw wrong('allowed', allowed, 'bool')
  const patch = text('patch')
  if (patch && Buffer.from(patch, 'base64').toString('base64') !== patch) throw notCalled('illegal base64 data')
  const result = field('status')
  if (result !== undefined && !isObject(result)) throw wrong('status', result, 'v1.Status')
  const warnings = field('warnings') ?? []
  if (!Array.isArray(warnings)) throw wrong('warnings', warnings, '[]string')
  const annotations = field('auditAnnotations') ?? {}
  if (!isObject(annotations)) throw wrong('auditAnnotations', annotations, 'map[string]string')
  return {
    allowed,
    patch,
    patchType: text('patchType'),
    result,
    warnings: warnings.map((warning) => {
      if (typeof warning === 'string') return warning
      throw wrong('warnings', warning, 'string')
    }),
    auditAnnotations: Object.fromEntries(
      Object.entries(annotations).map(([key, value]) => {
        if (typeof value === 'string') return [key, value]
        throw wrong('auditAnnotations', value, 'string')
      }),
    ),
  }
}

const jsonType = (value: Json): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value

/** An answer that is no success, as Go's client says it: in the server's own words when it sent a Status. */
function sayStatus(code: number, contentType: string, body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, TEXT_BYTES_MAX))
  try {
    const value: unknown = JSON.parse(text)
    if (isStatus(value) && value.status === 'Failure' && value.message) return value.message
  } catch {
    // It is no Status.
  }
  const said = contentType.startsWith('text/') ? text.trim() : 'unknown'
  if (code === 403 || code === 415) return said
  if (code === 406 && said !== 'unknown') return said
  return (
    WORDS[code] ??
    (code >= 500
      ? `an error on the server (${goQuote(said)}) has prevented the request from succeeding`
      : `the server responded with the status code ${code} but did not return more information`)
  )
}

/** Of a page of somebody's proxy no more is repeated. Source: client-go rest/request.go maxUnstructuredResponseTextBytes. */
const TEXT_BYTES_MAX = 2048

/** Source: apimachinery pkg/api/errors NewGenericServerResponse. */
const WORDS: Readonly<Record<number, string>> = {
  400: 'the server rejected our request for an unknown reason',
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  406: 'the server was unable to respond with a content type that the client supports',
  409: 'the server reported a conflict',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
}
