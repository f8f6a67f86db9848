/**
 * Does what was decided: the commit of one write, or of several together, with all that allowed them as its guards and
 * all that goes along with them.
 *
 *     planned writes ─► accounts, which add what goes along or refuse ─► one commit ─► how it ended, for certain
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { Cause, Guard, Revision, Write } from '@muster/store/store.ts'
import type { Accounts, Along, AlongEnd, PlannedChange } from './accounts.ts'
import type { AlsoWritten, Grounds, WriteRequest } from './decide.ts'
import { formatKey, type ObjectKey } from './key.ts'
import { commitSurely, type SettleDeps } from './settle.ts'
import { encodeObject } from './stored-object.ts'

/** A write that is decided. */
export interface PlannedWrite {
  readonly key: ObjectKey
  /** That its object is still what was looked at. */
  readonly guard: Guard
  readonly write: Write
  /** What its writer must still be. */
  readonly standing: readonly Guard[] | undefined
  readonly grounds: Grounds | undefined
  /** The object as it was and as it will be. Parsed when asked for. */
  readonly before: () => KubeObject | undefined
  readonly after: () => KubeObject | undefined
}

/** What became of a planned write. */
export type CarriedOut =
  | { readonly outcome: 'committed'; readonly revision: Revision }
  /** For its own guard, or for what it rests on. */
  | { readonly outcome: 'conflict'; readonly guard: 'own' | 'grounds' }
  | { readonly outcome: 'tried' }
  /** It will be done with others, or not at all. */
  | { readonly outcome: 'staged' }

/** Does a planned write. Throws what refuses it, and what the store throws. */
export type CarryOut = (planned: PlannedWrite, request: WriteRequest, attempt: number) => Promise<CarriedOut>

/** What committing takes. */
export interface CommitDeps extends SettleDeps {
  readonly accounts: Accounts
}

/** Commits each write by itself. */
export const carryOutAlone =
  (deps: CommitDeps): CarryOut =>
  async (planned, request, attempt) => {
    const { id, cause, dryRun = false, isLimited = false } = request
    const { key, write, before, after } = planned
    const change: PlannedChange = { key, before, after, mayRefuse: isLimited }
    // Each try is another commit, with other guards; only the same one may be repeated under the same token.
    const token = `${id}/${write.write}/${hashOf(write.key)}/${attempt}`
    const end = await deps.accounts.book([change], (along) =>
      dryRun ? TRIED : commitContent(deps, { token, cause }, contentOf([planned], along)),
    )
    if (end.outcome !== 'committed') return end
    const [revision = 0 as Revision] = end.revisions
    return { outcome: 'committed', revision }
  }

/** What a dry run comes to. */
export const TRIED: Promise<AlongEnd> = Promise.resolve({ outcome: 'tried' })

/** Whether it was done; and if not, whether for a guard of its own or for one of its grounds. */
export type CommitEnd =
  /** Of the writes, and of what went along with them, in order. */
  | {
      readonly outcome: 'committed'
      readonly revisions: readonly (Revision | undefined)[]
      readonly along: readonly (Revision | undefined)[]
    }
  | { readonly outcome: 'conflict'; readonly guard: 'own' | 'grounds' }

/** What a commit holds: first the writes that were planned, last what goes along with them. So do its guards. */
export interface CommitContent {
  readonly guards: readonly Guard[]
  readonly writes: readonly Write[]
  /** How many were planned, and how many go along on account of accounts. */
  readonly own: number
  readonly along: number
}

/** What a commit of these writes holds. */
export function contentOf(planned: readonly PlannedWrite[], along: Along): CommitContent {
  const also = [...planned.flatMap(alsoOf), ...along.also]
  const guards = [
    ...planned.map(({ guard }) => guard),
    ...planned.flatMap(({ standing = [] }) => standing),
    ...planned.flatMap(({ grounds }) => grounds?.guards ?? []),
    ...along.guards,
    ...also.map(({ key, from }) => unchanged(formatKey(key), from)),
  ]
  const writes = [...planned.map(({ write }) => write), ...also.map(alsoWrite)]
  return { guards, writes, own: planned.length, along: along.also.length }
}

/** Commits all of it or nothing, and learns how that ended. */
export async function commitContent(
  deps: SettleDeps,
  { token, cause }: { readonly token: string; readonly cause: Cause },
  { guards, writes, own, along }: CommitContent,
): Promise<CommitEnd> {
  const outcome = await commitSurely(deps, { token, guards, writes, cause })
  if (outcome.outcome === 'conflict') {
    const isOwn = guards.slice(0, own).some((guard) => isSameGuard(outcome.guard, guard))
    return { outcome: 'conflict', guard: isOwn ? 'own' : 'grounds' }
  }
  const { revisions } = outcome
  return {
    outcome: 'committed',
    revisions: revisions.slice(0, own),
    along: revisions.slice(revisions.length - along),
  }
}

const alsoOf = ({ write, grounds }: PlannedWrite): readonly AlsoWritten[] => [
  ...(grounds?.also ?? []),
  ...(write.write === 'delete' ? (grounds?.alsoAtEnd ?? []) : []),
]

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
