/**
 * Writes that are decided one after the other and done together: each sees what those before it have done, nobody else
 * does, and one commit makes all of it so, or nothing.
 *
 *     create · update · remove ─► decided as ever, from what is there and from what was staged ─► staged
 *     commit ─► guarded by all that was looked at and by all that allowed it ─► accounts ─► the store
 *
 * What was staged shows the version of what it replaces, and none when it is new. So whoever asks for a guard on it asks
 * for that of the write itself.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { conflict, notFound, tooLarge } from '@muster/api/status.ts'
import type { ControlError } from '@muster/base/errors.ts'
import { COMMIT_BYTES_MAX, GUARDS_MAX, WRITES_MAX } from '@muster/store/limits.ts'
import type { Cause, Guard, Revision, Write } from '@muster/store/store.ts'
import type { Along, AlongEnd, PlannedChange } from './accounts.ts'
import type { CachedObject } from './cached-object.ts'
import {
  type CommitContent,
  type CommitDeps,
  type CommitEnd,
  commitContent,
  contentOf,
  type PlannedWrite,
  TRIED,
} from './carry-out.ts'
import type { AlsoWritten, WriterDeps, Written } from './decide.ts'
import { formatKey, type ObjectKey, parseKey, type Scope, scopePrefix } from './key.ts'
import { checkUpdate, type Preconditions } from './preconditions.ts'
import { beFresh, type ListPage, type ListRequest } from './read.ts'
import type { Storage } from './storage.ts'
import { encodeObject, type StoredObject, sharedObject, storedVersion } from './stored-object.ts'
import { createObject, type RemoveRequest, removeObject, type UpdateRequest, updateObject } from './write.ts'

/** What must be so of an object that is only looked at. */
export type Expected = { readonly expected: 'absent' } | ({ readonly expected: 'there' } & Preconditions)

/** What all writes of a stage have in common. */
export interface StageCommit {
  /** Of this try, in at most 128 bytes: names the commit for ever. */
  readonly token: string
  readonly cause: Cause
  readonly dryRun: boolean
  /** How a refusal of one write is thrown. */
  readonly refused: (key: ObjectKey, why: ControlError) => ControlError
}

/** With the revision of each write, and of the last: none of a dry run, and of what did not have to change. */
export interface StageDone {
  readonly outcome: 'committed' | 'tried'
  readonly revision: Revision | undefined
  readonly revisionOf: (key: ObjectKey) => Revision | undefined
}

/** How it ended. */
export type StageEnd =
  | StageDone
  /** Something changed meanwhile: all is to be decided anew. */
  | { readonly outcome: 'conflict' }

/** Writes that wait for each other. One for each try. */
export interface Stage extends Pick<Storage, 'create' | 'find' | 'list' | 'remove' | 'update'> {
  /** An object that was staged, as it will be. */
  staged(key: ObjectKey): KubeObject | undefined
  /** The change of an object that was staged. */
  change(key: ObjectKey): PlannedWrite | undefined
  /** Holds at the commit. Answers the object. Throws NotFound or Conflict when it is not so now. */
  expect(key: ObjectKey, expected: Expected): Promise<StoredObject | undefined>
  /** Throws what refuses one of the writes, TooLarge, and what the store throws. */
  commit(commit: StageCommit): Promise<StageEnd>
}

/** Opens a stage over what every server has acknowledged by now. Throws Timeout. */
export async function openStage(deps: WriterDeps & CommitDeps, list: Storage['list']): Promise<Stage> {
  await beFresh(deps)
  return new WaitingWrites(deps, list)
}

interface Staged {
  readonly planned: PlannedWrite
  readonly isLimited: boolean
}

class WaitingWrites implements Stage {
  readonly #deps: WriterDeps & CommitDeps
  readonly #writer: WriterDeps
  readonly #list: Storage['list']
  readonly #staged = new Map<string, Staged>()
  /** As they will be; undefined for what goes. What is written along is among them. */
  readonly #objects = new Map<string, CachedObject | undefined>()
  readonly #expected: Looked[] = []

  constructor(deps: WriterDeps & CommitDeps, list: Storage['list']) {
    this.#deps = deps
    this.#list = list
    this.#writer = {
      ...deps,
      find: (key, resourceVersion) => this.find(key, resourceVersion),
      carryOut: async (planned, { isLimited = false }) => {
        this.#stage(planned, isLimited)
        return { outcome: 'staged' }
      },
      isStage: true,
    }
  }

  async find(key: ObjectKey, resourceVersion = ''): Promise<CachedObject | undefined> {
    const text = formatKey(key)
    return this.#objects.has(text) ? this.#objects.get(text) : this.#deps.find(key, resourceVersion)
  }

  /** Of whole scopes: nobody who decides on a write asks for a selection or a page. */
  async list(scope: Scope, request: ListRequest): Promise<ListPage> {
    const page = await this.#list(scope, request)
    const prefix = scopePrefix(scope)
    const items = page.items.filter(({ key }) => !this.#objects.has(key))
    for (const [key, object] of this.#objects) if (object && key.startsWith(prefix)) items.push(object)
    return { ...page, items }
  }

  create(...[key, object, request]: Parameters<Storage['create']>): Promise<Written> {
    return createObject(this.#writer, key, object, request)
  }

  update(key: ObjectKey, request: UpdateRequest): Promise<Written> {
    return this.#guarded(key, updateObject(this.#writer, key, request))
  }

  remove(key: ObjectKey, request: RemoveRequest): Promise<Written> {
    return this.#guarded(key, removeObject(this.#writer, key, request))
  }

  staged(key: ObjectKey): KubeObject | undefined {
    const object = this.#objects.get(formatKey(key))
    return object && sharedObject(object)
  }

  change(key: ObjectKey): PlannedWrite | undefined {
    return this.#staged.get(formatKey(key))?.planned
  }

  async expect(key: ObjectKey, expected: Expected): Promise<StoredObject | undefined> {
    const found = await this.find(key)
    if (expected.expected === 'absent') {
      if (found) throw conflict(key, key.name, `it is there, at version ${found.revision}, and was to be absent`)
      this.#expected.push({ key, ofVersion: 0 as Revision })
      return undefined
    }
    if (!found) throw notFound(key, key.name)
    checkUpdate(key, expected, found)
    const { revision: ofVersion, createRevision: ofObject } = found
    this.#expected.push(expected.resourceVersion === undefined ? { key, ofObject } : { key, ofVersion })
    return found
  }

  async commit({ token, cause, dryRun, refused }: StageCommit): Promise<StageEnd> {
    const staged = [...this.#staged.values()]
    const planned = staged.map((one) => one.planned)
    if (planned.length === 0) return this.#endWithoutWrites(dryRun)
    const changes = staged.map(
      ({ planned: { key, before, after }, isLimited }): PlannedChange => ({
        key,
        before,
        after,
        mayRefuse: isLimited,
        refused: (why) => refused(key, why),
      }),
    )
    const end = await this.#deps.accounts.book(changes, (along): Promise<CommitEnd | AlongEnd> => {
      const content = this.#contentOf(planned, along)
      return dryRun ? TRIED : commitContent(this.#deps, { token, cause }, content)
    })
    if (end.outcome === 'conflict') return { outcome: 'conflict' }
    const revisions = end.outcome === 'committed' ? end.revisions : []
    const places = new Map([...this.#staged.keys()].map((key, at) => [key, at]))
    return {
      outcome: end.outcome,
      revision: revisions.findLast((revision) => revision !== undefined),
      revisionOf: (key) => revisions[places.get(formatKey(key)) ?? -1],
    }
  }

  /** Throws TooLarge when one commit cannot hold it, and Conflict when it would write an object twice. */
  #contentOf(planned: readonly PlannedWrite[], along: Along): CommitContent {
    const content = contentOf(planned, { ...along, guards: [...this.#expected.map(guardOf), ...along.guards] })
    const fitting = { ...content, guards: distinct(content.guards) }
    checkContent(fitting)
    return fitting
  }

  /** Nothing has to change, but all that was looked at must have been so at one moment. */
  async #endWithoutWrites(dryRun: boolean): Promise<StageEnd> {
    await beFresh(this.#deps)
    const at = this.#deps.feed.revision
    for (const looked of this.#expected) {
      const found = await this.#deps.find(looked.key, '0')
      const isSame =
        'ofVersion' in looked
          ? (found?.revision ?? 0) === looked.ofVersion
          : (found?.createRevision ?? 0) === looked.ofObject
      if (!isSame) return { outcome: 'conflict' }
    }
    if (this.#deps.feed.revision !== at) return { outcome: 'conflict' }
    return { outcome: dryRun ? 'tried' : 'committed', revision: undefined, revisionOf: () => undefined }
  }

  /** What is found to be as it should already must still be so at the commit. */
  async #guarded(key: ObjectKey, writing: Promise<Written>): Promise<Written> {
    const written = await writing
    if (written.outcome === 'unchanged') this.#expected.push({ key, ofVersion: written.object.revision })
    return written
  }

  #stage(planned: PlannedWrite, isLimited: boolean): void {
    const { key, guard, write, grounds } = planned
    this.#staged.set(formatKey(key), { planned, isLimited })
    const from = guard.guard === 'revision' ? guard.equals : NOT_THERE
    this.#show(write.key, from, write.write === 'put' ? write.value : undefined)
    for (const one of grounds?.also ?? []) this.#showAlso(one)
  }

  #showAlso({ key, from, object }: AlsoWritten): void {
    this.#show(formatKey(key), from, object && encodeObject(object))
  }

  #show(key: string, revision: Revision, bytes: Uint8Array | undefined): void {
    const shown = bytes && storedVersion({ key, bytes, revision, createRevision: revision })
    this.#objects.set(key, shown && { ...shown, attributes: undefined })
  }
}

/** What was looked at: that version of it, 0 for nothing; or that object in whatever version. */
type Looked = { readonly key: ObjectKey } & ({ readonly ofVersion: Revision } | { readonly ofObject: Revision })

const NOT_THERE = 0 as Revision

const guardOf = (looked: Looked): Guard =>
  'ofVersion' in looked
    ? { guard: 'revision', key: formatKey(looked.key), equals: looked.ofVersion }
    : { guard: 'create-revision', key: formatKey(looked.key), equals: looked.ofObject }

/** Each guard once: many writes rest on one namespace. */
function distinct(guards: readonly Guard[]): Guard[] {
  const known = new Map<string, Guard>()
  for (const guard of guards) {
    const about = guard.guard === 'prefix-empty' ? guard.prefix : guard.key
    const equals = 'equals' in guard ? guard.equals : NOT_THERE
    const what = guard.guard === 'absent' ? 'revision' : guard.guard
    const name = `${what} ${equals} ${about}`
    if (!known.has(name)) known.set(name, guard)
  }
  return [...known.values()]
}

/** Room for what is counted with the commit and is neither key nor value. */
const REST_BYTES = 16 * 1024

/** Says in words of whoever asked what the store would refuse in its own. */
function checkContent({ guards, writes, own }: CommitContent): void {
  const along = writes.length - own
  if (writes.length > WRITES_MAX) {
    const what = along === 0 ? `${own} objects` : `${own} objects and ${along} that change with them, such as quotas`
    throw tooLarge(`together that is ${what}; at most ${WRITES_MAX} fit into one commit: split it`)
  }
  if (guards.length > GUARDS_MAX) {
    const why = 'one for each object and for what allows it: its namespace, quotas, limit ranges'
    throw tooLarge(
      `together that rests on ${guards.length} conditions (${why}); at most ${GUARDS_MAX} fit into one commit: split it`,
    )
  }
  const bytes = writes.reduce((sum, write) => sum + Buffer.byteLength(write.key) * 2 + bytesOf(write), REST_BYTES)
  if (bytes > COMMIT_BYTES_MAX) {
    throw tooLarge(
      `together that takes ${bytes} bytes as it is kept; at most ${COMMIT_BYTES_MAX} fit into one commit: split it`,
    )
  }
  const keys = new Set<string>()
  for (const { key } of writes) {
    const named = parseKey(key)
    if (keys.has(key) && named) {
      throw conflict(
        named,
        named.name,
        'one operation writes it, and it changes along with another: do them one by one',
      )
    }
    keys.add(key)
  }
}

const bytesOf = (write: Write): number => (write.write === 'put' ? write.value.length : 0)
