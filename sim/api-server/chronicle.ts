/** What really happened, in order: every write of an object, as the store's own log tells it. */
import type { WriteAccount } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Instant } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'

/** One write, as it was. */
export interface Fact {
  readonly key: string
  readonly revision: number
  readonly time: Instant
  readonly account: WriteAccount
  /** Names the request that a client of the story made; empty for what programs write. */
  readonly id: string
  readonly before: KubeObject | undefined
  readonly now: KubeObject | undefined
}

/** Grows by whole commits; shrinks only when the store is restored to what it was. */
export class Chronicle {
  /** The newest revision that was read. */
  head = 0
  readonly live = new Map<string, KubeObject>()
  #facts: Fact[] = []
  readonly #at = new Map<number, Fact>()
  readonly #versions = new Map<string, Fact[]>()
  readonly #byId = new Map<string, Fact>()

  take(commit: readonly Fact[]): void {
    for (const fact of commit) {
      const { key, revision, now, id } = fact
      assert(revision > this.head, `revision ${revision} comes after ${this.head}`)
      this.head = revision
      this.#facts.push(fact)
      this.#at.set(revision, fact)
      this.#versions.set(key, [...(this.#versions.get(key) ?? []), fact])
      if (id !== '' && !this.#byId.has(id)) this.#byId.set(id, fact)
      if (now) this.live.set(key, now)
      else this.live.delete(key)
    }
  }

  /** The store is what it was at a revision: what came later has not happened. */
  forgetAfter(revision: number): void {
    const kept = this.#facts.filter((fact) => fact.revision <= revision)
    for (const table of [this.live, this.#at, this.#versions, this.#byId]) table.clear()
    this.#facts = []
    this.head = 0
    this.take(kept)
    this.head = revision
  }

  /** The newest write. */
  get last(): Fact | undefined {
    return this.#facts.at(-1)
  }

  /** The write that has a revision. */
  at(revision: number): Fact | undefined {
    return this.#at.get(revision)
  }

  /** The first write of a client's request. */
  of(id: string): Fact | undefined {
    return this.#byId.get(id)
  }

  /** All writes of one object, oldest first. */
  versions(key: string): readonly Fact[] {
    return this.#versions.get(key) ?? []
  }

  /** The last write of an object at or before a revision. */
  versionAt(key: string, revision: number): Fact | undefined {
    return this.versions(key).findLast((fact) => fact.revision <= revision)
  }

  /** The writes under a prefix after a revision and up to another. */
  between(prefix: string, after: number, upTo: number): readonly Fact[] {
    return this.#facts.filter(({ key, revision }) => key.startsWith(prefix) && revision > after && revision <= upTo)
  }

  /** What was there under a prefix at a revision, by key in byte order. */
  held(prefix: string, revision: number): readonly Fact[] {
    return [...this.#versions.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort()
      .flatMap((key) => {
        const fact = this.versionAt(key, revision)
        return fact?.now ? [fact] : []
      })
  }

  /** The newest objects under a prefix. */
  under(prefix: string): readonly KubeObject[] {
    return [...this.live].filter(([key]) => key.startsWith(prefix)).map(([, object]) => object)
  }
}
