/**
 * A new store from a snapshot. It is another store: its id is new, its revisions start above all that the old one can
 * have issued, and no lease, fence or watch from before is valid in it.
 */
import { type Clock, type Instant, instant, since } from '@muster/base/clock.ts'
import { assert, ControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { Draft } from './draft.ts'
import { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import type { LogRecord } from './record.ts'
import { readSnapshot } from './snapshot.ts'
import type { Cause, Revision } from './store.ts'

/**
 * How far revisions jump where the clock is of no help. The old store may have gone on after the snapshot: at the fastest
 * writing measured, for two months. And 8,000 restores fit below 2^53.
 */
export const RESTORE_JUMP = 2 ** 40

/**
 * A restored store begins at a revision of its time, so that one that is restored later begins above it, also from the
 * same snapshot. A store writes less than this, and so stays below the line: 4,194,000 revisions in a second.
 */
const REVISIONS_PER_MS = 4_194

/** Where the line begins. It reaches 2^53 in 2094. */
const LINE_BEGINS: Instant = instant(Date.UTC(2026, 0, 1))

/** Records made durable at once. */
const GROUP_RECORDS = 256

/** What a restore is given. */
export interface RestoreDeps {
  readonly clock: Clock
  readonly random: Random
  /** A revision that the old store is known to have reached, when it is known. */
  readonly above?: Revision
}

/** Fills an empty log. Throws StorageRefused when the snapshot is damaged or cut; the log is of no use then. */
export async function restoreLog(log: Log, snapshot: AsyncIterable<Uint8Array>, deps: RestoreDeps): Promise<void> {
  await log.replay(() => {
    throw new ControlError('AlreadyExists', 'there is a store already: restore into an empty place')
  })
  const id = newId(deps.random)
  const ledger = new Ledger()
  const append = async (group: readonly LogRecord[]) => {
    if (group.length === 0) return
    await log.append(group, { follows: false, state: async () => ledger.state() })
    for (const record of group) ledger.apply(record)
  }

  let group: LogRecord[] = []
  for await (const record of readSnapshot(snapshot)) {
    group.push(record.record === 'state' ? { ...record, id } : record)
    if (group.length < GROUP_RECORDS) continue
    await append(group)
    group = []
  }
  await append(group)

  const reached = Math.max(ledger.head, deps.above ?? 0)
  const ofNow = since(LINE_BEGINS, deps.clock.now()) * REVISIONS_PER_MS
  // The clock has been set back since, or is wrong: then what is known must do.
  const base = ofNow > reached ? ofNow : reached + RESTORE_JUMP
  assert(Number.isSafeInteger(base), 'revisions stay below 2^53')
  await append([{ ...ledger.state(), above: base as Revision, jumps: true }])
  await append(endAllLeases(ledger, deps.clock))
}

/** Their holders hold nothing here: they, and what they wrote under their leases, belonged to the old store. */
function endAllLeases(ledger: Ledger, clock: Clock): readonly LogRecord[] {
  const draft = new Draft(ledger, clock.now())
  const cause: Cause = { actor: 'store', reason: 'the store was restored from a snapshot' }
  for (const lease of ledger.leases.keys()) draft.endLease(lease, cause)
  return draft.records
}
