/**
 * A custom resource by the schema of its definition: what reading it does to it, and what is wrong with it.
 *
 * A schema of a definition says nothing of metadata (but may restrict the name); it is read and checked as that of every
 * kind is.
 * Source: apiextensions pkg/apiserver/customresource_handler.go (unstructuredSchemaCoercer), pkg/registry/customresource.
 */
import { type RuleOptions, validateRules } from '../cel/rules/validate-rules.ts'
import { type FieldError, type FieldErrorReason, invalid, sayFieldError } from '../field-error.ts'
import type { JsonObject } from '../object.ts'
import { applyDefaults } from './defaults.ts'
import { readEmbedded, readMetadata, validateEmbedded } from './embedded.ts'
import { validateListTypes } from './list-types.ts'
import { hasBelow, nodeOf } from './node.ts'
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

/** What is known beside the object. */
export interface CustomOptions {
  /** What is there. What was wrong in it and is unchanged is let pass, by KEP-4008. */
  readonly old?: JsonObject | undefined
  /** What else is wrong with it, to be told where Kubernetes tells it. */
  readonly also?: readonly FieldError[]
  /** Told of rules that were broken before, where nothing was changed. */
  readonly warn?: ((warning: string) => void) | undefined
}

/** What is wrong with a custom resource beside its metadata. */
export const validateCustom = (
  type: TypeSchema,
  object: JsonObject,
  { old, also = [], warn }: CustomOptions = {},
): FieldError[] =>
  withRules(type, object, { old, warn }, [
    ...validate(type, object, old && { old }),
    ...also,
    ...validateEmbedded(type, object),
    ...validateChangedLists(type, object, old),
  ])

/** What is wrong with a custom resource of which the status is written. */
export function validateCustomStatus(
  type: TypeSchema,
  object: JsonObject,
  { old, also = [], warn }: CustomOptions = {},
): FieldError[] {
  const status = type.root.properties?.status
  const before = old?.status
  const errors =
    status && object.status !== undefined
      ? validate({ root: status, source: type.source }, object.status, {
          at: 'status',
          ...(before === undefined ? {} : { old: before }),
        })
      : []
  return withRules(type, object, { old, warn }, [...errors, ...also, ...validateChangedLists(type, object, old)])
}

/** Lists that were wrong before may stay so. */
function validateChangedLists(type: TypeSchema, object: JsonObject, old: JsonObject | undefined): FieldError[] {
  const errors = validateListTypes(type, object)
  return errors.length > 0 && old && validateListTypes(type, old).length > 0 ? [] : errors
}

/** Asks the rules in CEL, or says that they were not asked, where what they speak of is not as they expect it. */
function withRules(type: TypeSchema, object: JsonObject, options: RuleOptions, errors: FieldError[]): FieldError[] {
  if (!hasBelow(nodeOf(type), 'x-kubernetes-validations')) return errors
  if (errors.some(({ reason }) => BLOCKING.has(reason))) return [...errors, invalid('', null, UNCHECKED)]
  return [...errors, ...validateRules(type, object, options)]
}

/** Source: apiextensions pkg/registry/customresource strategy.go hasBlockingErr. */
const BLOCKING: ReadonlySet<FieldErrorReason> = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
