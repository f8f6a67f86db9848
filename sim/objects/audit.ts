/**
 * What really happened, read from the store itself; and what clients were told, held against it.
 *
 * A client's claim may speak of a revision that the audit has not read yet: claims wait until it has.
 */

import type { Json, KubeObject } from '@muster/api/object.ts'
import { canonicalJson } from '@muster/api/schema/json.ts'
import { assert, isControlError } from '@muster/base/errors.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import type { Answer, Line, Place } from './wire.ts'
import { ACCOUNT, countOf, namespaceKeyOf, type View } from './words.ts'

/** One write, as it was. */
interface Fact {
  readonly key: string
  readonly revision: number
  readonly commitRevision: number
  readonly before: KubeObject | undefined
  readonly now: KubeObject | undefined
}

/** What one watching client has been told so far. */
export interface Follower {
  /** A list of all that the view holds. `exact`: the client has asked for this revision. */
  listed(view: View, items: readonly (readonly [string, number])[], revision: number, exact: boolean): void
  /** The lines of a watch, after all those before. `initial`: it begins with what is there. */
  watched(view: View, lines: readonly Line[], initial: boolean): void
}

/** The judge of one world. */
export interface Audit {
  /** Each time the store opens. */
  open(process: Process, store: Store): Promise<void>
  follower(name: string): Follower
  /** A client was told that its write is done. */
  acknowledged(id: string, answer: Extract<Answer, { answer: 'written' }>): void
  /** A client that knew of a revision of an object has read it without a version. */
  read(at: Place, knew: number, answer: Extract<Answer, { answer: 'found' }>): void
  /** The revision at which what became visible together with this one ends. */
  endOfCommit(revision: number): number
  /** Throws when something is so that must never be. */
  check(): void
  /** The newest revision that has been read, and what clients have done. */
  progress(): Progress
}

/** How far things are. */
export interface Progress {
  readonly head: number
  readonly acknowledged: number
  /** By client: up to which revision it has been told everything. */
  readonly told: ReadonlyMap<string, number>
  /** Claims that cannot be judged yet. */
  readonly open: number
}

interface Claim {
  readonly revision: number
  readonly judge: () => void
}

/** An audit of a world in which nothing has happened. */
export function newAudit(): Audit {
  const facts: Fact[] = []
  /** Facts by revision, for those that there are. */
  const at = new Map<number, Fact>()
  const live = new Map<string, { readonly object: KubeObject; readonly revision: number }>()
  const writes = new Map<string, number>()
  const told = new Map<string, number>()
  let head = 0
  let acknowledged = 0
  let claims: Claim[] = []

  const claim = (revision: number, judge: () => void) => {
    claims.push({ revision, judge })
  }

  const see = (event: Event) => {
    const { key, revision, commitRevision } = event
    assert(revision > head, `revision ${revision} comes after ${head}`)
    head = revision
    if (!parseKey(key)) return
    const before = live.get(key)?.object
    const now: KubeObject | undefined = event.event === 'put' ? JSON.parse(text.decode(event.entry.value)) : undefined
    const fact = { key, revision, commitRevision, before, now }
    facts.push(fact)
    at.set(revision, fact)
    if (now) live.set(key, { object: now, revision })
    else live.delete(key)
    checkFact(fact)
  }

  const checkFact = ({ key, revision, before, now }: Fact) => {
    if (!now) return
    const what = `${key} at ${revision}`
    assert(
      before === undefined || canonicalJson(before as unknown as Json) !== canonicalJson(now as unknown as Json),
      `${what} changes something`,
    )
    if (parseKey(key)?.resource !== 'pods') return
    const [count, counted] = [countOf(now), countOf(before)]
    assert(count === counted + 1, `${what} counts on from ${counted}: no write is lost, and it is not ${count}`)
    if (now.metadata.name === ACCOUNT) return
    const by = now.metadata.labels?.by ?? ''
    const earlier = writes.get(by)
    assert(earlier === undefined, `${what} is write ${by}, which was done at ${earlier} already`)
    writes.set(by, revision)
    if (before) return
    const open = live.get(namespaceKeyOf(key))?.object.isOpen
    assert(open === true, `${what} is created while its namespace is open`)
  }

  /** What a view holds as of a revision, by key in byte order. */
  const held = (view: View, revision: number): (readonly [string, number])[] => {
    const objects = new Map<string, Fact>()
    for (const fact of facts) if (fact.revision <= revision) objects.set(fact.key, fact)
    return [...objects.values()]
      .filter(({ key, now }) => now !== undefined && view.sees(key, now))
      .map(({ key, revision: written }) => [key, written] as const)
      .sort(([one], [other]) => (one < other ? -1 : 1))
  }

  /** The lines that a watch of a view consists of, after a revision and up to another. */
  const lines = (view: View, after: number, upTo: number): string[] => {
    const found: string[] = []
    for (let index = firstAfter(facts, after); index < facts.length; index++) {
      const fact = facts[index]
      if (!fact || fact.revision > upTo) break
      const was = fact.before !== undefined && view.sees(fact.key, fact.before)
      const is = fact.now !== undefined && view.sees(fact.key, fact.now)
      if (was || is) found.push(`${is ? (was ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${fact.key}@${fact.revision}`)
    }
    return found
  }

  const isEnd = (revision: number) => {
    const fact = at.get(revision)
    return fact === undefined || fact.commitRevision === revision
  }

  const judgeLines = (name: string, view: View, cursor: number, given: readonly Line[]) => {
    let from = cursor
    for (const line of given) {
      if (line.line === 'ERROR') return
      const expected = lines(view, from, line.revision)
      const got = line.line === 'BOOKMARK' ? [] : [`${line.line} ${line.key}@${line.revision}`]
      assert(
        expected.join() === got.join(),
        `${name} of ${view.name} was told everything after ${from}: ${got.join() || 'nothing'} up to ${line.revision}, where there was ${expected.join() || 'nothing'}`,
      )
      from = line.revision
    }
    told.set(name, Math.max(from, told.get(name) ?? 0))
  }

  const judgeList = (
    name: string,
    view: View,
    items: readonly (readonly [string, number])[],
    revision: number,
    exact: boolean,
  ) => {
    assert(revision > 0, `the list of ${name} has a version`)
    assert(exact || isEnd(revision), `the list of ${name} at ${revision} ends between commits`)
    const expected = held(view, revision).map(([key, written]) => `${key}@${written}`)
    const got = items.map(([key, written]) => `${key}@${written}`)
    assert(
      got.join() === expected.join(),
      `the list of ${view.name} for ${name} at ${revision} holds ${expected.join()}, and is not ${got.join()}`,
    )
    told.set(name, Math.max(revision, told.get(name) ?? 0))
  }

  return {
    async open(process, store) {
      const found = await store.range('core/', { at: head as Revision })
      const kept = [...live].map(([key, { revision }]) => `${key}@${revision}`).sort()
      const there = found.entries.map(({ key, revision }) => `${key}@${revision}`).sort()
      assert(kept.join() === there.join(), `what was seen at ${head} is there after a crash`)
      read(process, store).catch(process.fail)

      async function read(reader: Process, opened: Store) {
        try {
          for await (const events of opened.watch('', head as Revision)) for (const event of events) see(event)
        } catch (error) {
          if (!isControlError(error)) throw error
          reader.log(`the audit stops reading: ${error.code}`)
        }
      }
    },

    follower(name) {
      let cursor = 0
      told.set(name, 0)
      return {
        listed(view, items, revision, exact) {
          cursor = revision
          claim(revision, () => judgeList(name, view, items, revision, exact))
        },
        watched(view, given, initial) {
          const end = given.findIndex((line) => line.line === 'BOOKMARK' && line.endsInitialEvents)
          // Cut before the initial events ended: nothing can be made of it, and the client begins again.
          if (initial && end < 0) return
          if (initial) {
            const revision = revisionOf(given[end])
            const items = given
              .slice(0, end)
              .flatMap((line) => ('key' in line ? [[line.key, line.revision] as const] : []))
            claim(revision, () => judgeList(name, view, items, revision, false))
            cursor = revision
          }
          const rest = given.slice(end + 1)
          const from = cursor
          const upTo = rest.reduce((latest, line) => Math.max(latest, revisionOf(line)), from)
          claim(upTo, () => judgeLines(name, view, from, rest))
          cursor = upTo
        },
      }
    },

    acknowledged(id, { outcome, key, revision }) {
      acknowledged++
      if (outcome === 'unchanged') return
      claim(revision, () => {
        const fact = at.get(revision)
        assert(fact?.key === key, `write ${id} is where its writer was told it is, ${key}@${revision}`)
        if (outcome === 'deleted') assert(fact.now === undefined, `write ${id} deleted ${key} at ${revision}`)
        else assert(fact.now?.metadata.labels?.by === id, `what is at ${revision} was written by ${id}`)
      })
    },

    read({ cluster, namespace, name }, knew, { key, revision }) {
      const what = `${cluster}/${namespace}/${name}`
      if (revision !== undefined) {
        assert(revision >= knew, `a read of ${what} sees ${knew}, which was acknowledged, and not ${revision}`)
        return
      }
      // It is not there: something has deleted it since, which the audit has read or is about to.
      claim(knew, () => {
        const gone = facts.some((fact) => fact.key === key && fact.revision > knew && fact.now === undefined)
        const never = at.get(knew)?.now === undefined
        assert(gone || never, `a read of ${what} sees what was acknowledged at ${knew}`)
      })
    },

    endOfCommit: (revision) => at.get(revision)?.commitRevision ?? revision,

    check() {
      const ripe = claims.filter(({ revision }) => revision <= head)
      claims = claims.filter(({ revision }) => revision > head)
      for (const { judge } of ripe) judge()
    },

    progress: () => ({ head, acknowledged, told, open: claims.length }),
  }

  function revisionOf(line: Line | undefined): number {
    return line === undefined || line.line === 'ERROR' ? 0 : line.revision
  }
}

function firstAfter(facts: readonly Fact[], revision: number): number {
  let low = 0
  let high = facts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((facts[middle]?.revision ?? 0) <= revision) low = middle + 1
    else high = middle
  }
  return low
}

const text = new TextDecoder()
