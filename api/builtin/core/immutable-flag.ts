/** ConfigMap and Secret say themselves whether they may change. Source: kubernetes ValidateConfigMapUpdate. */
import { type FieldError, forbidden } from '../../field-error.ts'
import type { KubeObject } from '../../object.ts'
import { sameMeaning } from '../../same-meaning.ts'

/** Once `immutable` is said it stays, and so does what is in the given fields. */
export const immutableOnceSaid =
  (fields: readonly string[]) =>
  (object: KubeObject, old: KubeObject): FieldError[] => {
    if (!old.immutable) return []
    return [
      ...(object.immutable ? [] : [forbidden('immutable', 'field is immutable when `immutable` is set')]),
      ...fields
        .filter((field) => !sameMeaning(object[field], old[field]))
        .map((field) => forbidden(field, 'field is immutable when `immutable` is set')),
    ]
  }
