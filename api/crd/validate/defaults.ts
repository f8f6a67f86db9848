/**
 * Whether the defaults of a schema are themselves what the schema wants: pruned, of the right types, valid.
 * Source: apiextensions pkg/apiserver/schema/defaulting validation.go.
 */
import {
  child,
  type FieldError,
  type FieldPath,
  invalid,
  key,
  sayFieldError,
  sayFieldErrors,
} from '../../field-error.ts'
import type { Json, JsonObject } from '../../object.ts'
import { readEmbedded, validateEmbedded } from '../../schema/embedded.ts'
import { copyJson, equalJson, isObject, sortKeys } from '../../schema/json.ts'
import { isMetaField, prune } from '../../schema/prune.ts'
import { noReferences, type Schema, type TypeSchema } from '../../schema/schema.ts'
import { validate } from '../../schema/validate/validate.ts'

/** Everything that is wrong with defaults in a schema that is structural. */
export const validateDefaults = (root: Schema, path: FieldPath): FieldError[] =>
  check(root, { root, steps: [], inMetadata: false, isRoot: true }, path)

/** Where a schema is in the resource that holds it: the whole one, or one that is embedded. */
interface Place {
  readonly root: Schema
  /** From that resource down; a list is a step called `[]`. */
  readonly steps: readonly string[]
  readonly inMetadata: boolean
  readonly isRoot: boolean
}

function check(schema: Schema, outer: Place, path: FieldPath): FieldError[] {
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const place = isEmbedded ? { ...outer, root: schema, steps: [], inMetadata: false } : outer
  const isResource = isEmbedded || place.isRoot
  const errors: FieldError[] = []
  // A default of null is none.
  if (schema.default !== undefined && schema.default !== null) {
    const at = child(path, 'default')
    errors.push(...(place.inMetadata ? checkInMetadata(schema, place, at) : checkDefault(schema, isResource, at)))
  }
  if (schema.items) {
    errors.push(
      ...check(schema.items, { ...place, steps: [...place.steps, '[]'], isRoot: false }, child(path, 'items')),
    )
  }
  // Not below additionalProperties: defaults there have always been let pass.
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const inMetadata = place.inMetadata || (isResource && isMetaField(name))
    const inside = { ...place, steps: [...place.steps, name], inMetadata, isRoot: false }
    errors.push(...check(property, inside, key(child(path, 'properties'), name)))
  }
  return errors
}

function checkDefault(schema: Schema, isResource: boolean, at: FieldPath): FieldError[] {
  const type = typeOf(schema)
  const given = schema.default ?? null
  const value = copyJson(given)
  prune(type, value, { isResource })
  const errors = equalJson(value, given) ? [] : [invalid(at, sortKeys(given), 'must not have unknown fields')]
  const read = copyJson(given)
  const reading = readEmbedded(type, read, { at, isResource })
  if (!reading.read) return [...errors, reading.error]
  const embedded = validateEmbedded(type, read, { at, isResource })
  return [...errors, ...(embedded.length > 0 ? embedded : validate(type, read, { at }))]
}

/** A default in metadata must give, in an object around it, metadata that Kubernetes takes. */
function checkInMetadata(schema: Schema, { root, steps }: Place, at: FieldPath): FieldError[] {
  const given = schema.default ?? null
  const object: JsonObject = { kind: 'Validation', apiVersion: 'validation/v1', ...surround(steps, copyJson(given)) }
  const type = typeOf(root)
  const why = (said: string) => [invalid(at, sortKeys(given), `must result in valid metadata: ${said}`)]
  const reading = readEmbedded(type, object, { at: '', isResource: true })
  if (!reading.read) return why(sayFieldError(reading.error))
  const errors = validateEmbedded(type, object, { at: '', isResource: true })
  return errors.length > 0 ? why(sayFieldErrors(errors)) : validate(typeOf(schema), given, { at })
}

function surround(steps: readonly string[], value: Json): JsonObject {
  const around = steps.reduceRight((inside: Json, step) => (step === '[]' ? [inside] : { [step]: inside }), value)
  return isObject(around) ? around : {}
}

const typeOf = (root: Schema): TypeSchema => ({ root, source: noReferences })
