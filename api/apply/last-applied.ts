/**
 * The annotation in which kubectl keeps what it applied before there was server-side apply.
 *
 * When `kubectl apply --server-side` takes an object over, the fields that the annotation tells of are kubectl's
 * already, under the name of an updater: they are no conflict. From then on the annotation is kept up to date here, so
 * that the way back stays open.
 *
 * Source: apimachinery pkg/util/managedfields/internal (lastappliedmanager.go, lastappliedupdater.go, lastapplied.go).
 */
import { byteLength } from '../go-text.ts'
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { copyJson, isObject } from '../schema/json.ts'
import type { Atom } from './atom.ts'
import { checkTyped } from './check-typed.ts'
import { compare } from './compare.ts'
import { difference, type FieldSet } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { sortedJson } from './json-values.ts'
import { asJson } from './whole-object.ts'

/** The name of the annotation. Source: core/v1 LastAppliedConfigAnnotation. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The only manager whose annotation is looked at; any other name opts out. */
export const KUBECTL = 'kubectl'

/** All annotations of an object together, names and values. Source: apimachinery TotalAnnotationSizeLimitB. */
const ANNOTATIONS_BYTES_MAX = 256 * 1024

/** What kubectl applied last and is still so; undefined without an annotation that can be read and fits the schema. */
export function fieldsLastApplied(atom: Atom, live: KubeObject): FieldSet | undefined {
  const applied = readLastApplied(live)
  if (!isObject(applied) || applied.apiVersion !== live.apiVersion) return undefined
  if (checkTyped(atom, applied).length > 0 || checkTyped(atom, asJson(live)).length > 0) return undefined
  const { added, modified, removed } = compare(atom, applied, asJson(live))
  return [modified, added, removed].reduce(difference, fieldsOf(atom, applied))
}

function readLastApplied(live: KubeObject): Json | undefined {
  const annotation = live.metadata.annotations?.[LAST_APPLIED]
  if (!annotation) return undefined
  try {
    return JSON.parse(annotation)
  } catch {
    return undefined
  }
}

/** Writes what was applied into the annotation of an object that has one already; drops it where it would be too large. */
export function refreshLastApplied(object: KubeObject, applied: JsonObject): void {
  const { annotations } = object.metadata
  if (!annotations?.[LAST_APPLIED]) return
  annotations[LAST_APPLIED] = sayApplied(applied)
  let bytes = 0
  for (const [name, value] of Object.entries(annotations)) bytes += byteLength(name) + byteLength(value)
  if (bytes > ANNOTATIONS_BYTES_MAX) delete annotations[LAST_APPLIED]
}

/** As kubectl wrote it: fields in order, without the annotation itself, and with a line end. */
function sayApplied(applied: JsonObject): string {
  const copy = copyJson(applied)
  if (isObject(copy) && isObject(copy.metadata) && isObject(copy.metadata.annotations)) {
    delete copy.metadata.annotations[LAST_APPLIED]
  }
  return `${sortedJson(copy)}\n`
}
