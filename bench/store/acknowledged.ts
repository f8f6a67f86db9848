/** What a store has promised: for each key the last write that it acknowledged, and where that write stands. */
import { assert } from '@muster/base/errors.ts'
import { keyOf, PREFIX, valueFor } from './records.ts'
import type { Subject } from './subject.ts'

/** Plain data: it goes from the process that wrote to the process that verifies. */
export interface Promised {
  /** By key number: the number of the last acknowledged write. Keys are numbered from 0 without gaps. */
  readonly sequences: Uint32Array
  readonly valueBytes: number
}

/** The promises so far, and what the next write of each key must be guarded by. */
export interface Acknowledged {
  readonly keys: number
  readonly valueBytes: number
  /** The number of the last write that was begun. */
  readonly lastSequence: number
  nextSequence(): number
  revisionOf(index: number): number
  sequenceOf(index: number): number
  record(index: number, sequence: number, revision: number): void
  promised(): Promised
}

/** No promise yet. `lastSequence` numbers the writes on from those of an earlier process. */
export function acknowledged(valueBytes: number, lastSequence: number = 0): Acknowledged {
  let sequences = new Uint32Array(1 << 12)
  let revisions = new Float64Array(1 << 12)
  let keys = 0
  let last = lastSequence
  return {
    valueBytes,
    get keys() {
      return keys
    },
    get lastSequence() {
      return last
    },
    nextSequence: () => ++last,
    revisionOf: (index) => revisions[index] ?? 0,
    sequenceOf: (index) => sequences[index] ?? 0,
    record(index, sequence, revision) {
      if (index >= sequences.length) {
        const moreSequences = new Uint32Array(sequences.length * 2)
        const moreRevisions = new Float64Array(sequences.length * 2)
        moreSequences.set(sequences)
        moreRevisions.set(revisions)
        sequences = moreSequences
        revisions = moreRevisions
      }
      sequences[index] = sequence
      revisions[index] = revision
      keys = Math.max(keys, index + 1)
    },
    promised: () => ({ sequences: sequences.slice(0, keys), valueBytes }),
  }
}

const PAGE_KEYS = 500

/**
 * Reads the whole store and compares every byte. Throws when a key is missing, is one too many, or holds anything but
 * what was acknowledged last. Answers how many keys it compared.
 */
export async function verify(subject: Subject, { sequences, valueBytes }: Promised): Promise<number> {
  let index = 0
  for (;;) {
    const page = await subject.page(PREFIX, keyOf(index), PAGE_KEYS)
    if (page.length === 0) break
    for (const { key, value } of page) {
      const sequence = sequences[index] ?? 0
      assert(key === keyOf(index) && sequence > 0, `${keyOf(index)} is present and nothing else is (found ${key})`)
      assert(valueFor(index, sequence, valueBytes).equals(value), `${key} holds its last acknowledged value`)
      index++
    }
  }
  assert(index === sequences.length, `every acknowledged key is present: ${sequences.length} were, ${index} are`)
  return index
}
