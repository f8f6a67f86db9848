/** What is known of a collection: its objects by name, apart for each logical cluster, and by whatever indexes ask. */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { ObjectName } from './resource-ref.ts'

/** How objects are found without a look at all of them. A constant of a module: who asks with the same one shares it. */
export interface Index<T extends KubeObject = KubeObject> {
  /** For people: what the values are. */
  readonly name: string
  /** The values under which it is found; none, and it is not. */
  valuesOf(object: T): readonly string[]
}

/** By their namespace. */
export const byNamespace: Index = {
  name: 'namespace',
  valuesOf: ({ metadata }) => [metadata.namespace ?? ''],
}

/** By the uid of the owner that manages them. */
export const byController: Index = {
  name: 'uid of the controller',
  valuesOf: ({ metadata }) =>
    (metadata.ownerReferences ?? []).filter(({ controller }) => controller === true).map(({ uid }) => uid),
}

/** Pods by the node that they are on; those on none under ''. */
export const byNode: Index<Pod> = { name: 'node', valuesOf: ({ spec }) => [spec?.nodeName ?? ''] }

/** The part of one logical cluster. Objects in it are shared by all who look: nobody may change them. */
export interface View<T extends KubeObject> {
  get(name: ObjectName): T | undefined
  list(): Iterable<T>
  /** Those found under a value. The first who asks with an index pays for making it. */
  by(index: Index<T>, value: string): Iterable<T>
}

/** The objects of one logical cluster. */
class Part<T extends KubeObject> implements View<T> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<Index<T>, Map<string, Set<T>>>()

  get({ namespace, name }: ObjectName): T | undefined {
    return this.#objects.get(`${namespace}/${name}`)
  }

  list(): Iterable<T> {
    return this.#objects.values()
  }

  by(index: Index<T>, value: string): Iterable<T> {
    let found = this.#indexes.get(index)
    if (!found) {
      found = new Map()
      this.#indexes.set(index, found)
      for (const object of this.#objects.values()) enter(found, index, object)
    }
    return found.get(value) ?? []
  }

  /** Puts an object in the place of its last version. */
  put(object: T): void {
    const name = nameOf(object)
    const previous = this.#objects.get(name)
    this.#objects.set(name, object)
    for (const [index, found] of this.#indexes) {
      if (previous) leave(found, index, previous)
      enter(found, index, object)
    }
  }

  drop(object: T): void {
    this.#objects.delete(nameOf(object))
    for (const [index, found] of this.#indexes) leave(found, index, object)
  }
}

/** All of a collection; changed by the informer that follows it. */
export class Picture<T extends KubeObject> {
  readonly #parts = new Map<string, Part<T>>()

  /** The part of a logical cluster; of the only one there is on a foreign hub, under ''. */
  inCluster(cluster: string): View<T> {
    return this.#part(cluster)
  }

  *list(): Iterable<T> {
    for (const part of this.#parts.values()) yield* part.list()
  }

  /** The version of the same object that is here, whichever it is. */
  find(object: KubeObject): T | undefined {
    return this.#part(clusterOf(object)).get(objectName(object))
  }

  put(object: T): void {
    this.#part(clusterOf(object)).put(object)
  }

  drop(object: T): void {
    this.#part(clusterOf(object)).drop(object)
  }

  #part(cluster: string): Part<T> {
    let part = this.#parts.get(cluster)
    if (!part) {
      part = new Part()
      this.#parts.set(cluster, part)
    }
    return part
  }
}

function enter<T extends KubeObject>(found: Map<string, Set<T>>, index: Index<T>, object: T): void {
  for (const value of index.valuesOf(object)) {
    const set = found.get(value)
    if (set) set.add(object)
    else found.set(value, new Set([object]))
  }
}

function leave<T extends KubeObject>(found: Map<string, Set<T>>, index: Index<T>, object: T): void {
  for (const value of index.valuesOf(object)) {
    const set = found.get(value)
    set?.delete(object)
    if (set?.size === 0) found.delete(value)
  }
}

const objectName = ({ metadata: { namespace = '', name = '' } }: KubeObject): ObjectName => ({ namespace, name })

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`

/** Objects of a list over all logical clusters say which one is theirs. */
const clusterOf = ({ metadata }: KubeObject): string => metadata.annotations?.[CLUSTER_ANNOTATION] ?? ''
