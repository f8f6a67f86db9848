/**
 * What may be applied: an object of the kind that is asked for, without managedFields, that fits its schema.
 * The messages are those of apimachinery pkg/util/managedfields/internal (versioncheck.go, structuredmerge.go).
 */
import { type JsonObject, parseApiVersion } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { badRequest, plainFailure } from '../status.ts'
import type { Atom } from './atom.ts'
import { checkTyped, sayMisfits } from './check-typed.ts'

/** The version and kind that an apply is for. */
export interface Expected {
  readonly apiVersion: string
  readonly kind: string
}

/**
 * Checks what was sent, which may be any JSON object.
 * @throws ControlError `BadRequest` when it is of another kind or has managedFields; `Internal`, as in Kubernetes, when
 * it does not fit the schema.
 */
export function checkConfiguration(applied: JsonObject, expected: Expected, atom: Atom): void {
  if (applied.apiVersion !== expected.apiVersion || applied.kind !== expected.kind) {
    throw badRequest(`invalid object type: ${sayKind(applied)}`)
  }
  const metadata = isObject(applied.metadata) ? applied.metadata : {}
  if (Array.isArray(metadata.managedFields)) throw badRequest('metadata.managedFields must be nil')
  const misfits = checkTyped(atom, applied)
  if (misfits.length > 0) {
    const name = `${textOf(metadata.namespace)}/${textOf(metadata.name)}; ${sayKind(applied)}`
    throw plainFailure(`failed to create typed patch object (${name}): ${sayMisfits(misfits)}`)
  }
}

/** `apps/v1, Kind=Deployment`. Source: apimachinery schema.GroupVersionKind. */
function sayKind({ apiVersion, kind }: JsonObject): string {
  const text = textOf(apiVersion)
  const parsed = parseApiVersion(text)
  if (!parsed && text !== '') return '/, Kind='
  return `${parsed?.group ?? ''}/${parsed?.version ?? ''}, Kind=${textOf(kind)}`
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
