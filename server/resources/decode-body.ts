/**
 * The object in a request's body: from JSON, YAML or protobuf, in the version of the path, with its defaults.
 *
 * Fields that the schema does not know, and fields given twice, are dropped, told of, or refused, as the client asked
 * with `fieldValidation`. Source: apiserver pkg/endpoints/handlers/create.go, rest.go; apimachinery runtime/serializer.
 */
import { invalid } from '@muster/api/field-error.ts'
import { goQuote } from '@muster/api/go-text.ts'
import { apiVersionOf, type Json, type JsonObject, type KubeObject } from '@muster/api/object.ts'
import { parseJson } from '@muster/api/parse-json.ts'
import { decodeObject, isEnvelope } from '@muster/api/protobuf/envelope.ts'
import { readCustom } from '@muster/api/schema/custom.ts'
import { decode, sayUnknownField } from '@muster/api/schema/decode/decode.ts'
import { inTextOrder } from '@muster/api/schema/decode/text-order.ts'
import { copyJson, isObject, setOwn } from '@muster/api/schema/json.ts'
import { badRequest, invalid as invalidStatus } from '@muster/api/status.ts'
import { typeNameOf } from '@muster/api/tables/schemas.ts'
import { isControlError } from '@muster/base/errors.ts'
import { bodyMediaType, MEDIA_TYPES, type MediaType, TEXT_MEDIA_TYPES } from '../http/accept.ts'
import type { FieldValidation } from '../http/options.ts'
import type { Served } from '../registry/registry.ts'
import { isYamlDouble, parseYaml, sayYamlDoubles } from './parse-yaml.ts'

/** A kind in one version, as far as its body's form goes: that of the path, or that of a subresource (Scale). */
export interface BodyType {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Absent for a kind that is not Kubernetes' own. */
  readonly served?: Served
  readonly builtIn: boolean
}

/** What was in the body. */
export interface DecodedBody {
  /** Its type is that of the path; metadata is there. */
  readonly object: KubeObject
  /** What was dropped or doubled, in the words of a strict decoding error. */
  readonly strict: readonly string[]
}

/** The type of the path itself. */
export const bodyTypeOf = (served: Served): BodyType => ({
  group: served.kind.group,
  version: served.version.name,
  kind: served.kind.kind,
  served,
  builtIn: served.builtIn,
})

/**
 * Reads a body. Throws UnsupportedMediaType for a form that is not known, and BadRequest, in Go's words, for what cannot
 * be read as this type.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string | undefined,
  type: BodyType,
  validation: FieldValidation,
): DecodedBody {
  const mediaType = bodyMediaType(contentType, type.builtIn ? MEDIA_TYPES : TEXT_MEDIA_TYPES)
  const strictly = validation !== 'Ignore'
  const { value, doubles } = readBody(bytes, mediaType, type, strictly)
  // Null says nothing, as an empty object does.
  const body = value === null ? {} : value
  if (!isObject(body)) {
    const given = Array.isArray(body) ? 'array' : typeof body === 'boolean' ? 'bool' : typeof body
    throw unrecognized(
      type,
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${given} into Go value of type ${TYPE_META}`,
      bytes,
    )
  }
  checkType(body, type, bytes)
  const { object, strict } = decodeObjectOf(body, type, validation)
  const found = [...doubles, ...strict]
  // Of a custom resource Go finds what is doubled first, and what is unknown when it prunes.
  const isMixed = doubles.length > 0 && strict.length > 0 && type.builtIn
  return {
    object,
    strict: isMixed && mediaType === 'application/json' ? inTextOrder(decoder.decode(bytes), found) : found,
  }
}

const decoder = new TextDecoder()

/** Reads a parsed object as this type. Throws BadRequest, in Go's words, for what cannot be read so. */
export function decodeObjectOf(value: JsonObject, type: BodyType, validation: FieldValidation): DecodedBody {
  const { object, unknown } = type.builtIn
    ? decodeBuiltIn(value, type, validation !== 'Ignore')
    : decodeCustom(value, type)
  return { object: withType(object, type), strict: unknown.map(sayUnknownField) }
}

/** What Go reads first of every body. */
const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'

/**
 * Deals with what strict decoding found, as the client asked. Throws BadRequest under Strict; otherwise answers the
 * warnings.
 */
export function settleStrict(
  strict: readonly string[],
  validation: FieldValidation,
  type: BodyType,
): readonly string[] {
  if (strict.length === 0 || validation === 'Ignore') return []
  if (validation === 'Warn') return strict
  throw badRequest(
    `${type.kind} in version ${goQuote(type.version)} cannot be handled as a ${type.kind}: ${sayStrict(strict)}`,
  )
}

/** `strict decoding error: unknown field "a", unknown field "b"`. */
export function sayStrict(strict: readonly string[]): string {
  const { inYaml = [], others = [] } = Object.groupBy(strict, (one) => (isYamlDouble(one) ? 'inYaml' : 'others'))
  return `strict decoding error: ${[...(inYaml.length > 0 ? [sayYamlDoubles(inYaml)] : []), ...others].join(', ')}`
}

function readBody(bytes: Uint8Array, mediaType: MediaType, type: BodyType, strictly: boolean) {
  switch (mediaType) {
    case 'application/vnd.kubernetes.protobuf': {
      if (!isEnvelope(bytes)) {
        throw unrecognized(
          type,
          'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
          bytes,
        )
      }
      const value: Json = decodeObject(bytes, { apiVersion: apiVersionOf(type), kind: type.kind })
      return { value, doubles: [] }
    }
    case 'application/json':
    case 'application/yaml':
      try {
        return mediaType === 'application/json'
          ? parseJson(bytes, { strict: strictly })
          : parseYaml(bytes, { strict: strictly })
      } catch (error) {
        if (!isControlError(error)) throw error
        const why =
          mediaType === 'application/json'
            ? `couldn't get version/kind; json parse error: ${error.message}`
            : error.message.replace('error converting YAML to JSON: ', '')
        throw unrecognized(type, why, bytes)
      }
    default:
      return mediaType satisfies never
  }
}

/** What the body says that it is must be what the path says. Nothing said is agreement. */
export function checkType(value: JsonObject, type: BodyType, bytes: Uint8Array): void {
  const expected = apiVersionOf(type)
  const { apiVersion = expected, kind = type.kind } = value
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') {
    const [field, wrong] = typeof apiVersion === 'string' ? ['kind', kind] : ['apiVersion', apiVersion]
    const why = `json: cannot unmarshal ${jsonType(wrong)} into Go struct field .${field} of type string`
    throw unrecognized(type, `couldn't get version/kind; json parse error: ${why}`, bytes)
  }
  if (apiVersion.split('/').length > 2) throw unrecognized(type, `unexpected GroupVersion string: ${apiVersion}`, bytes)
  if ((apiVersion === '' || apiVersion === expected) && (kind === '' || kind === type.kind)) return
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const said = `${kind} in version ${goQuote(version ?? '')} cannot be handled as a ${type.kind}`
  if (!type.builtIn) {
    if (apiVersion !== expected) throw mismatch(apiVersion, expected)
    throw invalidStatus({ group: type.group, kind }, nameIn(value), [invalid('kind', kind, `must be ${type.kind}`)])
  }
  if (typeNameOf(group ?? '', version ?? '', kind) === undefined) {
    throw badRequest(
      `${said}: no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    )
  }
  if (kind === type.kind) throw mismatch(apiVersion, expected)
  throw badRequest(
    `${said}: converting (${version}.${kind}) to (${internalPackage(type.group)}.${type.kind}): unknown conversion`,
  )
}

const nameIn = ({ metadata }: JsonObject): string =>
  isObject(metadata) && typeof metadata.name === 'string' ? metadata.name : ''

const mismatch = (given: string, expected: string) =>
  badRequest(`the API version in the data (${given}) does not match the expected API version (${expected})`)

/** `rbac.authorization.k8s.io` is Go's package rbac. */
const internalPackage = (group: string): string => (group === '' ? 'core' : (group.split('.')[0] ?? group))

function decodeBuiltIn(value: JsonObject, type: BodyType, strictly: boolean) {
  const schema = type.served?.version.schema()
  if (!schema) throw new TypeError(`broken promise: a built-in kind has a schema: ${type.kind}`)
  const decoding = decode(schema, value, { unknown: strictly ? 'list' : 'drop' })
  if (decoding.decoded) return decoding
  throw badRequest(
    `${type.kind} in version ${goQuote(type.version)} cannot be handled as a ${type.kind}: ${decoding.why}`,
  )
}

function decodeCustom(value: JsonObject, type: BodyType) {
  const schema = type.served?.version.schema()
  if (!schema) throw new TypeError(`broken promise: a custom resource has a schema: ${type.kind}`)
  const object: JsonObject = {}
  for (const [name, held] of Object.entries(value)) setOwn(object, name, copyJson(held))
  const reading = readCustom(schema, object)
  if (reading.read) return { object, unknown: reading.unknown }
  throw badRequest(
    `${type.kind} in version ${goQuote(type.version)} cannot be handled as a ${type.kind}: ${reading.why}`,
  )
}

function withType(object: JsonObject, type: BodyType): KubeObject {
  const { metadata, ...rest } = object
  return { ...rest, apiVersion: apiVersionOf(type), kind: type.kind, metadata: isObject(metadata) ? metadata : {} }
}

const SUMMARY_BYTES = 30

function unrecognized({ kind }: BodyType, why: string, bytes: Uint8Array) {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(bytes)})`)
}

/** The start of a body: text as it is, anything else in hexadecimal. Source: apiserver handlers/rest.go summarizeData. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return '<empty>'
  const start = Buffer.from(bytes.subarray(0, SUMMARY_BYTES))
  const dots = bytes.length > SUMMARY_BYTES ? ' ...' : ''
  const text = bytes[0] === 0x7b ? start.toString('utf8') : start.toString('hex')
  return `${text}${dots}`
}

const jsonType = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value)
