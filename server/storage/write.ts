/**
 * Writing objects: create, update, delete. Each is one commit.
 *
 *     look ──► decide ──► commit, guarded by what was looked at ──► committed
 *      ▲                    │ conflict: something changed meanwhile
 *      └────────────────────┘
 *
 * What allowed the write (a namespace that is not going away, a quota, a CRD's version, a fence) is a guard of the same
 * commit, worked out anew for each try: a stale look costs a try, never a wrong admission. A write that changes nothing
 * is none: it takes no revision and makes no event.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import { alreadyExists, conflict, notFound, statusOf, tooLarge } from '@muster/api/status.ts'
import { ControlError } from '@muster/base/errors.ts'
import { COMMIT_BYTES_MAX } from '@muster/store/limits.ts'
import type { Guard, Revision, Write } from '@muster/store/store.ts'
import type { CachedObject } from './cached-object.ts'
import { decideAndCommit, TRIES_MAX, type WriteRequest, type WriterDeps, type Written } from './decide.ts'
import { type DeletionOptions, type DeletionRules, decideDeletion, endsDeletion } from './deletion.ts'
import { formatKey, type ObjectKey } from './key.ts'
import { checkCarried, checkDelete, checkUpdate, type Preconditions } from './preconditions.ts'
import { beFresh } from './read.ts'
import { encodeObject, parseBytes, parseObject, type StoredObject, storedVersion } from './stored-object.ts'

/** What an update asks for. */
export interface UpdateRequest extends WriteRequest {
  readonly preconditions?: Preconditions
  /** Whether an object that is not there may be created. Otherwise it is NotFound. */
  readonly createIfAbsent?: boolean
  /** What keeps an object that is to go, besides the finalizers of its metadata. */
  readonly isHeld?: (object: KubeObject) => boolean
  /**
   * Makes the next object from what is there, which it may change. Called again when something changed meanwhile. When
   * the next object carries a resourceVersion, it is meant for that version alone.
   */
  readonly change: (current: KubeObject | undefined) => Promise<KubeObject | 'unchanged'> | KubeObject | 'unchanged'
}

/** What a delete asks for. */
export interface RemoveRequest extends WriteRequest {
  readonly options: DeletionOptions
  readonly rules: DeletionRules
  /** Throws when the object, as it is, may not be deleted. */
  readonly admit?: (current: KubeObject) => Promise<void> | void
  /** Changes what stays of it while it waits to go: why it goes, in its status. */
  readonly note?: (object: KubeObject) => void
}

/** Room for what a commit carries beside the object: keys, guards, cause. */
const REST_OF_COMMIT_BYTES = 32 * 1024

/** The most bytes that an object may have as it is kept. Kubernetes' own limit, that of etcd, is about 1.5 MB. */
export const OBJECT_BYTES_MAX: number = COMMIT_BYTES_MAX - REST_OF_COMMIT_BYTES

/** Creates an object. Throws AlreadyExists, TooLarge, what its grounds throw, and what the store throws. */
export async function createObject(
  deps: WriterDeps,
  key: ObjectKey,
  object: KubeObject,
  request: WriteRequest,
): Promise<Written> {
  const text = formatKey(key)
  const bytes = encodeWithin(key, object)
  const { lease } = request
  const write: Write = { write: 'put', key: text, value: bytes, ...(lease === undefined ? {} : { lease }) }
  const guard: Guard = { guard: 'absent', key: text }
  const planned = { key, guard, write, before: () => undefined, after: () => parseBytes(bytes) }
  const created = (revision: Revision): Written => ({
    outcome: 'created',
    object: storedVersion({ key: text, bytes, revision, createRevision: revision }),
  })
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const standing = await request.standing?.(attempt)
    const grounds = await request.grounds?.(attempt)
    if (request.dryRun || deps.isStage) {
      const existing = await deps.find(key, '')
      if (existing) throw exists(key, existing)
    }
    const end = await deps.carryOut({ ...planned, standing, grounds }, request, attempt)
    if (end.outcome === 'committed') return created(end.revision)
    if (end.outcome !== 'conflict') return created(0 as Revision)
    if (end.guard === 'own') throw exists(key, await deps.find(key, ''))
    // What the grounds were worked out from had changed: they are to see that.
    await beFresh(deps)
  }
  throw conflict(key, key.name, 'what the write rests on keeps changing; please try again')
}

/** Changes an object. Throws NotFound, Conflict, TooLarge, what `change` and the grounds throw, and the store. */
export async function updateObject(deps: WriterDeps, key: ObjectKey, request: UpdateRequest): Promise<Written> {
  const { preconditions, createIfAbsent = false, change } = request
  return decideAndCommit(deps, key, request, async (current) => {
    if (!current) {
      const next = createIfAbsent ? await change(undefined) : 'unchanged'
      if (next === 'unchanged') throw notFound(key, key.name)
      return { decided: 'put', bytes: encodeWithin(key, next) }
    }
    if (preconditions) checkUpdate(key, preconditions, current)
    const before = parseObject(current)
    const metadata = { ...before.metadata }
    const next = await change(before)
    if (next === 'unchanged') return { decided: 'unchanged', object: current }
    checkCarried(key, next, current)
    const bytes = encodeWithin(key, next)
    if (endsDeletion(metadata, next.metadata) && !request.isHeld?.(next))
      return { decided: 'delete', shown: storedVersion({ ...current, bytes }) }
    return putUnlessSame(current, next, bytes)
  })
}

/**
 * Deletes an object, or marks it to be deleted; or both, which takes two commits, since watchers hear of each. On a stage
 * there is one, and they hear of the end. Throws NotFound, Conflict, what `admit` and the grounds throw.
 */
export async function removeObject(deps: WriterDeps, key: ObjectKey, request: RemoveRequest): Promise<Written> {
  const { options, rules, admit } = request
  let endsNow = false
  const written = await decideAndCommit(deps, key, request, async (current) => {
    if (!current) throw notFound(key, key.name)
    const object = parseObject(current)
    if (options.preconditions) checkDelete(key, options.preconditions, object)
    await admit?.(parseObject(current))
    const deletion = decideDeletion(object, options, rules, deps.clock.now())
    endsNow = deletion.do === 'mark-then-delete' && !deps.isStage
    switch (deletion.do) {
      case 'nothing':
        return { decided: 'unchanged', object: current }
      case 'delete':
        return { decided: 'delete' }
      case 'mark-then-delete':
        if (deps.isStage) return { decided: 'delete' }
        request.note?.(deletion.object)
        return putUnlessSame(current, deletion.object, encodeWithin(key, deletion.object))
      case 'mark':
        request.note?.(deletion.object)
        return putUnlessSame(current, deletion.object, encodeWithin(key, deletion.object))
      default:
        return deletion satisfies never
    }
  })
  return endsNow ? deleteMarked(deps, key, request, written.object) : written
}

/** Ends an object that has just been marked, unless somebody was faster. Asks once more, since it is another write. */
async function deleteMarked(deps: WriterDeps, key: ObjectKey, request: RemoveRequest, marked: StoredObject) {
  const { uid } = parseObject(marked).metadata
  const gone: Written = { outcome: 'deleted', object: marked }
  if (request.dryRun) return gone
  const { object } = await decideAndCommit(deps, key, request, async (current) => {
    const found = current && parseObject(current)
    if (!found || found.metadata.uid !== uid || !endsDeletion(found.metadata, found.metadata))
      return { decided: 'unchanged', object: marked }
    await request.admit?.(found)
    return { decided: 'delete' }
  })
  return { ...gone, object }
}

function putUnlessSame(current: CachedObject, next: KubeObject, bytes: Uint8Array) {
  return isSame(current, next, bytes)
    ? ({ decided: 'unchanged', object: current } as const)
    : ({ decided: 'put', bytes } as const)
}

/** Whether a next object says what is there. In another order of fields it takes as many bytes. */
function isSame(current: CachedObject, next: KubeObject, bytes: Uint8Array): boolean {
  if (bytes.length !== current.bytes.length) return false
  if (Buffer.compare(bytes, current.bytes) === 0) return true
  const { metadata, ...rest } = next
  const { metadata: kept, ...keptRest } = parseObject({ ...current, revision: 0 as Revision })
  return sameJson({ ...metadata, resourceVersion: undefined, selfLink: undefined }, kept) && sameJson(rest, keptRest)
}

function encodeWithin({ resource, name }: ObjectKey, object: KubeObject): Uint8Array {
  const bytes = encodeObject(object)
  if (bytes.length <= OBJECT_BYTES_MAX) return bytes
  throw tooLarge(`${resource} "${name}" takes ${bytes.length} bytes as it is kept; at most ${OBJECT_BYTES_MAX} fit`)
}

/** Source of the words: apiserver pkg/registry/generic/registry/store.go Create. */
function exists(key: ObjectKey, existing: CachedObject | undefined): ControlError {
  const error = alreadyExists(key, key.name)
  // It may be gone again already.
  if (!existing || parseObject(existing).metadata.deletionTimestamp === undefined) return error
  const message = `object is being deleted: ${error.message}`
  return new ControlError(error.code, message, undefined, { ...statusOf(error), message })
}
