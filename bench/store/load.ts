/** Fills a store before it is measured. */
import type { Acknowledged } from './acknowledged.ts'
import { keyOf, valueFor } from './records.ts'
import type { Subject } from './subject.ts'

/** Keys in one commit: 100 values of 4 KiB stay under every engine's limit on commits. */
const BATCH = 100

/** Commits under way at once: enough to share syncs, few enough to be no test of limits. */
const BATCHES_AT_ONCE = 8

/** Writes so many times, to the keys in turn: each of `keys` is created first and rewritten on later rounds. */
export async function load(subject: Subject, book: Acknowledged, keys: number, writes: number = keys): Promise<void> {
  for (let round = 0; round < writes; round += keys) {
    let next = 0
    const end = Math.min(keys, writes - round)
    // Rounds wait for each other, so that no batch guards a key by a revision that is not known yet.
    const batches = async () => {
      while (next < end) {
        const from = next
        next = Math.min(end, from + BATCH)
        await batch(from, next)
      }
    }
    await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, batches))
  }

  async function batch(from: number, to: number): Promise<void> {
    const sequences = Array.from({ length: to - from }, () => book.nextSequence())
    const revisions = await subject.write(
      sequences.map((sequence, offset) => ({
        key: keyOf(from + offset),
        value: valueFor(from + offset, sequence, book.valueBytes),
        guard: book.revisionOf(from + offset),
      })),
    )
    for (const [offset, sequence] of sequences.entries()) book.record(from + offset, sequence, revisions[offset] ?? 0)
  }
}
