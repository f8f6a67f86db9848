/**
 * A store as plainly as it can be said: one list of all versions, folded anew for every question. The property test
 * holds engines to it.
 */
import type { Commit, CompactionPolicy, Guard, Revision } from '../store.ts'
import { at } from './words.ts'

/** One write, with all that a store tells of it. */
export interface ModelVersion {
  readonly revision: Revision
  readonly key: string
  /** Undefined for a deletion. */
  readonly value: string | undefined
  readonly lease: string | undefined
  readonly createRevision: Revision
  readonly version: number
  readonly token: string
}

/** How a commit is to end. */
export type ModelOutcome =
  | { readonly outcome: 'committed'; readonly revisions: readonly (Revision | undefined)[] }
  | { readonly outcome: 'conflict' }

/** The plain store. Slow on purpose: nothing in it is kept that can be folded. */
export class Model {
  horizon = at(0)
  head = at(0)
  readonly leases = new Set<string>()
  /** Every version ever, also those that were thinned: watches above the horizon and folds need no more. */
  readonly log: ModelVersion[] = []
  readonly #thinned = new Set<Revision>()
  readonly #answered = new Map<string, ModelOutcome>()

  /** The live versions as of a revision, in order of key. */
  fold(revision: Revision = this.head): ModelVersion[] {
    const live = new Map<string, ModelVersion>()
    for (const version of this.log) if (version.revision <= revision) live.set(version.key, version)
    const entries = [...live.values()].filter(({ value }) => value !== undefined)
    return entries.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
  }

  commit({ token, guards, writes }: Commit): ModelOutcome {
    const before = this.#answered.get(token)
    if (before) return before
    if (!guards.every((guard) => this.#holds(guard))) return { outcome: 'conflict' }
    const revisions = writes.map((write) => {
      const value = write.write === 'put' ? Buffer.from(write.value).toString() : undefined
      return this.#write(write.key, value, write.write === 'put' ? write.lease : undefined, token)
    })
    const outcome: ModelOutcome = { outcome: 'committed', revisions }
    this.#answered.set(token, outcome)
    return outcome
  }

  endLease(lease: string): void {
    this.leases.delete(lease)
    const bound = this.fold().filter((version) => version.lease === lease)
    for (const { key } of bound) this.#write(key, undefined, undefined, `lease-ended/${lease}`)
  }

  compact({ horizon, keep = [] }: CompactionPolicy): void {
    this.horizon = horizon
    for (const key of new Set(this.log.map((version) => version.key))) {
      const versions = this.history(key)
      const atHorizon = versions.findLast(({ revision }) => revision <= horizon)
      const rule = keep
        .filter(({ prefix }) => key.startsWith(prefix))
        .sort((a, b) => a.prefix.length - b.prefix.length)
        .at(-1)
      const below = versions.filter(({ revision }) => revision <= horizon)
      for (const [index, version] of versions.entries()) {
        const needed = version.revision > horizon || (version === atHorizon && version.value !== undefined)
        const limited = rule !== undefined && (rule.versions !== undefined || rule.since !== undefined)
        const byCount = index >= below.length - (rule?.versions ?? below.length)
        const byAge = version.revision >= (rule?.since ?? 0)
        if (!needed && !(limited && byCount && byAge)) this.#thinned.add(version.revision)
      }
    }
  }

  /** What is retained of one key. */
  history(key: string): ModelVersion[] {
    return this.log.filter((version) => version.key === key && !this.#thinned.has(version.revision))
  }

  #holds(guard: Guard): boolean {
    if (guard.guard === 'prefix-empty') return !this.fold().some(({ key }) => key.startsWith(guard.prefix))
    const live = this.fold().find(({ key }) => key === guard.key)
    if (guard.guard === 'absent') return live === undefined
    if (guard.guard === 'revision') return (live?.revision ?? 0) === guard.equals
    return (live?.createRevision ?? 0) === guard.equals
  }

  #write(key: string, value: string | undefined, lease: string | undefined, token: string): Revision | undefined {
    const live = this.fold().find((version) => version.key === key)
    if (value === undefined && !live) return undefined
    this.head = at(this.head + 1)
    const createRevision = live?.createRevision ?? this.head
    const version = (live?.version ?? 0) + 1
    this.log.push({ revision: this.head, key, value, lease, createRevision, version, token })
    return this.head
  }
}
