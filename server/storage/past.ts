/**
 * Changes that are no longer in memory, read from the store's log page by page, and shared.
 *
 *     revisions    ──[ page ]──[ page ]──[ page ]──● reader            recent changes ──►
 *                       ▲ ▲          ▲
 *                       └─┴──────────┴── watchers that resume, each from where it was
 *
 * After a restart thousands of watchers come back from much the same revision at once. Whoever is first reads, and the
 * others find the pages; one whose revision lies in the middle of a page takes the rest of it.
 */
import { hasCode } from '@muster/base/errors.ts'
import type { Revision, Store, Watch } from '@muster/store/store.ts'
import { type Change, pastChange } from './change.ts'

/** All changes of one resource after one revision and up to another. */
export interface PastPage {
  readonly after: Revision
  readonly upTo: Revision
  readonly changes: readonly Change[]
}

interface Reader {
  readonly prefix: string
  readonly watch: Watch
  position: Revision
  /** Present while the next page is read. */
  reading: Promise<void> | undefined
}

/** Cursors into the log that are kept open for who comes next. Opening one goes through all keys of a resource. */
export const READERS_MAX = 16
/** Pages that are kept for who comes next, and what their values may take in memory. */
const PAGES_MAX = 256
const PAGES_BYTES_MAX = 32 * 1024 * 1024
/** Revisions that are remembered to be of this store: those from which watchers come back, who are told from few. */
const OWN_MAX = 10_000
/** A reader that far behind, in revisions, is not worth waiting for. */
const GAP_MAX = 10_000

/** One for each server. */
export class Past {
  readonly #store: Pick<Store, 'range' | 'watch'>
  /** The least recently used first. */
  readonly #readers = new Set<Reader>()
  /** The oldest first. */
  #pages: { readonly prefix: string; readonly page: PastPage; readonly bytes: number }[] = []
  #bytes = 0
  /** Revisions that are known to be of this store. */
  readonly #own = new Set<Revision>()

  constructor(store: Pick<Store, 'range' | 'watch'>) {
    this.#store = store
  }

  /**
   * Changes under a prefix after a revision, the nearest ones, and none after `until`: a revision that the caller has
   * reached itself, while the store may be further. Throws Gone when compaction has passed the first revision.
   */
  async page(prefix: string, after: Revision, until: Revision): Promise<PastPage> {
    for (;;) {
      const page = this.#find(prefix, after)
      if (page) {
        if (page.after !== after) await this.#checkOwn(prefix, after)
        return between(page, after, until)
      }
      const reader = this.#nearest(prefix, after) ?? this.#open(prefix, after)
      this.#readers.delete(reader)
      this.#readers.add(reader)
      try {
        await this.#advance(reader, until)
      } catch (error) {
        // Compaction may have passed a reader that was behind, and not whoever relied on it.
        if (!hasCode(error, 'Gone') || reader.position >= after) throw error
      }
    }
  }

  /** Drops what was read of a resource. Those who wait for its readers are told of what the log says then. */
  forget(prefix: string): void {
    for (const kept of this.#pages) if (kept.prefix === prefix) this.#bytes -= kept.bytes
    this.#pages = this.#pages.filter((kept) => kept.prefix !== prefix)
  }

  close(): void {
    for (const reader of this.#readers) reader.watch.close()
    this.#readers.clear()
    this.#pages = []
  }

  /**
   * Throws Gone for a revision in the middle of a page that this store never had: before a restore there were others in
   * its place, and who has seen those cannot go on from there.
   */
  async #checkOwn(prefix: string, revision: Revision): Promise<void> {
    if (this.#own.has(revision)) return
    await this.#store.range(prefix, { at: revision, limit: 1 })
    if (this.#own.size >= OWN_MAX) this.#own.clear()
    this.#own.add(revision)
  }

  #find(prefix: string, after: Revision): PastPage | undefined {
    return this.#pages.findLast((kept) => kept.prefix === prefix && covers(kept.page, after))?.page
  }

  /** The reader that comes to a revision soonest, when one is near. */
  #nearest(prefix: string, after: Revision): Reader | undefined {
    let nearest: Reader | undefined
    for (const reader of this.#readers) {
      if (reader.prefix !== prefix || reader.position > after) continue
      if (reader.position >= (nearest?.position ?? after - GAP_MAX)) nearest = reader
    }
    return nearest
  }

  #open(prefix: string, after: Revision): Reader {
    const reader: Reader = { prefix, position: after, watch: this.#store.watch(prefix, after), reading: undefined }
    if (this.#readers.size >= READERS_MAX) this.#dropIdle()
    this.#readers.add(reader)
    return reader
  }

  /** One that reads is waited for, and stays. */
  #dropIdle(): void {
    const idle = [...this.#readers].find(({ reading }) => !reading)
    if (idle) this.#drop(idle)
  }

  #advance(reader: Reader, until: Revision): Promise<void> {
    reader.reading ??= this.#read(reader, until).finally(() => {
      reader.reading = undefined
    })
    return reader.reading
  }

  async #read(reader: Reader, until: Revision): Promise<void> {
    const { prefix, watch, position: after } = reader
    try {
      const events = await watch.next(until)
      if (!events) return
      const upTo = events.at(-1)?.revision ?? until
      reader.position = upTo
      this.#keep(prefix, { after, upTo, changes: events.map(pastChange) })
      if (upTo >= until) this.#drop(reader)
    } catch (error) {
      this.#drop(reader)
      throw error
    }
  }

  #keep(prefix: string, page: PastPage): void {
    const bytes = page.changes.reduce((sum, change) => sum + bytesOf(change), 0)
    this.#pages.push({ prefix, page, bytes })
    this.#bytes += bytes
    // The newest stays, however large: somebody waits for it.
    while (this.#pages.length > 1 && (this.#pages.length > PAGES_MAX || this.#bytes > PAGES_BYTES_MAX)) {
      this.#bytes -= this.#pages.shift()?.bytes ?? 0
    }
  }

  #drop(reader: Reader): void {
    reader.watch.close()
    this.#readers.delete(reader)
  }
}

const covers = ({ after, upTo }: PastPage, revision: Revision): boolean => after <= revision && revision < upTo

/** The part of a page that lies between two revisions. */
function between(page: PastPage, after: Revision, until: Revision): PastPage {
  if (page.after === after && page.upTo <= until) return page
  const changes = page.changes.filter(({ revision }) => revision > after && revision <= until)
  return { after, upTo: Math.min(page.upTo, until) as Revision, changes }
}

const bytesOf = ({ now, before }: Change): number => (now?.bytes.length ?? 0) + (before?.bytes.length ?? 0)
