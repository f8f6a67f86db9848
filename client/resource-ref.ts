/** Which resource is meant: enough of a kind to make its paths. */
import type { Kind } from '@muster/api/kind.ts'
import type { KubeObject } from '@muster/api/object.ts'

/** One resource in one version. `T` is the type of its objects; it is only said, never checked. */
export interface ResourceRef<T extends KubeObject = KubeObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Never set: carries the type. */
  readonly objectType?: T
}

/** Names one object. `namespace` is empty for a cluster-scoped one. */
export interface ObjectName {
  readonly namespace: string
  readonly name: string
}

/** The resource of a kind, in its stored version unless another is named. */
export const refOf = <T extends KubeObject>(kind: Kind<T>, version: string = kind.storedAs): ResourceRef<T> => ({
  group: kind.group,
  version,
  kind: kind.kind,
  plural: kind.plural,
  namespaced: kind.scope === 'Namespaced',
})

/** The path of a collection, or of one object below it. An empty namespace means all of them, or none. */
export function pathOf(ref: ResourceRef, namespace: string, ...below: readonly string[]): string {
  const start = ref.group === '' ? `/api/${ref.version}` : `/apis/${ref.group}/${ref.version}`
  const parts = [...(ref.namespaced && namespace !== '' ? ['namespaces', namespace] : []), ref.plural, ...below]
  return `${start}/${parts.map(encodeURIComponent).join('/')}`
}
