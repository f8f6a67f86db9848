/** What really happened, seen from inside the store, and what must never be so. */
import type { Candidate } from '@muster/api/elections/candidate.ts'
import { assert, isControlError } from '@muster/base/errors.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import { CANDIDATES_PREFIX, COUNTER_KEY, readCount, SESSION } from './words.ts'

/** The judge of one world. */
export interface Audit {
  /** Each time the store opens: sees all that was written since, and all that will be. */
  open(process: Process, store: Store): void
  /** Throws when something is so that must never be. */
  check(): void
  /** Counts written in the present term, and how many terms there were in which anything was written. */
  progress(): { readonly inTerm: number; readonly counts: number; readonly terms: number }
  /** What the leader calls itself. */
  leader(): string | undefined
}

/** An audit of a world in which nothing has happened. */
export function newAudit(): Audit {
  const candidates = new Map<string, { readonly term: number; readonly identity: string }>()
  let revision = 0 as Revision
  let broken: unknown
  let term = 0
  let inTerm = 0
  let counts = 0
  let terms = 0
  /**
   * What the counter said when the present term began, and says now. Within a term a late write may set it back: one
   * leader's writes overtake each other, and that is no matter of elections.
   */
  let before = 0
  let last = 0

  const leader = () => [...candidates.values()].sort((one, other) => one.term - other.term)[0]

  const see = (event: Event) => {
    assert(event.revision > revision, `revision ${event.revision} comes after ${revision}`)
    revision = event.revision
    if (event.key.startsWith(CANDIDATES_PREFIX)) seeCandidate(event)
    if (event.key === COUNTER_KEY) seeCount(event)
  }
  const seeCandidate = (event: Event) => {
    if (event.event === 'delete') {
      candidates.delete(event.key)
      return
    }
    const { entry } = event
    assert(entry.createRevision === entry.revision, `${event.key} is written once: its term is its resourceVersion`)
    assert(entry.lease !== undefined, `${event.key} lives by a lease`)
    const { spec } = JSON.parse(text.decode(entry.value)) as Candidate
    candidates.set(event.key, { term: entry.createRevision, identity: spec.identity })
  }
  const seeCount = (event: Event) => {
    assert(event.event === 'put', 'the counter stays')
    const { count, by } = readCount(event.entry.value)
    if (by === '') return
    const leads = leader()
    assert(
      leads?.identity === by,
      `count ${count} at ${event.revision} is written by ${by} while ${leads?.identity} leads`,
    )
    assert(leads.term >= term, `term ${leads.term} comes after term ${term}`)
    if (leads.term !== term) {
      term = leads.term
      terms++
      inTerm = 0
      before = last
    }
    assert(
      count > before,
      `${by} writes count ${count} in term ${term}, and has not seen count ${before} of a term before`,
    )
    last = count
    inTerm++
    counts++
  }

  return {
    open(process, store) {
      read(process, store).catch((error) => {
        broken ??= error
        process.fail(error)
      })

      async function read(reader: Process, opened: Store) {
        try {
          for await (const events of opened.watch('', revision)) for (const event of events) see(event)
        } catch (error) {
          if (!isControlError(error)) throw error
          reader.log(`the audit stops reading: ${error.code}`)
        }
      }
    },
    check() {
      if (broken !== undefined) throw broken
      // A session that nobody renews ends: the line never grows beyond those who are there and those just gone.
      assert(candidates.size <= 40, `${candidates.size} candidates stand, with sessions of ${SESSION} ms`)
    },
    progress: () => ({ inTerm, counts, terms }),
    leader: () => leader()?.identity,
  }
}

const text = new TextDecoder()
