/** The bodies of merge patches: objects, or nothing at all. */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { badRequest } from '../status.ts'

/**
 * The body of a merge patch. Throws BadRequest in the words of Kubernetes' decoder for anything but an object.
 * Source: apiserver pkg/endpoints/handlers/patch.go.
 */
export function readMergePatch(body: Json): JsonObject {
  if (body === null) throw badRequest('Invalid JSON Patch')
  if (!isObject(body)) throw badRequest(`error decoding patch: ${misfit(body)}`)
  return body
}

/** The body of a strategic merge patch; null patches nothing. Throws BadRequest for anything else but an object. */
export function readStrategicMergePatch(body: Json): JsonObject {
  if (body === null) return {}
  if (!isObject(body)) throw badRequest(misfit(body))
  return body
}

/** What Go's decoder calls a value. */
export function jsonTypeOf(value: Json): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return value === null ? 'null' : typeof value
}

const misfit = (body: Json): string =>
  `json: cannot unmarshal ${jsonTypeOf(body)} into Go value of type map[string]interface {}`
