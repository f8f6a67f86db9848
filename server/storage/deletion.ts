/**
 * What a DELETE does to an object, decided without doing it.
 *
 *     finalizers to wait for ──► mark: deletionTimestamp now, no grace; who removes the last finalizer ends it
 *     grace of its kind      ──► mark: deletionTimestamp after the grace; its agent confirms with grace 0
 *     a grace of 0           ──► mark, then gone at once: watchers are told that it was to go
 *     neither                ──► gone at once
 *     marked already         ──► a shorter grace is taken, a longer one is not; else nothing
 *
 * Source: apiserver pkg/registry/rest/delete.go BeforeDelete; pkg/registry/generic/registry/store.go
 * updateForGracefulDeletionAndFinalizers, markAsDeleting and deletionFinalizersForGarbageCollection.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { add, formatInstant, type Instant, instant, seconds } from '@muster/base/clock.ts'
import type { Preconditions } from './preconditions.ts'

/** What is asked. The form of meta/v1 DeleteOptions. */
export interface DeletionOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  /** The old way to ask for a propagation policy. */
  readonly orphanDependents?: boolean
  readonly preconditions?: Preconditions
}

/** How objects of a kind go. */
export interface DeletionRules {
  /** Seconds of grace, for kinds that have it. 0 deletes at once. Absent: there is none. */
  readonly grace?: (object: KubeObject, asked: number | undefined) => number
  /** What keeps it besides the finalizers of its metadata. */
  readonly isHeld?: (object: KubeObject) => boolean
  /** What it says of itself once it is marked, for the first time or again. May change the object. */
  readonly whenMarked?: (object: KubeObject, isFirst: boolean) => void
  /** What happens to its dependents when the client does not say; `unsupported` never has a finalizer set for them. */
  readonly dependents?: 'delete' | 'orphan' | 'unsupported'
}

/** What is to be done. */
export type Deletion =
  | { readonly do: 'delete' }
  /** It is on its way already. */
  | { readonly do: 'nothing' }
  | { readonly do: 'mark'; readonly object: KubeObject }
  | { readonly do: 'mark-then-delete'; readonly object: KubeObject }

/** Waits until dependents have been orphaned. Source: apimachinery meta/v1 FinalizerOrphanDependents. */
export const ORPHAN_FINALIZER = 'orphan'
/** Waits until dependents are gone. Source: apimachinery meta/v1 FinalizerDeleteDependents. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion'

/** Decides what a DELETE does. May change the object that it is given, and answers it when it is to be marked. */
export function decideDeletion(
  object: KubeObject,
  options: DeletionOptions,
  rules: DeletionRules,
  now: Instant,
): Deletion {
  const { metadata } = object
  const mark = rules.grace && graceful(object, asked(options.gracePeriodSeconds), rules.grace, now)
  if (mark === 'pending') return { do: 'nothing' }
  const finalizers = finalizersFor(metadata.finalizers ?? [], options, rules)
  if (!mark) {
    if (finalizers.length === 0 && !rules.isHeld?.(object)) return { do: 'delete' }
    const isFirst = metadata.deletionTimestamp === undefined
    const going = marked(object, finalizers, { at: notAfter(metadata.deletionTimestamp, now), grace: 0 })
    rules.whenMarked?.(going, isFirst)
    return { do: 'mark', object: going }
  }
  const ends = mark.grace === 0 && finalizers.length === 0
  return { do: ends ? 'mark-then-delete' : 'mark', object: marked(object, finalizers, mark) }
}

/** Whether an update of an object that is being deleted ends it: nobody holds it back any more. */
export function endsDeletion(before: KubeObject['metadata'], next: KubeObject['metadata']): boolean {
  if (before.deletionTimestamp === undefined || (next.finalizers ?? []).length > 0) return false
  return (before.deletionGracePeriodSeconds ?? 0) === 0
}

/** When an object is to go, and the grace in seconds that this includes. */
interface Mark {
  readonly at: Instant
  readonly grace: number
}

/** Undefined when it goes without grace. */
function graceful(
  object: KubeObject,
  asked: number | undefined,
  graceOf: NonNullable<DeletionRules['grace']>,
  now: Instant,
): Mark | 'pending' | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: granted = 0 } = object.metadata
  if (deletionTimestamp === undefined) {
    const grace = graceOf(object, asked)
    return { at: add(now, seconds(grace)), grace }
  }
  if (granted === 0) return undefined
  if (asked === undefined || asked >= granted) return 'pending'
  // What was granted is taken back and what is asked is granted, though never into the past: an agent that still has
  // to confirm gets a second to see it.
  const at = instant(Date.parse(deletionTimestamp) - (granted - asked) * 1000)
  if (at >= now) return { at, grace: asked }
  return { at: now, grace: asked === 0 ? 0 : 1 }
}

/** A negative grace means the least there is. */
const asked = (gracePeriodSeconds: number | undefined): number | undefined =>
  gracePeriodSeconds !== undefined && gracePeriodSeconds < 0 ? 1 : gracePeriodSeconds

function marked(object: KubeObject, finalizers: readonly string[], { at, grace }: Mark): KubeObject {
  const { metadata } = object
  if (metadata.deletionTimestamp === undefined && (metadata.generation ?? 0) > 0) {
    metadata.generation = (metadata.generation ?? 0) + 1
  }
  metadata.deletionTimestamp = `${formatInstant(at).slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`
  metadata.deletionGracePeriodSeconds = grace
  if (finalizers.length > 0) metadata.finalizers = [...finalizers]
  else delete metadata.finalizers
  return object
}

const notAfter = (deletionTimestamp: string | undefined, now: Instant): Instant =>
  deletionTimestamp === undefined ? now : instant(Math.min(Date.parse(deletionTimestamp), now))

function finalizersFor(before: readonly string[], options: DeletionOptions, rules: DeletionRules): readonly string[] {
  const own = before.filter((finalizer) => finalizer !== ORPHAN_FINALIZER && finalizer !== FOREGROUND_FINALIZER)
  const wanted = dependentsFinalizer(before, options, rules)
  const same = wanted === undefined ? own.length === before.length : before.includes(wanted)
  // In the order in which they stand, when nothing changes.
  if (same && before.length === own.length + (wanted === undefined ? 0 : 1)) return before
  return wanted === undefined ? own : [...own, wanted]
}

/** The finalizer for dependents: what the client asks; else what the object has; else what the kind does. */
function dependentsFinalizer(
  before: readonly string[],
  { orphanDependents, propagationPolicy }: DeletionOptions,
  { dependents = 'delete' }: DeletionRules,
): string | undefined {
  if (dependents === 'unsupported') return undefined
  if (orphanDependents !== undefined) return orphanDependents ? ORPHAN_FINALIZER : undefined
  switch (propagationPolicy) {
    case 'Orphan':
      return ORPHAN_FINALIZER
    case 'Foreground':
      return FOREGROUND_FINALIZER
    case 'Background':
      return undefined
    case undefined:
      break
    default:
      return propagationPolicy satisfies never
  }
  const present = before.find((finalizer) => finalizer === ORPHAN_FINALIZER || finalizer === FOREGROUND_FINALIZER)
  return present ?? (dependents === 'orphan' ? ORPHAN_FINALIZER : undefined)
}
