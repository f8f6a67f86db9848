import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from '@muster/base/clock.ts'
import { acknowledged, verify } from './acknowledged.ts'
import { keyOf, sequenceOf, valueFor } from './records.ts'
import type { Held, Seen, Subject } from './subject.ts'
import { startWatchers } from './watchers.ts'

const BYTES = 64

/** A store that answers what it is told to. */
function fake(held: readonly Held[]): Subject & { readonly seen: Seen[] } {
  const seen: Seen[] = []
  return {
    seen,
    write: async () => [],
    read: async () => undefined,
    page: async (_prefix, from, limit) => held.filter(({ key }) => key >= from).slice(0, limit),
    watch: async (_prefix, listener) => {
      seen.push(listener)
      return () => {}
    },
    close: async () => {},
  }
}

const entry = (index: number, sequence: number): Held => ({
  key: keyOf(index),
  value: valueFor(index, sequence, BYTES),
})

function promisedThree() {
  const book = acknowledged(BYTES)
  for (const index of [0, 1, 2]) book.record(index, book.nextSequence(), index + 1)
  return book.promised()
}

test('a store that kept everything passes, one that did not never does', async () => {
  const kept = [entry(0, 1), entry(1, 2), entry(2, 3)]
  equal(await verify(fake(kept), promisedThree()), 3)
  await rejects(verify(fake(kept.slice(0, 2)), promisedThree()), /3 were, 2 are/)
  await rejects(verify(fake([entry(0, 1), entry(2, 3)]), promisedThree()), /present/)
  await rejects(verify(fake([...kept, entry(3, 4)]), promisedThree()), /nothing else/)
  await rejects(verify(fake([entry(0, 1), entry(1, 1), entry(2, 3)]), promisedThree()), /last acknowledged value/)
})

for (const [what, delivered, complaint] of [
  ['each once', [1, 2, 3], undefined],
  ['one lost', [1, 3], /2 seen/],
  ['one doubled', [1, 2, 2, 3], /twice/],
  ['out of order', [2, 1, 3], /order/],
] as const) {
  test(`watchers that see ${what}`, async () => {
    const store = fake([])
    const watchers = await startWatchers(store, { watchers: 2, lastSequence: 0, arrivalWithin: milliseconds(20) })
    for (const sequence of [1, 2, 3]) watchers.began(sequence)
    for (const sequence of [1, 2, 3]) store.seen[0]?.(sequence, valueFor(0, sequence, BYTES))
    for (const sequence of delivered) store.seen[1]?.(sequence, valueFor(0, sequence, BYTES))
    if (complaint === undefined) await watchers.stop(3)
    else await rejects(watchers.stop(3), complaint)
  })
}

test('the number of a write can be read from its value, up to the largest', () => {
  for (const sequence of [1, 255, 256, 2 ** 24, 2 ** 32 - 1]) {
    equal(sequenceOf(valueFor(7, sequence, BYTES)), sequence)
  }
})
