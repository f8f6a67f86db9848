/** Where a mirror is written down: what the pack needs of it. The server has one over a store. */
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'

/** An object of a member. `namespace` is empty for one that is cluster-scoped. */
export interface MemberObject extends GroupResource {
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** What is told of a write. */
export interface Told {
  readonly actor: string
  readonly reason: string
  readonly isInferred: boolean
  /** It was there when the mirror began. */
  readonly isFirstSight: boolean
  /** The object on whose account it was made. */
  readonly because?: 'itself' | (GroupResource & { readonly namespace: string; readonly name: string })
}

/** One sight of one object. */
export interface Sighting {
  readonly key: MemberObject
  /** The resourceVersion that the member gave it. */
  readonly version: string
  /** Absent when it is gone. */
  readonly object?: KubeObject
  tell(before: KubeObject | undefined): Told
}

/** Writes down what was seen. */
export interface Recorder {
  /** Resolves when it is durable; `known` when nothing of it was new. */
  record(sighting: Sighting): Promise<'written' | 'known' | 'too large'>
  /** What of a collection is written down as being there. */
  present(cluster: string, resource: GroupResource): AsyncIterable<MemberObject>
  placesOf(cluster: string): Promise<Places>
  keepPlaces(cluster: string, places: Places): Promise<void>
}

/** How far collections have been written down, each under a name like `deployments.apps`. */
export type Places = Readonly<Record<string, Place>>

/** Everything up to a version of the member is written down; it was the newest at this time, RFC 3339. */
export interface Place {
  readonly version: string
  readonly time: string
}
