/**
 * The loop of every write to an object that may be there: look, decide, commit under the guard that nothing changed
 * meanwhile, or look again.
 *
 * The first look is at what is in memory, which may be late by what is on its way. So whatever is refused on its
 * account, or found to change nothing, is looked at again before anybody is told.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { conflict, OBJECT_MODIFIED } from '@muster/api/status.ts'
import { assert } from '@muster/base/errors.ts'
import type { Cause, Commit, Guard, LeaseId, Revision, Write } from '@muster/store/store.ts'
import type { Accounts, Along, AlongEnd, PlannedChange } from './accounts.ts'
import type { CachedObject } from './cached-object.ts'
import { formatKey, type ObjectKey } from './key.ts'
import { findObject, type ReaderDeps } from './read.ts'
import { commitSurely, type SettleDeps } from './settle.ts'
import {
  atRevision,
  encodeObject,
  parseBytes,
  type StoredObject,
  sharedObject,
  storedVersion,
} from './stored-object.ts'

/** What writing is done with. */
export interface WriterDeps extends ReaderDeps, SettleDeps {
  readonly store: ReaderDeps['store'] & SettleDeps['store']
  readonly accounts: Accounts
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
  /** On what grounds it is allowed. Asked for at each try; throws the error of a write that is not allowed. */
  readonly grounds?: () => Promise<Grounds> | Grounds
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
  let current = await findObject(deps, key, '0')
  let isCertain = false
  /** Looks at the newest. True when nothing was missed before. */
  const lookAgain = async (): Promise<boolean> => {
    const seen = current?.revision
    current = await findObject(deps, key, '')
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
    const grounds = await request.grounds?.()
    const planned = plan(text, current, decision)
    const change = changeOf(key, current, planned, request)
    let end: AlongEnd
    try {
      end = await deps.accounts.book(change, (along) =>
        request.dryRun ? TRIED : commitOnce(deps, request, attempt, { ...planned, standing, grounds, along }),
      )
    } catch (error) {
      if (isCertain || (await lookAgain())) throw error
      continue
    }
    if (end.outcome === 'committed') return planned.written(end.revision)
    const isSame = await lookAgain()
    if (end.outcome === 'tried' && isSame) return planned.written(current?.revision ?? (0 as Revision))
  }
  throw conflict(key, key.name, OBJECT_MODIFIED)
}

/** What a dry run comes to. */
export const TRIED: Promise<AlongEnd> = Promise.resolve({ outcome: 'tried' })

function changeOf(
  key: ObjectKey,
  current: CachedObject | undefined,
  { write }: Planned,
  { isLimited = false }: WriteRequest,
): PlannedChange {
  return {
    key,
    before: () => current && sharedObject(current),
    after: () => (write.write === 'put' ? parseBytes(write.value) : undefined),
    mayRefuse: isLimited,
  }
}

interface Planned {
  readonly guard: Guard
  readonly write: Write
  /** What is told of it once it is done at a revision. */
  readonly written: (revision: Revision) => Written
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

/** A commit that writes one object. */
export interface OneCommit {
  readonly guard: Guard
  readonly write: Write
  readonly standing: readonly Guard[] | undefined
  readonly grounds: Grounds | undefined
  readonly along: Along
}

/** Whether it was done; and if not, whether for its own guard or for what its writer or its grounds rest on. */
export type CommitEnd =
  /** `along`: the revisions of what went along with it, in order. */
  | { readonly outcome: 'committed'; readonly revision: Revision; readonly along: readonly (Revision | undefined)[] }
  | { readonly outcome: 'conflict'; readonly guard: 'own' | 'grounds' }

/** Commits one write and what goes with it, and learns how that ended. */
export async function commitOnce(
  deps: SettleDeps,
  { id, cause }: WriteRequest,
  attempt: number,
  { guard, write, standing = [], grounds, along }: OneCommit,
): Promise<CommitEnd> {
  const { guards = [] } = grounds ?? {}
  const atEnd = write.write === 'delete' ? (grounds?.alsoAtEnd ?? []) : []
  const also = [...(grounds?.also ?? []), ...atEnd, ...along.also]
  const commit: Commit = {
    // Each try is another commit, with other guards; only the same one may be repeated under the same token.
    token: `${id}/${write.write}/${hashOf(write.key)}/${attempt}`,
    guards: [
      guard,
      ...standing,
      ...guards,
      ...along.guards,
      ...also.map(({ key, from }) => unchanged(formatKey(key), from)),
    ],
    writes: [write, ...also.map(alsoWrite)],
    cause,
  }
  const outcome = await commitSurely(deps, commit)
  if (outcome.outcome === 'conflict') {
    return { outcome: 'conflict', guard: isSameGuard(outcome.guard, guard) ? 'own' : 'grounds' }
  }
  const [revision] = outcome.revisions
  assert(revision !== undefined, 'a write whose guard held was made')
  return {
    outcome: 'committed',
    revision,
    along: outcome.revisions.slice(outcome.revisions.length - along.also.length),
  }
}

/** Tells the objects of one request apart: FNV-1a, 32 bits, in base 36. */
function hashOf(key: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}

const unchanged = (key: string, equals: Revision): Guard => ({ guard: 'revision', key, equals })
const alsoWrite = ({ key, object }: AlsoWritten): Write =>
  object ? { write: 'put', key: formatKey(key), value: encodeObject(object) } : { write: 'delete', key: formatKey(key) }

const isSameGuard = (one: Guard, other: Guard): boolean =>
  one.guard === other.guard && 'key' in one && 'key' in other && one.key === other.key
