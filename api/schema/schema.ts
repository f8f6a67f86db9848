/**
 * The one form in which a resource is described: the structural OpenAPI v3 schema of Kubernetes.
 *
 * A CustomResourceDefinition brings it, a built-in kind's comes from the tables of the pinned Kubernetes version, a
 * pack's from `defineKind`. Validation, pruning, defaults, strategic merge, server-side apply, OpenAPI and explain all
 * read it; nothing else describes a type a second time. (Protobuf numbers are kept beside it, by type name.)
 *
 * Source: Kubernetes apiextensions/v1 JSONSchemaProps, and the vendor extensions of its published OpenAPI.
 */
import type { Json } from '../object.ts'

/** One node. Plain JSON, never changed once made: caches key on its identity. */
export interface Schema {
  /** The full name of a type, to be looked up with {@link SchemaSource}: `io.k8s.api.core.v1.PodSpec`. */
  readonly $ref?: string
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean'
  readonly format?: string
  readonly title?: string
  readonly description?: string
  readonly default?: Json
  readonly nullable?: boolean
  readonly enum?: readonly Json[]

  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly maxProperties?: number

  readonly items?: Schema
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean

  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: boolean
  readonly exclusiveMaximum?: boolean
  readonly multipleOf?: number

  readonly allOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly not?: Schema
  readonly externalDocs?: { readonly url?: string; readonly description?: string }
  readonly example?: Json

  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic' | 'granular'
  readonly 'x-kubernetes-patch-strategy'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[]
  readonly 'x-kubernetes-unions'?: readonly Json[]
  readonly 'x-kubernetes-group-version-kind'?: readonly Json[]
}

/** A rule in CEL that a custom resource must keep. Source: apiextensions/v1 ValidationRule. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** Looks up a type by its full name. Throws when there is none: a schema names only types that exist. */
export type SchemaSource = (name: string) => Schema

/** A schema and where its `$ref`s lead. */
export interface TypeSchema {
  readonly root: Schema
  readonly source: SchemaSource
}

/** The source of a schema that refers to nothing. */
export const noReferences: SchemaSource = (name) => {
  throw new TypeError(`broken promise: the schema refers to '${name}', and has no source of types`)
}
