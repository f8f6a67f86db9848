/**
 * Holds what clients were told against what really happened. An answer may speak of a revision that was not read yet:
 * such claims wait until it was. A restore begins another era: what was told before it and came later than the backup
 * has not happened.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { assert, type ErrorCode, hasCode, isControlError } from '@muster/base/errors.ts'
import { accountOf } from '@muster/server/history/cause.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import type { Event, LeaseId, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import { Chronicle, type Fact } from './chronicle.ts'
import { judgeCommit } from './rules.ts'
import { keyOf, type Place } from './words.ts'

/** What a client was told of its write, when that names a revision. */
export interface Acknowledged {
  readonly place: Place
  readonly revision: number
  /** What must be so of it besides. */
  readonly holds?: (fact: Fact) => void
}

/** How often each good thing happened: a world in which nothing does proves nothing. */
export type Seen = Record<
  | 'acknowledged'
  | 'refused'
  | 'gone'
  | 'histories'
  | 'chains'
  | 'lists'
  | 'watches'
  | 'erased'
  | 'reverted'
  | 'spoons'
  | 'policies'
  | 'restored',
  number
>

/** When a question was asked: what is told must be so then or later. */
export interface Asked {
  readonly era: number
  /** The newest revision that had been read. */
  readonly head: number
  /** Erasures that had been acknowledged. */
  readonly erasures: number
}

/** Errors after which nobody knows whether a write was made. */
const UNKNOWN: ReadonlySet<ErrorCode> = new Set([
  'Timeout',
  'Internal',
  'Unavailable',
  'StorageFull',
  'StorageLocked',
  'RevisionAhead',
])

/** The prefix of the keys that are bound to leases. */
const SESSIONS = 'session/'

/** The judge of one world. */
export class Audit {
  readonly chronicle = new Chronicle()
  readonly seen: Seen = {
    acknowledged: 0,
    refused: 0,
    gone: 0,
    histories: 0,
    chains: 0,
    lists: 0,
    watches: 0,
    erased: 0,
    reverted: 0,
    spoons: 0,
    policies: 0,
    restored: 0,
  }
  /** Clients build, and take nothing down any more. */
  isCalm = false
  /** Nothing at or above it may be missing. */
  horizon = 0
  /** Versions that hold nothing any more, and after how many erasures that was told. */
  readonly erased = new Map<number, number>()
  /** Keys of which something may have been erased. */
  readonly touched = new Set<string>()
  #era = 0
  /** The newest revision that anybody was told of. */
  #issued = 0
  /** Revisions of the era before that this one does not have lie between these two. */
  #lost = { after: 0, upTo: 0 }
  #horizonTold = 0
  #erasures = 0
  #reader = 0
  #claims: { readonly revision: number; readonly judge: () => void }[] = []
  #broken: unknown
  readonly #refused = new Set<string>()
  /** Writes that were acknowledged, and were not read yet. */
  readonly #owed = new Set<string>()
  readonly #sessions = new Set<LeaseId>()

  get asked(): Asked {
    return { era: this.#era, head: this.chronicle.head, erasures: this.#erasures }
  }

  /** Claims that cannot be judged yet. */
  get waiting(): number {
    return this.#claims.length + this.#owed.size
  }

  /** Each time the store opens; with the newest revision of the backup, when it was made anew from that. */
  async open(process: Process, store: Store, restoredTo: number | undefined): Promise<void> {
    const reader = ++this.#reader
    if (restoredTo !== undefined) await this.#restored(store, restoredTo)
    const { head, horizon } = await store.status()
    assert(restoredTo !== undefined || horizon >= this.#horizonTold, `the horizon ${this.#horizonTold} stays`)
    this.horizon = Math.max(this.horizon, horizon)
    assert(head >= this.chronicle.head, `the store was seen at ${this.chronicle.head}, and opens at ${head}`)
    const watch = store.watch('', this.chronicle.head as Revision)
    const read = this.#commits(reader, store)
    while (watch.revision < head) {
      const events = await watch.next(head)
      if (!events) break
      await read(events)
    }
    await this.#compare(store, head)
    for (const id of this.#owed) assert(this.chronicle.of(id), `write ${id} was acknowledged before a crash`)
    this.#owed.clear()
    this.#follow(watch, read).catch(process.fail)
  }

  /** A holder of a lease has been granted it. */
  session(lease: LeaseId): void {
    this.#sessions.add(lease)
  }

  /** The store is about to be compacted, or was. */
  compaction(horizon: number, isDone: boolean): void {
    this.horizon = Math.max(this.horizon, horizon)
    if (isDone) this.#horizonTold = Math.max(this.#horizonTold, horizon)
  }

  /** Throws when something is so that must never be. */
  check(): void {
    if (this.#broken) throw this.#broken
    const ripe = this.#claims.filter(({ revision }) => revision <= this.chronicle.head)
    this.#claims = this.#claims.filter(({ revision }) => revision > this.chronicle.head)
    for (const { judge } of ripe) judge()
  }

  /** Judges what was told of a revision once that was read; never, when a restore has come between. */
  claim(asked: Asked, revision: number, judge: () => void): void {
    if (asked.era !== this.#era) return
    this.#issued = Math.max(this.#issued, revision)
    this.#claims.push({ revision, judge })
  }

  /** Asks for a write, and remembers what became of it. Answers whether it was acknowledged. */
  async attempt(id: string, ask: () => Promise<Acknowledged | 'done' | 'nothing'>): Promise<boolean> {
    const { asked } = this
    try {
      const told = await ask()
      if (told === 'nothing' || asked.era !== this.#era) return false
      this.seen.acknowledged++
      if (told === 'done') {
        if (!this.chronicle.of(id)) this.#owed.add(id)
        return true
      }
      const { place, revision, holds } = told
      this.claim(asked, revision, () => {
        const fact = this.chronicle.at(revision)
        assert(fact?.key === keyOf(place), `write ${id} is where its writer was told, ${keyOf(place)} at ${revision}`)
        // It may have changed nothing, and been told what is there.
        if (fact.id === id) holds?.(fact)
        else assert(!this.chronicle.of(id), `write ${id} was told of ${revision} and done elsewhere`)
      })
      return true
    } catch (error) {
      if (!isControlError(error)) throw error
      if (UNKNOWN.has(error.code)) return false
      this.seen.refused++
      this.#refused.add(id)
      assert(!this.chronicle.of(id), `write ${id} was refused, ${error.message}, and done`)
      return false
    }
  }

  /** Somebody who watched was told that what comes after a revision is gone. */
  toldLost(asked: Asked, revision: number): void {
    // A server that is behind an erasure cannot tell what was erased, and begins anew with everything.
    if (this.touched.size === 0) this.toldGone(asked, revision)
  }

  /** Somebody was told that a revision is gone. */
  toldGone(asked: Asked, revision: number): void {
    if (asked.era !== this.#era) return
    this.seen.gone++
    const isLost = revision > this.#lost.after && revision < this.#lost.upTo
    assert(
      revision < this.horizon || isLost,
      `revision ${revision} is told to be gone, while the horizon is at most ${this.horizon}`,
    )
  }

  /** Somebody was answered as of a revision that he may have from an era before. */
  toldOf(revision: number): void {
    const { after, upTo } = this.#lost
    assert(
      revision <= after || revision >= upTo,
      `nothing is told of ${revision}, which was lost: the store was restored to ${after} and goes on from ${upTo}`,
    )
  }

  /** Of an object everything but what was there was erased, as of when that was asked for. */
  toldErased(asked: Asked, versions: readonly Fact[]): void {
    if (asked.era !== this.#era) return
    this.seen.erased++
    this.#erasures++
    for (const { revision } of versions) this.erased.set(revision, this.#erasures)
  }

  /** Whether whoever asked then may not be told any more what a version was. */
  isErased({ erasures }: Asked, revision: number): boolean {
    return (this.erased.get(revision) ?? Number.POSITIVE_INFINITY) <= erasures
  }

  async #restored(store: Store, to: number): Promise<void> {
    const { head } = await store.status()
    const issued = Math.max(this.#issued, this.chronicle.head)
    assert(head > issued, `a store that was restored begins above ${issued}, and not at ${head}`)
    for (const lease of this.#sessions) {
      const lives = await store.keepAlive(lease).then(
        () => true,
        () => false,
      )
      assert(!lives, `session ${lease} of the store before does not go on`)
    }
    const { entries } = await store.range(SESSIONS)
    assert(entries.length === 0, 'nothing of a session of the store before is left')
    this.#sessions.clear()
    this.#era++
    this.#lost = { after: to, upTo: await beginningOf(store, to, head) }
    this.#issued = head
    this.chronicle.forgetAfter(to)
    this.#claims = this.#claims.filter(({ revision }) => revision <= to)
    this.#owed.clear()
    this.horizon = 0
    this.#horizonTold = 0
    this.seen.restored++
  }

  /** Takes in whole commits, whatever the pages in which they come, until somebody else reads. */
  #commits(reader: number, store: Store): (events: readonly Event[]) => Promise<void> {
    let begun: Event[] = []
    return async (events) => {
      for (const event of events) {
        begun.push(event)
        if (event.revision !== event.commitRevision) continue
        const commit = begun
        begun = []
        const [version] = await store.history(event.key, { from: event.revision, to: event.revision })
        if (reader !== this.#reader) return
        assert(version, `what was told of at ${event.revision} is in the history`)
        const account = accountOf(version.cause)
        const { client = '' } = account
        const id = client.startsWith(STORY) ? client.slice(STORY.length) : ''
        const facts = commit.flatMap((one): readonly Fact[] => {
          if (!parseKey(one.key)) return []
          const { key, revision, time } = one
          const now: KubeObject | undefined = one.event === 'put' ? JSON.parse(text.decode(one.entry.value)) : undefined
          return [{ key, revision, time, account, id, before: this.chronicle.live.get(key), now }]
        })
        this.#take(facts)
        this.chronicle.head = event.revision
      }
    }
  }

  #take(facts: readonly Fact[]): void {
    const [first] = facts
    if (!first) return
    const last = this.chronicle.last
    assert(
      !last || first.time >= last.time,
      `time goes on: ${first.key} at ${first.revision} is not before ${last?.revision}`,
    )
    assert(!this.#refused.has(first.id), `${first.key} at ${first.revision} is write ${first.id}, which was refused`)
    this.#owed.delete(first.id)
    this.chronicle.take(facts)
    judgeCommit(this.chronicle, facts)
    if (first.id !== '' && first.key.startsWith('test.io/spoons/')) this.seen.spoons++
    if (first.key.includes('/retentionpolicies/')) this.seen.policies++
  }

  /** What was seen before is there, and nothing else. */
  async #compare(store: Store, head: Revision): Promise<void> {
    const { entries } = await store.range('', { at: head })
    const there = entries.flatMap(({ key, revision }) => (parseKey(key) ? [`${key}@${revision}`] : []))
    const known = this.chronicle.held('', head).map(({ key, revision }) => `${key}@${revision}`)
    assert(there.sort().join() === known.sort().join(), `what was seen at ${head} is there after a crash`)
  }

  async #follow(watch: ReturnType<Store['watch']>, read: (events: readonly Event[]) => Promise<void>): Promise<void> {
    try {
      for (let events = await watch.next(); events; events = await watch.next()) await read(events)
    } catch (error) {
      if (!hasCode(error, 'Unavailable')) this.#broken ??= error
    }
  }
}

/** The revision at which a store that was restored to one begins: right before the first that it has written itself. */
async function beginningOf(store: Store, restoredTo: number, head: Revision): Promise<number> {
  const watch = store.watch('', restoredTo as Revision)
  const [first] = (await watch.next(head)) ?? []
  watch.close()
  return first ? first.revision - 1 : head
}

/** How clients of the story introduce themselves, before the name of their request. */
export const STORY = 'story/'

const text = new TextDecoder()
