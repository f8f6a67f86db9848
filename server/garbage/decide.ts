/**
 * What is to become of one object, given whom it belongs to and who belongs to it.
 *
 *     marked, nothing holds it ─► delete: whoever marked it did not come to that
 *     marked, waits to orphan ──► disown each dependent ──► let go once there is none
 *     marked, waits for them  ──► let go once no dependent blocks it; a ring of those that wait is broken first
 *     every owner is absent   ──► delete
 *     one is there            ──► drop the references to those that are not
 *     none is there, and one  ──► delete, after its own dependents
 *     waits for its dependents
 *
 * Source: kubernetes pkg/controller/garbagecollector attemptToDeleteItem, processDeletingDependentsItem,
 * attemptToOrphanWorker. Unlike there, a ring is broken where there is one: Kubernetes takes whatever might be one for
 * one, so that an owner may go too early, and waits for ever in one whose objects were all deleted by hand.
 */
import type { ObjectMeta, OwnerReference } from '@muster/api/object.ts'
import { endsDeletion, FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '../storage/deletion.ts'

/**
 * How an owner stands. `waiting`: it is marked, and goes when its dependents have gone. `unreachable`: it is of a
 * namespace, and the dependent of none, so that nobody can say which one is meant. `unknown`: of a kind that is not served.
 */
export type OwnerState = 'present' | 'absent' | 'waiting' | 'unreachable' | 'unknown'

/** One reference to an owner, and what was found there. */
export interface SeenOwner {
  readonly reference: OwnerReference
  readonly is: OwnerState
}

/** One that belongs to the object. */
export interface SeenDependent {
  readonly key: string
  /** Its reference says that the owner waits for it. */
  readonly blocks: boolean
}

/** All that a decision rests on. */
export interface Seen {
  readonly metadata: ObjectMeta
  readonly owners: readonly SeenOwner[]
  readonly dependents: readonly SeenDependent[]
  /** The uids of owners that wait for the object, and that it waits for, itself perhaps. */
  readonly ring: readonly string[]
}

/** What is to be done next. After each step that changes something there is another look. */
export type Step =
  /** Until something changes. */
  | { readonly do: 'nothing' }
  /** Nobody can say whether an owner is there. `again`: perhaps later somebody can. */
  | { readonly do: 'leave'; readonly why: string; readonly again: boolean }
  | { readonly do: 'delete'; readonly policy: 'Background' | 'Foreground' | 'Orphan' }
  /** Take references to these owners out of the object itself. */
  | { readonly do: 'drop-owners'; readonly uids: readonly string[] }
  /** Let these owners wait for the object no more. */
  | { readonly do: 'unblock'; readonly uids: readonly string[] }
  /** Take the reference to the object out of each of these. */
  | { readonly do: 'disown'; readonly dependents: readonly string[] }
  /** Take this finalizer out. */
  | { readonly do: 'let-go'; readonly finalizer: string }

/** Decides one step. */
export function decide(seen: Seen): Step {
  const { metadata, owners, dependents } = seen
  const { deletionTimestamp, finalizers = [] } = metadata
  if (deletionTimestamp !== undefined) {
    return endsDeletion(metadata, metadata) ? { do: 'delete', policy: 'Background' } : decideMarked(finalizers, seen)
  }
  if (owners.length === 0) return { do: 'nothing' }
  const found = (state: OwnerState) => owners.filter(({ is }) => is === state)
  const [lost] = [...found('unreachable'), ...found('unknown')]
  if (lost) return { do: 'leave', why: whyLeft(lost), again: lost.is === 'unknown' }

  const waiting = found('waiting')
  const gone = [...found('absent'), ...waiting]
  if (gone.length === 0) return { do: 'nothing' }
  if (gone.length < owners.length) return { do: 'drop-owners', uids: gone.map(({ reference }) => reference.uid) }
  if (waiting.length > 0 && dependents.length > 0) return { do: 'delete', policy: 'Foreground' }
  return { do: 'delete', policy: policyOf(finalizers) }
}

/** True for a reference whose owner waits for the object. */
export const blocks = ({ blockOwnerDeletion }: OwnerReference): boolean => blockOwnerDeletion === true

/** True for an object that goes when its dependents have gone. */
export const isWaiting = ({ deletionTimestamp, finalizers = [] }: ObjectMeta): boolean =>
  deletionTimestamp !== undefined && finalizers.includes(FOREGROUND_FINALIZER)

function decideMarked(finalizers: readonly string[], { dependents, ring }: Seen): Step {
  if (finalizers.includes(ORPHAN_FINALIZER)) {
    return dependents.length === 0
      ? { do: 'let-go', finalizer: ORPHAN_FINALIZER }
      : { do: 'disown', dependents: dependents.map(({ key }) => key) }
  }
  if (!finalizers.includes(FOREGROUND_FINALIZER)) return { do: 'nothing' }
  if (!dependents.some((dependent) => dependent.blocks)) return { do: 'let-go', finalizer: FOREGROUND_FINALIZER }
  return ring.length > 0 ? { do: 'unblock', uids: ring } : { do: 'nothing' }
}

/** What was said of the object's own dependents before holds. */
function policyOf(finalizers: readonly string[]) {
  if (finalizers.includes(ORPHAN_FINALIZER)) return 'Orphan'
  return finalizers.includes(FOREGROUND_FINALIZER) ? 'Foreground' : 'Background'
}

function whyLeft({ is, reference: { apiVersion, kind, name } }: SeenOwner): string {
  const owner = `${kind} ${name} of ${apiVersion}`
  return is === 'unreachable'
    ? `the owner ${owner} is of a namespace, and a cluster-scoped object cannot say of which`
    : `the kind of the owner ${owner} is not served`
}
