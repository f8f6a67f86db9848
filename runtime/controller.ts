/**
 * What a controller is: which objects it cares for, and how it brings one of them closer to what it should be.
 *
 * A controller is data. It starts nothing and holds nothing; `run-controller.ts` gives it informers, a queue and workers.
 */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Clock, Duration } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Client } from '@muster/client/client.ts'
import type { Change, InformerDeps, Selection } from '@muster/client/informer.ts'
import type { View } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'

/** What one pass over one object concluded. Trouble is thrown, and leads to another pass after a growing wait. */
export type Verdict = { readonly next: 'wait-for-change' } | { readonly next: 'look-again'; readonly after: Duration }

/** Which object to look at. One set of controllers serves every logical cluster; `cluster` is empty on a foreign hub. */
export interface Key {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** What every controller may use. */
export interface ControllerContext {
  /** The API of the key's own logical cluster. */
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /**
   * What is known of a resource that this controller watches, or of the same part of it, in the key's own logical
   * cluster. It shows what the last look of this key wrote. Objects in it are shared: never change them.
   */
  readonly informer: Pictures
}

/** The pictures of one logical cluster. */
export type Pictures = <T extends KubeObject>(ref: ResourceRef<T>, only?: Selection) => View<T>

/** A controller, as data. `Deps` is whatever it needs beyond the API. */
export type Controller<Deps = unknown> = Watches & (Reconciler<Deps> | { begin(deps: InformerDeps): Follower<Deps> })

/** What brings objects closer to what they should be. */
export interface Reconciler<Deps = unknown> {
  /** Brings one object closer to what it should be. Level-based: it is told which object, never what happened. */
  reconcile(key: Key, deps: Deps & ControllerContext): Promise<Verdict>
}

/**
 * What decides by more than pictures of single objects: it keeps something of its own, that each change changes. Made
 * anew whenever its controller begins to run.
 */
export interface Follower<Deps = unknown> extends Reconciler<Deps> {
  /** Told of every change of what the controller watches, in order, and before the look that it asks for. */
  changed(resource: ResourceRef, change: Change<KubeObject>): void
}

/** What a controller looks at, and how it is called. */
export interface Watches {
  /** In logs, metrics, and as the field manager of its writes. */
  readonly name: string
  readonly watches: ResourceRef
  /** Those of them that matter, and what is kept of them. Default all. */
  readonly only?: Selection
  /** Other resources whose changes mean another look at objects of {@link watches}. */
  readonly alsoWatches?: readonly RelatedResource[]
  /** How many objects are looked at side by side; never one object twice at a time. Default {@link WORKERS}. */
  readonly workers?: number
  /** What to look at when an object of {@link watches} changed. Default: the object. */
  keysOf?(object: KubeObject): readonly Key[]
}

/** A resource that a controller looks at beside its own. */
export interface RelatedResource {
  readonly resource: ResourceRef
  /** Those of them that matter: of the others nothing is sent, kept or looked at. Default all. */
  readonly only?: Selection
  /** The objects to look at when this one changed. `informer` shows what this controller watches, in the same logical cluster. */
  keysOf(object: KubeObject, informer: Pictures): readonly Key[]
  /** True for a change that means nothing here, so that nothing is looked at. Default: none is. */
  ignores?(previous: KubeObject, object: KubeObject): boolean
}

/** Nothing to do until something changes. */
export const waitForChange: Verdict = { next: 'wait-for-change' }

/** Look again after a while even if nothing changes. */
export const lookAgain = (after: Duration): Verdict => ({ next: 'look-again', after })

/** As client-go's controllers mostly have. */
export const WORKERS = 5

/** The key of an object. Lists over all logical clusters say in an annotation which one an object is of. */
export const keyOf = ({ metadata }: KubeObject): Key => ({
  cluster: metadata.annotations?.[CLUSTER_ANNOTATION] ?? '',
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
})

/** The key of the owner that manages an object, when it is of that kind. */
export function ownerKey(object: KubeObject, owner: Pick<ResourceRef, 'group' | 'kind'>): readonly Key[] {
  const found = object.metadata.ownerReferences?.find(
    ({ controller, kind, apiVersion }) =>
      controller === true && kind === owner.kind && groupOf(apiVersion) === owner.group,
  )
  return found ? [{ ...keyOf(object), name: found.name }] : []
}

const groupOf = (apiVersion: string): string => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '')
