/**
 * Does what was decided of an object: one commit for each object that changes, and only while what was seen still holds.
 *
 * Every write names the uid and the version that were looked at, so that an owner who came meanwhile is seen first. An
 * owner on whose account something is done to another object is guarded besides: one that waits may be told to leave
 * orphans at any moment, and one that leaves orphans may be through with it.
 */
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { KubeObject, ObjectMeta } from '@muster/api/object.ts'
import { conflict, OBJECT_MODIFIED } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Clock } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { GUARDS_MAX } from '@muster/store/limits.ts'
import type { Guard } from '@muster/store/store.ts'
import { ownCause } from '../history/cause.ts'
import { deletionRulesOf } from '../resources/deletion-rules.ts'
import { fieldVersionsOf } from '../resources/field-owners.ts'
import { storedVersion } from '../resources/versions.ts'
import type { AlsoWritten, Grounds, WriteRequest } from '../storage/decide.ts'
import type { DeletionRules } from '../storage/deletion.ts'
import { formatKey, type ObjectKey, parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import type { Step } from './decide.ts'
import type { Sight } from './look.ts'

/** What acting takes. */
export interface ActDeps {
  readonly objects: Pick<Storage, 'update' | 'remove'>
  readonly clock: Clock
  readonly newId: () => string
  /** The kind of what is kept under a key, and whether it is one of Kubernetes' own; undefined when it is not served. */
  readonly kindAt: (key: ObjectKey) => { readonly kind: Kind; readonly builtIn: boolean } | undefined
  /** What goes with an object when it goes for good: the addresses of a service. */
  readonly alsoAtEnd?: (key: ObjectKey, object: KubeObject) => Promise<readonly AlsoWritten[]>
}

/** A step that changes something. */
export type Deed = Exclude<Step, { readonly do: 'nothing' | 'leave' }>

/** As Kubernetes names its own, so that people find it where they look. */
export const ACTOR = 'system:serviceaccount:kube-system:generic-garbage-collector'
const MANAGER = 'kube-controller-manager'

/** The object itself, and what goes with it. */
const OTHERS_GUARDED_MAX = 30
/** As many as a commit takes besides. Nobody has been seen to name more owners than that. */
const OWNERS_GUARDED_MAX = GUARDS_MAX - OTHERS_GUARDED_MAX

/** Does one step. Throws Conflict when something changed meanwhile, and what the store throws. */
export async function act(deps: ActDeps, sight: Sight, step: Deed): Promise<void> {
  switch (step.do) {
    case 'delete':
      return remove(deps, sight, step.policy)
    case 'drop-owners': {
      const drops = new Set(step.uids)
      return change(deps, sight, 'drops references to owners that are no more', (metadata) =>
        withOwners(metadata, (owner) => (drops.has(owner.uid) ? undefined : owner)),
      )
    }
    case 'unblock': {
      const freed = new Set(step.uids)
      return change(deps, sight, 'breaks a ring of owners that wait for each other', (metadata) =>
        withOwners(metadata, (owner) => (freed.has(owner.uid) ? { ...owner, blockOwnerDeletion: false } : owner)),
      )
    }
    case 'disown':
      return disown(deps, sight, step.dependents)
    case 'let-go':
      return change(deps, sight, `its dependents are dealt with: ${step.finalizer}`, (metadata) =>
        withoutFinalizer(metadata, step.finalizer),
      )
    default:
      return step satisfies never
  }
}

async function remove(deps: ActDeps, sight: Sight, propagationPolicy: 'Background' | 'Foreground' | 'Orphan') {
  const { key, uid, revision, waitingAt } = sight
  const served = deps.kindAt(key)
  const reason = whyRemoved(sight)
  await deps.objects
    .remove(key, {
      ...requestOf(deps, sight, reason),
      grounds: unchanged(key, waitingAt, () => atEnd(deps, sight)),
      options: { propagationPolicy, preconditions: { uid, resourceVersion: String(revision) } },
      rules: served ? deletionRulesOf(served.kind.rules) : {},
    })
    .catch(unlessGone)
}

function whyRemoved({ metadata, waitingAt }: Sight): string {
  if (metadata.deletionTimestamp !== undefined) return 'it was marked to go, and nothing holds it'
  return waitingAt.length > 0 ? 'its owner waits for it to go' : 'its owners are no more'
}

const atEnd = async ({ alsoAtEnd }: ActDeps, { key, object }: Sight) => (await alsoAtEnd?.(key, object)) ?? []

/** Owners must be as they were seen. When they are not, it takes another look and not another try. */
function unchanged(
  key: ObjectKey,
  owners: Sight['waitingAt'],
  end: () => Promise<readonly AlsoWritten[]> = async () => [],
): (triesBefore: number) => Promise<Grounds> {
  const guards = owners
    .slice(0, OWNERS_GUARDED_MAX)
    .map((owner): Guard => ({ guard: 'revision', key: owner.key, equals: owner.revision }))
  return async (triesBefore) => {
    if (triesBefore > 0) throw conflict(key, key.name, OBJECT_MODIFIED)
    return { guards, alsoAtEnd: await end() }
  }
}

async function disown(deps: ActDeps, sight: Sight, dependents: readonly string[]): Promise<void> {
  for (const text of dependents) {
    const key = parseKey(text)
    if (!key) continue
    const owner = { key: formatKey(sight.key), revision: sight.revision }
    const request = requestOf(deps, { ...sight, after: owner }, 'its owner goes and leaves it behind')
    await deps.objects
      .update(key, {
        ...request,
        grounds: unchanged(key, [owner]),
        change: (current) =>
          changed(deps, key, current, (metadata) =>
            withOwners(metadata, (reference) => (reference.uid === sight.uid ? undefined : reference)),
          ),
      })
      .catch(unlessGone)
  }
}

async function change(deps: ActDeps, sight: Sight, reason: string, make: (metadata: ObjectMeta) => ObjectMeta) {
  const { key, uid, revision, waitingAt } = sight
  await deps.objects
    .update(key, {
      ...requestOf(deps, sight, reason),
      grounds: unchanged(key, waitingAt, () => atEnd(deps, sight)),
      preconditions: { uid, resourceVersion: String(revision) },
      ...heldBy(deps, key),
      change: (current) => changed(deps, key, current, make),
    })
    .catch(unlessGone)
}

/** What keeps an object of a kind besides its finalizers. */
function heldBy({ kindAt }: ActDeps, key: ObjectKey): Pick<DeletionRules, 'isHeld'> {
  const served = kindAt(key)
  const { isHeld } = served ? deletionRulesOf(served.kind.rules) : {}
  return isHeld ? { isHeld } : {}
}

/** Without an owner that led to it, it is the object's own state that did. */
function requestOf({ newId }: ActDeps, { after, key, revision }: Sight, reason: string): WriteRequest {
  const by = after ?? { key: formatKey(key), revision }
  return { id: newId(), cause: ownCause(ACTOR, reason, by.key, by.revision) }
}

/** The object with other metadata; who owned what is no more there owns it no more. */
function changed(
  { clock, kindAt }: ActDeps,
  key: ObjectKey,
  current: KubeObject | undefined,
  make: (metadata: ObjectMeta) => ObjectMeta,
): KubeObject | 'unchanged' {
  if (!current) return 'unchanged'
  const next = { ...current, metadata: make(current.metadata) }
  const served = kindAt(key)
  if (!served) return next
  const entries = recordUpdate({
    live: current,
    next,
    manager: MANAGER,
    subresource: '',
    now: timestamp(clock.now()),
    versions: fieldVersionsOf({ ...served, version: storedVersion(served.kind) }),
  })
  if (entries) next.metadata.managedFields = entries
  else delete next.metadata.managedFields
  return next
}

type Owner = NonNullable<ObjectMeta['ownerReferences']>[number]

function withOwners(metadata: ObjectMeta, map: (owner: Owner) => Owner | undefined): ObjectMeta {
  const { ownerReferences = [], ...rest } = metadata
  const kept = ownerReferences.flatMap((owner) => map(owner) ?? [])
  return kept.length > 0 ? { ...rest, ownerReferences: kept } : rest
}

function withoutFinalizer(metadata: ObjectMeta, finalizer: string): ObjectMeta {
  const { finalizers = [], ...rest } = metadata
  const kept = finalizers.filter((one) => one !== finalizer)
  return kept.length > 0 ? { ...rest, finalizers: kept } : rest
}

const unlessGone = (error: unknown): void => {
  if (!hasCode(error, 'NotFound')) throw error
}
