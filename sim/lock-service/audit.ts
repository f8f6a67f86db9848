/** What really happened, seen from inside the store, and what must never be so. Knows nothing of how members work. */
import type { Duration } from '@muster/base/clock.ts'
import { assert, isControlError } from '@muster/base/errors.ts'
import type { CommitOutcome, Event, LeaseId, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import type { World } from '../world.ts'
import { COUNTER, LEDGER, LOCK, LOCK_TTL, pageKey } from './member.ts'
import { type Copy, emptyCopy } from './replica.ts'

const text = new TextDecoder()

/** The judge of one world. Members and the store tell it what they did and saw. */
export interface Audit {
  /** Each time the store opens: nothing that was seen before may be missing; then sees all that is written. */
  open(process: Process, store: Store): Promise<void>
  /** A member keeps this copy. */
  watches(process: Process, copy: Copy): void
  /** A lease was granted or kept alive, and the member has heard so; it had asked at this elapsed time. */
  kept(lease: LeaseId, asked: Duration): void
  /** A member is about to give a lease back. */
  released(lease: LeaseId): void
  /** A member has heard that its page is durable. */
  acknowledged(process: Process, page: number, term: Revision, outcome: CommitOutcome): void
  /** Throws when something is so that must never be. */
  check(): void
  /** Pages acknowledged in the present term, and all pages so far. */
  progress(): { readonly inTerm: number; readonly pages: number }
}

/** An audit of a world in which nothing has happened. */
export function newAudit(world: World): Audit {
  const truth = emptyCopy()
  /** By revision: the sum of the true copy there. A revision between two events has that of the one before. */
  const sums: number[] = [0]
  const copies = new Map<string, Copy>()
  const keptAt = new Map<LeaseId, Duration>()
  const released = new Set<LeaseId>()
  const pages: { readonly revision: Revision; readonly term: number }[] = []
  let inTerm = 0

  const see = (event: Event) => {
    assert(event.revision > truth.revision, `revision ${event.revision} comes after ${truth.revision}`)
    const lockBefore = truth.entries.get(LOCK)
    while (sums.length < event.revision) sums.push(truth.sum)
    truth.apply([event], event.revision)
    sums.push(truth.sum)
    if (event.key.startsWith(LEDGER)) seePage(event, lockBefore?.createRevision ?? 0)
    if (event.key === LOCK && event.event === 'delete' && lockBefore?.lease !== undefined) seeEnd(lockBefore.lease)
  }

  const seePage = (event: Event, holder: number) => {
    const page = pages.length + 1
    assert(event.key === pageKey(page), `${event.key} is written once and in order, where ${pageKey(page)} was due`)
    assert(event.event === 'put', `${event.key} stays`)
    const term = Number(text.decode(event.entry.value))
    assert(term === holder, `page ${page} of term ${term} is written while term ${term} lasts, not in ${holder}`)
    if (term !== pages.at(-1)?.term) inTerm = 0
    pages.push({ revision: event.revision, term })
    world.log('audit', `page ${page} at ${event.revision}, term ${term}`)
  }

  const seeEnd = (lease: LeaseId) => {
    const kept = keptAt.get(lease)
    if (kept === undefined || released.has(lease)) return
    const lasted = world.clock.elapsed() - kept
    assert(lasted >= LOCK_TTL, `a lock ends ${LOCK_TTL} ms after it was last kept alive, not after ${lasted}`)
  }

  return {
    async open(process, store) {
      const { head } = await store.status()
      assert(head >= truth.revision, `a store that was seen at ${truth.revision} opens there or later, not at ${head}`)
      const { entries } = await store.range('', { at: truth.revision })
      const found = emptyCopy()
      found.replace(entries, truth.revision)
      assert(found.sum === truth.sum, `what was seen at ${truth.revision} is there after a crash`)
      read(process, store).catch(process.fail)

      async function read(reader: Process, opened: Store) {
        try {
          for await (const events of opened.watch('', truth.revision)) for (const event of events) see(event)
        } catch (error) {
          if (!isControlError(error)) throw error
          reader.log(`the audit stops reading: ${error.code}`)
        }
      }
    },

    watches: (process, copy) => copies.set(process.name, copy),
    kept: (lease, asked) => keptAt.set(lease, asked),
    released: (lease) => released.add(lease),

    acknowledged(process, page, term, outcome) {
      assert(outcome.outcome === 'committed', 'only what is committed is acknowledged')
      const seen = pages[page - 1]
      assert(
        seen !== undefined && seen.revision === outcome.revisions[1],
        `page ${page} is where ${process.name} was told it is`,
      )
      assert(seen.term === term, `page ${page} is of the term of who was told`)
      inTerm++
    },

    check() {
      for (const [name, { revision, sum }] of copies) {
        assert(revision <= truth.revision, `${name} has not seen revision ${revision} before it was there`)
        assert(sum === sums[revision], `the copy of ${name} is what the store held at ${revision}`)
      }
      const counter = truth.entries.get(COUNTER)
      if (counter !== undefined) {
        const count = Number(text.decode(counter.value))
        // A reader may have handed out the counter and not yet the page beside it: within one page of events.
        assert(count - pages.length <= 1, `the counter says ${count}, and there are ${pages.length} pages`)
      }
    },

    progress: () => ({ inTerm, pages: pages.length }),
  }
}
