/** What the past is told in: the kinds of group `history.muster.dev`, which are answered below an object and not kept. */
import type { KubeObject } from '../object.ts'
import type { ObjectRevision, Rejected } from './cause.ts'
import type { FieldChange } from './changes.ts'

/** The group and version of everything that is about the past. */
export const HISTORY_GROUP = 'history.muster.dev'
/** As objects say it. */
export const HISTORY_API_VERSION = `${HISTORY_GROUP}/v1`

/** Who wrote, with what, and why. */
export interface WriteAccount {
  /** As the server knows it; never what a client says of itself. */
  readonly user: string
  /** The client's User-Agent; absent for a writer within the server. */
  readonly client?: string
  /** A sentence: what was done, or what the writer says of it. */
  readonly reason: string
  /** The object, and the revision of it, whose change led to this write. */
  readonly because?: ObjectRevision
  /** `because`, the reason and what was rejected are what the user says, and not what the control plane knows. */
  readonly claimed?: true
  /**
   * Nobody said any of it: it is told from what the object says of its writers and its owner, as a mirror of another
   * cluster must. `user` is then a field manager.
   */
  readonly inferred?: true
  /** In a mirror: it was there when the mirror began, and nothing was done then. */
  readonly firstSight?: true
  /** In a mirror: the resourceVersion of this version in the cluster itself. */
  readonly memberVersion?: string
  /** The writer looked because a time had come. */
  readonly timer?: true
  readonly rejected?: readonly Rejected[]
  /** The id of the transaction that made it, with others. */
  readonly transaction?: string
  /** The term of the election in which the writer led: `NAMESPACE/ELECTION@TERM`. */
  readonly fence?: string
}

/** One version of an object. */
export interface ObjectVersion {
  readonly revision: string
  /** RFC 3339, with milliseconds. */
  readonly time: string
  readonly change: 'created' | 'updated' | 'deleted'
  /** Of the object that had the name then: a name may have had several. */
  readonly uid?: string
  readonly by: WriteAccount
  /** Against the version before, the first ones. Absent when that one is no longer kept, and for what was erased. */
  readonly fields?: readonly FieldChange[]
  /** How many more fields changed. */
  readonly moreFields?: number
  /** Versions before this one are no longer kept. */
  readonly gapBefore?: true
  /** What it said was erased; that it was, when and by whom stays. */
  readonly erased?: true
  /** The whole object as it was, where that was asked for. */
  readonly object?: KubeObject
}

/** Answer to GET `.../NAME/history`: newest first. */
export interface ObjectHistory {
  readonly kind: 'ObjectHistory'
  readonly apiVersion: typeof HISTORY_API_VERSION
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly continue?: string }
  readonly versions: readonly ObjectVersion[]
}

/** Answer to GET `.../NAME/history?from=A&to=B`: what differs between two versions. */
export interface ObjectDifference {
  readonly kind: 'ObjectDifference'
  readonly apiVersion: typeof HISTORY_API_VERSION
  readonly metadata: { readonly name: string; readonly namespace?: string }
  /** The revisions of the versions compared; `0` where the object was not there. */
  readonly from: string
  readonly to: string
  readonly fields: readonly FieldChange[]
  readonly moreFields?: number
}

/** One link of a chain of causes. */
export interface WhyHop {
  readonly object: ObjectRevision
  /** Absent when it may not be read, or is no longer kept. */
  readonly version?: ObjectVersion
  /** Why there is no version. */
  readonly hidden?: string
}

/** Answer to GET `.../NAME/why`: from the effect back to where it began. */
export interface ObjectWhy {
  readonly kind: 'ObjectWhy'
  readonly apiVersion: typeof HISTORY_API_VERSION
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly chain: readonly WhyHop[]
  /** What the last link is: where it all began, or why nothing is known beyond it. */
  readonly origin: 'human' | 'machine' | 'clock' | 'hidden' | 'forgotten' | 'too long'
  /** A link on the way is only the word of whoever wrote: see the links, and do not take the origin for proven. */
  readonly claimed?: true
  /** A link on the way is inferred: see the links. */
  readonly inferred?: true
}

/** Posted to `.../NAME/revert`: makes the object what it was. */
export interface Revert {
  readonly kind: 'Revert'
  readonly apiVersion: typeof HISTORY_API_VERSION
  readonly spec: { readonly revision?: string; readonly asOf?: string; readonly reason?: string }
}
