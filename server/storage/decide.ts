/**
 * The loop of every write to an object that may be there: look, decide, commit under the guard that nothing changed
 * meanwhile, or look again.
 *
 * The first look is at what is in memory, which may be late by what is on its way. So whatever is refused on its
 * account, or found to change nothing, is looked at again before anybody is told.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { conflict, OBJECT_MODIFIED } from '@muster/api/status.ts'
import type { Clock } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import type { Cause, Guard, LeaseId, Revision } from '@muster/store/store.ts'
import type { CachedObject } from './cached-object.ts'
import type { CarriedOut, CarryOut, PlannedWrite } from './carry-out.ts'
import { formatKey, type ObjectKey } from './key.ts'
import type { ReaderDeps } from './read.ts'
import { atRevision, parseBytes, type StoredObject, sharedObject, storedVersion } from './stored-object.ts'

/** What writing is done with. */
export interface WriterDeps extends ReaderDeps {
  readonly clock: Clock
  readonly find: (key: ObjectKey, resourceVersion: string) => Promise<CachedObject | undefined>
  /** How what is decided is done: at once, or later with more of it. */
  readonly carryOut: CarryOut
  /** What is decided is not done at once: so a creation looks whether its name is taken, and no object changes twice. */
  readonly isStage?: boolean
}

/** What every write says of itself. */
export interface WriteRequest {
  /**
   * Names this write, in at most 80 bytes: the tokens of its commits follow from it, so no other write may have it.
   * Writes of one request to several objects may share one.
   */
  readonly id: string
  readonly cause: Cause
  /** All is checked, and nothing is written. */
  readonly dryRun?: boolean
  /** Whether it may be refused for what it takes of a quota. Default false: what it tells has happened already. */
  readonly isLimited?: boolean
  /**
   * What its writer must still be at the commit, as guards: the leader of an election. Asked for at each try, before
   * anything else is decided, with the number of tries before it; throws Deposed.
   */
  readonly standing?: (tried: number) => Promise<readonly Guard[]>
  /** What is put goes when this lease of the store ends. Only for what is never written again. */
  readonly lease?: LeaseId
  /**
   * On what grounds it is allowed. Asked for at each try of each commit, and told how many tries of this commit there
   * were before; throws the error of a write that is not allowed.
   */
  readonly grounds?: (triesBefore: number) => Promise<Grounds> | Grounds
}

/** What has to hold at the commit. */
export interface Grounds {
  readonly guards: readonly Guard[]
  /** Objects that change with it, such as a quota's account. */
  readonly also?: readonly AlsoWritten[]
  /** Objects that change only if it goes for good: what a service has to itself. */
  readonly alsoAtEnd?: readonly AlsoWritten[]
}

/** Another object, as it is to be if the version that it was made from is still what is there. */
export interface AlsoWritten {
  readonly key: ObjectKey
  /** 0 when it is not there yet. */
  readonly from: Revision
  /** It goes when absent. */
  readonly object?: KubeObject
}

/** What became of a write. A dry run says what would have. */
export interface Written {
  /** `deleted`, of an update: it removed the last finalizer of an object that was waiting to go. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'deleted'
  /** As it is now; as it was last when it is deleted. Revision 0 when a dry run would have created it. */
  readonly object: StoredObject
}

/** What is to become of an object, given what it is. */
export type Decision =
  | { readonly decided: 'unchanged'; readonly object: StoredObject }
  | { readonly decided: 'put'; readonly bytes: Uint8Array }
  /** `shown`: how it is shown to who asked; as it was last, when absent. */
  | { readonly decided: 'delete'; readonly shown?: StoredObject }

/** Each try lets one of those through who write to one object at once; who is never that one is told to look again. */
export const TRIES_MAX = 100

/** Decides until a decision holds. Throws Conflict after too many tries, and what deciding, grounds and store throw. */
export async function decideAndCommit(
  deps: WriterDeps,
  key: ObjectKey,
  request: WriteRequest,
  decide: (current: CachedObject | undefined) => Promise<Decision>,
): Promise<Written> {
  const text = formatKey(key)
  let current = await deps.find(key, '0')
  let isCertain = false
  let tries = 0
  /** Looks at the newest. True when nothing was missed before. */
  const lookAgain = async (): Promise<boolean> => {
    const seen = current?.revision
    current = await deps.find(key, '')
    isCertain = true
    return current?.revision === seen
  }
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const standing = await request.standing?.(attempt)
    let decision: Decision
    try {
      decision = await decide(current)
    } catch (error) {
      if (isCertain || (await lookAgain())) throw error
      continue
    }
    if (decision.decided === 'unchanged') {
      if (isCertain || (await lookAgain())) return { outcome: 'unchanged', object: decision.object }
      continue
    }
    const grounds = await request.grounds?.(tries++)
    const planned = plan(text, current, decision)
    let end: CarriedOut
    try {
      end = await deps.carryOut({ ...plannedWrite(key, current, planned, grounds), standing }, request, attempt)
    } catch (error) {
      if (isCertain || (await lookAgain())) throw error
      continue
    }
    if (end.outcome === 'committed') return planned.written(end.revision)
    if (end.outcome === 'staged') return planned.written(current?.revision ?? (0 as Revision))
    const isSame = await lookAgain()
    if (end.outcome === 'tried' && isSame) return planned.written(current?.revision ?? (0 as Revision))
  }
  throw conflict(key, key.name, OBJECT_MODIFIED)
}

interface Planned extends Pick<PlannedWrite, 'guard' | 'write'> {
  /** What is told of it once it is done at a revision. */
  readonly written: (revision: Revision) => Written
}

function plannedWrite(
  key: ObjectKey,
  current: CachedObject | undefined,
  { guard, write }: Planned,
  grounds: Grounds | undefined,
): Omit<PlannedWrite, 'standing'> {
  return {
    key,
    guard,
    write,
    grounds,
    before: () => current && sharedObject(current),
    after: () => (write.write === 'put' ? parseBytes(write.value) : undefined),
  }
}

function plan(
  key: string,
  current: CachedObject | undefined,
  decision: Exclude<Decision, { readonly decided: 'unchanged' }>,
): Planned {
  const guard: Guard = current ? { guard: 'revision', key, equals: current.revision } : { guard: 'absent', key }
  if (decision.decided === 'delete') {
    assert(current, 'what is deleted was there')
    const { shown } = decision
    return {
      guard,
      write: { write: 'delete', key },
      written: (revision) => ({ outcome: 'deleted', object: shown ?? atRevision(current, revision) }),
    }
  }
  const { bytes } = decision
  return {
    guard,
    write: { write: 'put', key, value: bytes },
    written: (revision) => ({
      outcome: current ? 'updated' : 'created',
      object: storedVersion({ key, bytes, revision, createRevision: current?.createRevision ?? revision }),
    }),
  }
}
