/**
 * A custom resource by the schema of its definition: what reading it does to it, and what is wrong with it.
 *
 * A schema of a definition says nothing of metadata (but may restrict the name); it is read and checked as that of every
 * kind is.
 * Source: apiextensions pkg/apiserver/customresource_handler.go (unstructuredSchemaCoercer), pkg/registry/customresource.
 */
import { type FieldError, sayFieldError } from '../field-error.ts'
import type { JsonObject } from '../object.ts'
import { applyDefaults } from './defaults.ts'
import { readEmbedded, readMetadata, validateEmbedded } from './embedded.ts'
import { validateListTypes } from './list-types.ts'
import { prune } from './prune.ts'
import type { TypeSchema } from './schema.ts'
import { validate } from './validate/validate.ts'

/** What came of reading: fields that nobody knows, by their paths, or why the object cannot be handled. */
export type Reading =
  | { readonly read: true; readonly unknown: readonly string[] }
  | { readonly read: false; readonly why: string }

/**
 * Drops what the schema does not know and lists it, reads metadata, and fills in defaults. Changes the object; when it
 * cannot be read, it is left half read.
 */
export function readCustom(type: TypeSchema, object: JsonObject): Reading {
  const unknown: string[] = []
  if (object.metadata !== undefined) {
    const metadata = readMetadata(object.metadata)
    if (!metadata.decoded) return { read: false, why: metadata.why }
    object.metadata = metadata.object
    unknown.push(...metadata.unknown.map((path) => `metadata.${path}`))
  }
  const pruned: string[] = []
  prune(type, object, { isResource: true, onUnknown: (path) => pruned.push(path) })
  unknown.push(...pruned.sort())
  applyDefaults(type, object)
  const embedded = readEmbedded(type, object)
  if (!embedded.read) return { read: false, why: sayFieldError(embedded.error) }
  return { read: true, unknown: [...unknown, ...[...embedded.unknown].sort()] }
}

/**
 * What is wrong with a custom resource beside its metadata. What was wrong in `old` and is unchanged is let pass, by
 * KEP-4008.
 */
export function validateCustom(type: TypeSchema, object: JsonObject, old?: JsonObject): FieldError[] {
  const wasFine = old === undefined || validateListTypes(type, old).length === 0
  return [
    ...validate(type, object, old && { old }),
    ...validateEmbedded(type, object),
    ...(wasFine ? validateListTypes(type, object) : []),
  ]
}
