/** A cursor over events: from the shared recent events while it keeps up, from the log while it does not. */
import { assert, ControlError } from '@muster/base/errors.ts'
import { type Ledger, makeEvent } from './ledger.ts'
import type { Log } from './log.ts'
import type { RecentEvents } from './recent.ts'
import type { StoredVersion } from './record.ts'
import type { Entry, Event, Revision, Watch } from './store.ts'

/** Events handed out at once, and versions fetched from the log at once. */
const PAGE_EVENTS_MAX = 256

/** What all watches of one store share. */
export interface WatchDeps {
  readonly ledger: Ledger
  readonly recent: RecentEvents
  /** The events at these revisions, in order; undefined for those that compaction took meanwhile. */
  readonly readEvents: (revisions: readonly Revision[]) => Promise<readonly (Event | undefined)[]>
  readonly onClose: (watch: StoreWatch) => void
}

/** One watch. */
export class StoreWatch implements Watch {
  readonly #prefix: string
  readonly #deps: WatchDeps
  #cursor: Revision
  #ended: ControlError | 'closed' | undefined
  #wake: (() => void) | undefined
  /** What is still to be fetched from the log, up to the head at which it was planned. */
  #plan: { readonly revisions: Float64Array; at: number; readonly upTo: Revision } | undefined

  constructor(prefix: string, after: Revision, deps: WatchDeps) {
    this.#prefix = prefix
    this.#cursor = after
    this.#deps = deps
  }

  get revision(): Revision {
    // When nothing that matches is left to hand out, the cursor may move with the head.
    if (this.#ended === undefined && this.#keepsUp()) {
      const { events, upTo } = this.#recentPage(1)
      if (events.length === 0) this.#cursor = upTo
    }
    return this.#cursor
  }

  async next(upTo?: Revision): Promise<readonly Event[] | undefined> {
    for (;;) {
      if (this.#ended === 'closed') return undefined
      if (this.#ended) throw this.#ended
      const page = this.#keepsUp() ? this.#recentPage(PAGE_EVENTS_MAX) : await this.#logPage()
      // It may have been closed, or passed by a compaction, while the log was read.
      if (this.#ended) continue
      if (page.upTo > this.#cursor) this.#cursor = page.upTo
      if (page.events.length > 0 || (upTo !== undefined && this.#cursor >= upTo)) return page.events
      if (this.#keepsUp() && this.#cursor === this.#deps.ledger.head) await this.#woken()
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Event[], void, undefined> {
    try {
      for (let events = await this.next(); events; events = await this.next()) yield events
    } finally {
      this.close()
    }
  }

  close(): void {
    this.#end('closed')
  }

  /** Ends the watch from the store's side: its reader is told this error. */
  fail(error: ControlError): void {
    this.#end(error)
  }

  /** Something was written. */
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  #end(how: ControlError | 'closed'): void {
    if (this.#ended) return
    this.#ended = how
    this.#deps.onClose(this)
    this.wake()
  }

  #woken(): Promise<void> {
    assert(this.#wake === undefined, 'a watch has one reader')
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #keepsUp(): boolean {
    return this.#plan === undefined && this.#cursor >= this.#deps.recent.since
  }

  #recentPage(limit: number): { events: readonly Event[]; upTo: Revision } {
    const { recent, ledger } = this.#deps
    return recent.after(this.#prefix, this.#cursor, ledger.head, limit)
  }

  async #logPage(): Promise<{ events: readonly Event[]; upTo: Revision }> {
    const { ledger, readEvents } = this.#deps
    this.#plan ??= { revisions: ledger.revisionsAfter(this.#prefix, this.#cursor), at: 0, upTo: ledger.head }
    const plan = this.#plan
    const revisions: Revision[] = []
    while (revisions.length < PAGE_EVENTS_MAX && plan.at < plan.revisions.length) {
      revisions.push((plan.revisions[plan.at++] ?? 0) as Revision)
    }
    const done = plan.at === plan.revisions.length
    const read = revisions.length === 0 ? [] : await readEvents(revisions)
    if (done) this.#plan = undefined
    const events = read.filter((event) => event !== undefined)
    // Fewer than asked for is compaction's work; the store has failed this watch, or will before it is read again.
    return { events, upTo: done ? plan.upTo : (revisions.at(-1) ?? plan.upTo) }
  }
}

/** The events at these revisions, with what their keys held before; undefined for what the log no longer has. */
export async function readEvents(log: Log, revisions: readonly Revision[]): Promise<readonly (Event | undefined)[]> {
  const versions = await log.read(revisions)
  for (const version of versions) checkTold(version)
  const asked = new Set(versions.map((version) => version?.write.previous ?? (0 as Revision)))
  asked.delete(0 as Revision)
  const before = new Map<Revision, Entry>()
  for (const version of await log.read([...asked].sort((a, b) => a - b))) {
    checkTold(version)
    if (version?.write.write === 'put') before.set(version.write.entry.revision, version.write.entry)
  }
  return versions.map((version) =>
    version ? makeEvent(version.commit, version.write, before.get(version.write.previous)) : undefined,
  )
}

/** What was erased cannot be told, and what cannot be told may not be left out: whoever is behind it lists again. */
function checkTold(version: StoredVersion | undefined): void {
  if (version?.write.write !== 'put' || !version.write.erased) return
  const { key, revision } = version.write.entry
  throw new ControlError('Gone', `revision ${revision} of '${key}' was erased: list again`)
}
