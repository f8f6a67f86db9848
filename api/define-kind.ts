/**
 * Declares a resource kind, once: its TypeScript type, its schema, its CustomResourceDefinition, columns and help follow.
 *
 *     export const DevSpaceKind = defineKind({
 *       group: 'dev.example.com', version: 'v1', kind: 'DevSpace', plural: 'devspaces',
 *       description: 'A place to work in.',
 *       spec: Type.Object({ idleAfterSeconds: Type.Integer({ minimum: 60, default: 600, description: '…' }) }),
 *       status: Type.Object({ phase: Type.Enum(['Asleep', 'Awake']) }),
 *     })
 *     export type DevSpace = ResourceOf<typeof DevSpaceKind>
 */
import type { Static, TSchema } from 'typebox'
import { defaultDefinition } from './crd/defaults.ts'
import { kindOf } from './crd/kind-of.ts'
import { validateDefinition } from './crd/validate/definition.ts'
import { toStructural } from './define-kind/structural.ts'
import type { FieldError } from './field-error.ts'
import type { Kind, KindRules } from './kind.ts'
import type { KubeObject } from './object.ts'
import type { Schema } from './schema/schema.ts'
import type { CustomResourceDefinition, JSONSchemaProps } from './types/apiextensions-v1.ts'

/** A kind as its author writes it down. */
export interface KindDeclaration<Spec extends TSchema, Status extends TSchema> {
  /** A domain with a dot: `dev.example.com`. */
  readonly group: string
  /** `v1`, `v1beta1`. */
  readonly version: string
  /** `DevSpace`. */
  readonly kind: string
  /** `devspaces`. */
  readonly plural: string
  readonly shortNames?: readonly string[]
  /** `all` lists the kind under `kubectl get all`. */
  readonly categories?: readonly string[]
  /** Namespaced when absent. */
  readonly scope?: Kind['scope']
  /** What the kind is for, in a sentence. */
  readonly description: string
  /** What is wished for; an object. */
  readonly spec: Spec
  /** What is there; an object. A kind with a status has the subresource of that name. */
  readonly status?: Status
  /** What `kubectl get` shows beside the name; the age when absent. */
  readonly columns?: readonly KindColumn[]
  readonly scale?: {
    readonly replicasPath: string
    readonly statusReplicasPath: string
    readonly selectorPath?: string
  }
  /** What a field selector may name: `.spec.machine`. At most eight. */
  readonly selectableFields?: readonly string[]
  /** What a schema cannot say. Rules that the schema gives come first. */
  readonly rules?: OwnRules<Spec, Status>
}

/** A column of `kubectl get`. */
export interface KindColumn {
  readonly name: string
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date'
  /** `.status.phase`. */
  readonly path: string
  readonly description?: string
  readonly format?: string
  /** Above 0, it is shown only with `-o wide`. */
  readonly priority?: number
}

/** An object of a declared kind. */
export interface Resource<Spec, Status> extends KubeObject {
  spec: Spec
  status?: Status
}

/** The type of the objects of a declared kind. */
export type ResourceOf<K> =
  K extends DefinedKind<infer Spec, infer Status> ? Resource<Static<Spec>, Static<Status>> : never

type OwnRules<Spec extends TSchema, Status extends TSchema> = Partial<
  Pick<
    KindRules<Resource<Static<Spec>, Static<Status>>>,
    'prepareForCreate' | 'prepareForUpdate' | 'validate' | 'validateUpdate' | 'warnings'
  >
>

/** A kind that was declared: a kind like every other, and what it was made from. */
export interface DefinedKind<Spec extends TSchema, Status extends TSchema> extends Kind {
  readonly description: string
  readonly spec: Spec
  readonly status: Status | undefined
  /** As it would be given to a cluster; not to be changed. {@link crdOf} answers a copy. */
  readonly definition: CustomResourceDefinition
}

/** Declares a kind. Throws a TypeError, naming the field, if its schema cannot be made structural. */
export function defineKind<Spec extends TSchema, Status extends TSchema>(
  declaration: KindDeclaration<Spec, Status>,
): DefinedKind<Spec, Status> {
  const { description, spec, status, rules } = declaration
  const definition = definitionOf(declaration)
  const kind = kindOf(definition)
  return { ...kind, rules: rules ? withOwn(kind.rules, rules) : kind.rules, description, spec, status, definition }
}

/** The CustomResourceDefinition of a kind, to be given to a cluster that does not know the kind. */
export const crdOf = ({ definition }: { readonly definition: CustomResourceDefinition }): CustomResourceDefinition =>
  structuredClone(definition)

/** What Kubernetes would refuse in the definition of a kind. For tests: it takes some milliseconds. */
export function checkKind(kind: { readonly definition: CustomResourceDefinition }): FieldError[] {
  const definition = crdOf(kind)
  defaultDefinition(definition)
  return validateDefinition(definition)
}

function definitionOf<Spec extends TSchema, Status extends TSchema>(
  declaration: KindDeclaration<Spec, Status>,
): CustomResourceDefinition {
  const { group, version, kind, plural, columns, scale, selectableFields, shortNames, categories } = declaration
  const subresources = {
    ...(declaration.status ? { status: {} } : {}),
    ...(scale
      ? {
          scale: {
            specReplicasPath: scale.replicasPath,
            statusReplicasPath: scale.statusReplicasPath,
            ...(scale.selectorPath === undefined ? {} : { labelSelectorPath: scale.selectorPath }),
          },
        }
      : {}),
  }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames ? { shortNames: [...shortNames] } : {}),
        ...(categories ? { categories: [...categories] } : {}),
      },
      scope: declaration.scope ?? 'Namespaced',
      conversion: { strategy: 'None' },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: asProps(schemaOf(declaration)) },
          ...(Object.keys(subresources).length > 0 ? { subresources } : {}),
          ...(columns
            ? { additionalPrinterColumns: columns.map(({ path, ...column }) => ({ ...column, jsonPath: path })) }
            : {}),
          ...(selectableFields ? { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) } : {}),
        },
      ],
    },
  }
}

function schemaOf<Spec extends TSchema, Status extends TSchema>({
  kind,
  description,
  spec,
  status,
}: KindDeclaration<Spec, Status>): Schema {
  return {
    type: 'object',
    description,
    required: ['spec'],
    properties: {
      spec: toStructural(spec, `${kind}.spec`),
      ...(status ? { status: toStructural(status, `${kind}.status`) } : {}),
    },
  }
}

function withOwn<Spec extends TSchema, Status extends TSchema>(
  rules: KindRules,
  own: OwnRules<Spec, Status>,
): KindRules {
  type Own = Resource<Static<Spec>, Static<Status>>
  // Objects reach rules decoded by the schema of their kind, and the type follows from that schema.
  const as = (object: KubeObject): Own => object as Own
  return {
    ...rules,
    prepareForCreate(object, context) {
      rules.prepareForCreate?.(object, context)
      own.prepareForCreate?.(as(object), context)
    },
    prepareForUpdate(object, old, context) {
      rules.prepareForUpdate?.(object, old, context)
      own.prepareForUpdate?.(as(object), as(old), context)
    },
    validate(object, context) {
      const errors = rules.validate?.(object, context) ?? []
      // What the schema refuses does not have the type that the rules rely on.
      return errors.length > 0 ? errors : (own.validate?.(as(object), context) ?? [])
    },
    validateUpdate: (object, old, context) => [
      ...(rules.validateUpdate?.(object, old, context) ?? []),
      ...(own.validateUpdate?.(as(object), as(old), context) ?? []),
    ],
    warnings: (object, old) => [
      ...(rules.warnings?.(object, old) ?? []),
      ...(own.warnings?.(as(object), old && as(old)) ?? []),
    ],
  }
}

const asProps = (schema: Schema): JSONSchemaProps => JSON.parse(JSON.stringify(schema))
