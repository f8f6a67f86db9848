/**
 * PATCH: what is there, changed as the body says. Source: apiserver pkg/endpoints/handlers/patch.go.
 *
 *     json, merge, strategic   a change of the object; its fields then belong to whoever changed them
 *     apply                    what one manager wants of the object; whoever applies owns what it mentions
 */
import { apply } from '@muster/api/apply/apply.ts'
import { conflictError } from '@muster/api/apply/conflicts.ts'
import { invalid as invalidField } from '@muster/api/field-error.ts'
import { apiVersionOf, type Json, type JsonObject, type KubeObject } from '@muster/api/object.ts'
import { parseJson } from '@muster/api/parse-json.ts'
import { applyJsonPatch, readJsonPatch } from '@muster/api/patch/json-patch.ts'
import { applyMergePatch } from '@muster/api/patch/merge-patch.ts'
import { readMergePatch, readStrategicMergePatch } from '@muster/api/patch/patch-object.ts'
import { applyStrategicMergePatch } from '@muster/api/patch/strategic-merge-patch.ts'
import { isObject } from '@muster/api/schema/json.ts'
import type { TypeSchema } from '@muster/api/schema/schema.ts'
import { badRequest, invalid, unsupportedMediaType, unsupportedPatch } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import { isControlError } from '@muster/base/errors.ts'
import { essenceOf } from '../http/accept.ts'
import { type FieldValidation, type WriteOptions, writeOptions } from '../http/options.ts'
import type { Written } from '../storage/decide.ts'
import type { ResourceCall } from './call.ts'
import { bodyTypeOf, checkType, decodeObjectOf, sayStrict } from './decode-body.ts'
import { emptyOf, fieldVersionsOf, resetFieldsOfCall } from './field-owners.ts'
import { parseYaml, sayYamlDoubles } from './parse-yaml.ts'
import { writeOver } from './update.ts'
import type { WriteDeps } from './writing.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE_PATCH = 'application/merge-patch+json'
const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json'
const APPLY_PATCH = 'application/apply-patch+yaml'

/** A patch that was read: what it makes of an object. */
export interface ReadPatch {
  readonly options: WriteOptions
  readonly isApply: boolean
  /** What was wrong with its form, for a warning or a refusal. */
  readonly complaints: readonly string[]
  /** Of an object in JSON, in the version of the request. An apply is done by {@link applyTo}. */
  readonly change: (object: JsonObject, schema: TypeSchema) => JsonObject
  /** The body of an apply. */
  readonly applied?: JsonObject
}

/** Changes the object, or applies to it. */
export function patch(call: ResourceCall, deps: WriteDeps): Promise<Written> {
  const read = readPatch(call, call.served.builtIn)
  return writeOver(call, deps, read.options, {
    createIfAbsent: read.isApply && call.info.subresource === '',
    owns: read.isApply ? 'as it says' : 'as an update',
    change(current) {
      if (read.isApply) return applied(call, read, current)
      if (!current) throw new TypeError('broken promise: only an apply creates')
      return patched(call, read, current)
    },
  })
}

/** Reads the body as its content type says. Throws UnsupportedMediaType, BadRequest, Invalid, TooLarge. */
export function readPatch({ request, trail }: ResourceCall, strategic: boolean): ReadPatch {
  const type = essenceOf(request.headers['content-type'] ?? '')
  const known = [JSON_PATCH, MERGE_PATCH, ...(strategic ? [STRATEGIC_MERGE_PATCH] : []), APPLY_PATCH]
  if (!known.includes(type)) throw strategic ? unsupportedPatch() : unsupportedMediaType(known)
  const options = writeOptions(request.query, type === APPLY_PATCH ? 'apply' : 'patch')
  const strict = options.fieldValidation !== 'Ignore'
  const base = { options, isApply: type === APPLY_PATCH }
  switch (type) {
    case JSON_PATCH: {
      const { value, doubles } = readJson(request.body, strict, 'error decoding patch: ')
      trail.receivedPatch(value)
      const read = readJsonPatch(value)
      const change = (object: JsonObject): JsonObject => asObject(applyJsonPatch(object, read))
      return { ...base, complaints: [...doubles.map((double) => `json patch ${double}`), ...read.complaints], change }
    }
    case MERGE_PATCH: {
      const { value, doubles } = readJson(request.body, strict, 'error decoding patch: ')
      trail.receivedPatch(value)
      const body = readMergePatch(value)
      return { ...base, complaints: doubles, change: (object) => applyMergePatch(object, body) }
    }
    case STRATEGIC_MERGE_PATCH: {
      const { value, doubles } = readJson(request.body, strict, '')
      trail.receivedPatch(value)
      const body = readStrategicMergePatch(value)
      return {
        ...base,
        complaints: doubles,
        change: (object, schema) => applyStrategicMergePatch(object, body, schema),
      }
    }
    default: {
      const { value, doubles } = readYaml(request.body, strict)
      trail.receivedPatch(value)
      return { ...base, complaints: doubles, applied: value, change: (object) => object }
    }
  }
}

function readJson(bytes: Uint8Array, strict: boolean, prefix: string) {
  try {
    return parseJson(bytes, { strict })
  } catch (error) {
    if (!isControlError(error)) throw error
    throw badRequest(`${prefix}${error.message}`, error)
  }
}

function readYaml(bytes: Uint8Array, strict: boolean): { value: JsonObject; doubles: readonly string[] } {
  const { value, doubles } = parsedYaml(bytes, strict)
  if (isObject(value)) return { value, doubles }
  if (value === null) return { value: {}, doubles }
  const type = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  throw badRequest(
    `error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
  )
}

function parsedYaml(bytes: Uint8Array, strict: boolean): { value: Json; doubles: readonly string[] } {
  try {
    return parseYaml(bytes, { strict })
  } catch (error) {
    if (!isControlError(error)) throw error
    throw badRequest(`error decoding YAML: ${error.message}`, error)
  }
}

/** A JSON patch may make anything of an object; what it makes must be one again. */
function asObject(value: Json): JsonObject {
  if (isObject(value)) return value
  throw invalid({ group: '', kind: '' }, '', [
    invalidField('patch', JSON.stringify(value), 'the patch does not leave an object'),
  ])
}

function patched(call: ResourceCall, read: ReadPatch, current: KubeObject): KubeObject {
  const schema = call.served.version.schema()
  return decodePatched(call, read, read.change(current as never, schema))
}

const NOTHING = new Uint8Array(0)

/** What a patch makes is read as a body is: it may have any form that a client could have sent. */
function decodePatched(call: ResourceCall, read: ReadPatch, object: JsonObject): KubeObject {
  const type = bodyTypeOf(call.served)
  const validation = read.options.fieldValidation
  const refuse = (why: string) =>
    invalid({ group: '', kind: '' }, '', [invalidField('patch', `${JSON.stringify(object)}\n`, why)])
  let decoded: ReturnType<typeof decodeObjectOf>
  try {
    checkType(object, type, NOTHING)
    decoded = decodeObjectOf(object, type, validation)
  } catch (error) {
    if (!isControlError(error)) throw error
    throw refuse(error.message.replace(/^.* cannot be handled as a \w+: /, ''))
  }
  const strict = [...read.complaints, ...decoded.strict]
  if (strict.length > 0) settle(call, strict, validation, () => refuse(sayStrict(strict)))
  call.served.version.default?.(decoded.object)
  return decoded.object
}

function settle(
  call: ResourceCall,
  strict: readonly string[],
  validation: FieldValidation,
  refusal: () => Error,
): void {
  if (validation === 'Strict') throw refusal()
  if (validation === 'Warn') call.warnings.push(...strict)
}

/** What an apply makes of what is there, or of nothing. Throws the conflicts with other managers. */
function applied(call: ResourceCall, read: ReadPatch, live: KubeObject | undefined): KubeObject {
  const { served, info, now } = call
  const { options, complaints } = read
  const outcome = apply({
    live,
    applied: read.applied ?? {},
    empty: emptyOf(served),
    apiVersion: apiVersionOf({ group: served.kind.group, version: served.version.name }),
    kind: served.kind.kind,
    manager: options.fieldManager,
    force: options.force,
    subresource: info.subresource,
    now: timestamp(now),
    versions: fieldVersionsOf(served),
    resetFields: resetFieldsOfCall(served, info.subresource),
  })
  if (outcome.outcome === 'conflicts') throw conflictError(outcome.conflicts)
  if (complaints.length > 0) {
    settle(call, complaints, options.fieldValidation, () =>
      badRequest(`error strict decoding YAML: error converting YAML to JSON: ${sayYamlDoubles(complaints)}`),
    )
  }
  const { object } = decodeObjectOf(outcome.object as never, bodyTypeOf(served), 'Ignore')
  served.version.default?.(object)
  return object
}
