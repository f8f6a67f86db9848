/**
 * How a kind of Kubernetes' own is written down: only what its schema cannot say.
 *
 *     export const deployment = builtIn<Deployment>({
 *       group: 'apps', kind: 'Deployment', plural: 'deployments', shortNames: ['deploy'], categories: ['all'],
 *       versions: [{ name: 'v1', columns, default: defaultDeployment, subresources: { status: true, scale: … } }],
 *       rules: { generation: 'spec', validate, validateUpdate },
 *     })
 */
import { type Column, NAME_AND_CREATED_AT, type RowCondition } from '../columns.ts'
import type { Kind, KindRules, KindVersion, Subresources, Verb } from '../kind.ts'
import type { KubeObject } from '../object.ts'
import { typeSchemaOf } from '../tables/schemas.ts'

/** A kind without what follows from the rest of it. `T` is the type of the stored version. */
export interface BuiltIn<T extends KubeObject> {
  readonly group: string
  readonly kind: string
  readonly plural: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  /** Namespaced when absent. */
  readonly scope?: Kind['scope']
  /** Most preferred first; the first is stored unless {@link storedAs} says otherwise. */
  readonly versions: readonly BuiltInVersion<T>[]
  readonly storedAs?: string
  readonly storage?: Kind['storage']
  /** All when absent. */
  readonly verbs?: readonly Verb[]
  readonly rules: KindRules<T>
}

/** One version. A version whose type differs from the stored one is written with `builtInVersion`. */
export interface BuiltInVersion<T extends KubeObject> {
  readonly name: string
  readonly columns?: readonly Column<T>[]
  rowConditions?(object: T): readonly RowCondition[]
  readonly convertedAnnotations?: readonly string[]
  readonly subresources?: Subresources
  default?(object: T): void
  readonly deprecated?: NonNullable<KindVersion['deprecated']>
  readonly convert?: NonNullable<KindVersion['convert']>
}

/** Completes a kind: its schema comes from the tables of the pinned Kubernetes version. */
export function builtIn<T extends KubeObject>(definition: BuiltIn<T>): Kind {
  const { group, kind, plural, versions, storage, verbs, rules } = definition
  const [preferred] = versions
  const storedAs = definition.storedAs ?? preferred?.name
  if (storedAs === undefined) throw new TypeError(`broken promise: ${kind} has a version`)
  return {
    group,
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: definition.shortNames ?? [],
    categories: definition.categories ?? [],
    scope: definition.scope ?? 'Namespaced',
    versions: versions.map(({ columns = NAME_AND_CREATED_AT, subresources = {}, ...version }) => ({
      ...version,
      served: true,
      schema: () => typeSchemaOf(group, version.name, kind),
      columns,
      subresources,
    })),
    storedAs,
    ...(storage ? { storage } : {}),
    ...(verbs ? { verbs } : {}),
    rules,
  }
}
