/** The parts of a watch that have limits, at their limits: alarms, recent changes, encoded objects. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Revision } from '@muster/store/store.ts'
import { Alarms } from './alarms.ts'
import { type Change, freshChange, RecentBudget, RecentChanges } from './change.ts'
import { EncodedObjects } from './encoded.ts'
import { encodeObject, storedVersion } from './stored-object.ts'
import { pod } from './testbed.ts'

const at = (revision: number) => revision as Revision

test('alarms ring at their time, once, and cost no timer when there are none', async () => {
  const clock = simClock()
  const alarms = new Alarms(clock)
  const rung: string[] = []
  const sleeper = (name: string) => ({ alarm: () => rung.push(`${name} ${clock.elapsed()}`) })
  const [a, b, c, d] = [sleeper('a'), sleeper('b'), sleeper('c'), sleeper('d')]
  const set = (who: { alarm(): void }, length: number) => alarms.set(who, (clock.elapsed() + length) as Duration)
  set(a, 5_000)
  set(b, 1_001)
  set(c, 1_050)
  set(d, 3_000)
  alarms.cancel(d)
  set(a, 2_000)
  await clock.advance(seconds(10))
  deepEqual(rung, ['b 1100', 'c 1100', 'a 2000'])
  equal(await clock.runUntilIdle({ max: seconds(100) }), 'idle')
  // One that sets itself again, and one that is late already.
  const again = {
    alarm() {
      rung.push(`again ${clock.elapsed()}`)
      set(again, 1_000)
    },
  }
  rung.length = 0
  set(again, -5)
  set(d, 60_000)
  alarms.cancel(d)
  await clock.advance(milliseconds(2_500))
  deepEqual(rung, ['again 10000', 'again 11000', 'again 12000'])
  alarms.cancel(again)
  equal(await clock.runUntilIdle({ max: seconds(100) }), 'idle')
})

test('an alarm that is set in the turn of the last cancel rings; none rings, nor holds a timer, after the end', async () => {
  const clock = simClock()
  const alarms = new Alarms(clock)
  const rung: number[] = []
  const [a, b] = [{ alarm: () => rung.push(clock.elapsed()) }, { alarm: () => rung.push(-1) }]
  alarms.set(b, seconds(1))
  alarms.cancel(b)
  alarms.set(a, seconds(2))
  await clock.advance(seconds(5))
  deepEqual(rung, [2_000])
  alarms.set(a, seconds(6))
  alarms.close()
  alarms.set(b, seconds(60))
  equal(await clock.runUntilIdle({ max: seconds(1) }), 'idle')
  deepEqual(rung, [2_000])
})

const change = (revision: number, bytes = 10): Change => {
  const now = { key: 'k', bytes: new Uint8Array(bytes), revision: at(revision), createRevision: at(1), metadataAt: 1 }
  return freshChange('k', at(revision), undefined, { ...now, attributes: undefined })
}
const revisions = (recent: RecentChanges, after: number) => recent.after(at(after), 99).map(({ revision }) => revision)

test('recent changes are kept up to a number over all resources, the oldest go first', () => {
  const budget = new RecentBudget(4)
  const [pods, nodes] = [new RecentChanges(at(0), budget), new RecentChanges(at(0), budget)]
  for (const revision of [1, 3, 5]) pods.push(change(revision))
  nodes.push(change(6))
  deepEqual([revisions(pods, 0), pods.since, nodes.since], [[1, 3, 5], 0, 0])
  nodes.push(change(7))
  deepEqual([revisions(pods, 0), pods.since, revisions(nodes, 0)], [[3, 5], 1, [6, 7]])
  deepEqual([revisions(pods, 3), revisions(pods, 4), revisions(pods, 5)], [[5], [5], []])
  for (let revision = 8; revision < 100; revision++) nodes.push(change(revision))
  deepEqual([revisions(pods, 0), pods.since], [[], 5])
  deepEqual([revisions(nodes, 0), nodes.since], [[96, 97, 98, 99], 95])
})

test('recent changes are kept up to a size, with what was made of them', () => {
  const budget = new RecentBudget(100, 2_000)
  const recent = new RecentChanges(at(0), budget)
  const changes = [1, 2, 3, 4, 5].map((revision) => change(revision, 100))
  for (const one of changes) recent.push(one)
  deepEqual(revisions(recent, 0), [1, 2, 3, 4, 5])
  const [, , , fourth] = changes
  if (fourth) recent.keepFrame(fourth, 'json', new Uint8Array(700))
  deepEqual(revisions(recent, 0), [2, 3, 4, 5])
  recent.push(change(6, 100))
  deepEqual(revisions(recent, 0), [3, 4, 5, 6])
  // Its frame goes with the change, and gives back what it took.
  for (const revision of [7, 8, 9, 10]) recent.push(change(revision, 100))
  deepEqual(revisions(recent, 0), [5, 6, 7, 8, 9, 10])
})

test('recent changes that start over give back what they held, once', () => {
  const budget = new RecentBudget(4, 10_000)
  const [pods, nodes] = [new RecentChanges(at(0), budget), new RecentChanges(at(0), budget)]
  for (const revision of [1, 2, 3]) pods.push(change(revision))
  pods.restart(at(5))
  deepEqual([revisions(pods, 0), pods.since], [[], 5])
  pods.push(change(6))
  for (const revision of [7, 8, 9]) nodes.push(change(revision))
  // The places of what was given up are passed over, and not taken from what came later.
  deepEqual([revisions(pods, 5), revisions(nodes, 0)], [[6], [7, 8, 9]])
  nodes.push(change(10))
  deepEqual([revisions(pods, 5), pods.since, revisions(nodes, 0)], [[], 6, [7, 8, 9, 10]])
})

test('an object is encoded once while there is room, and again when it was forgotten', () => {
  const encoded = new EncodedObjects(25)
  let made = 0
  const encoding = {
    key: 'protobuf',
    encode: () => {
      made++
      return new Uint8Array(10)
    },
  }
  const objects = [1, 2, 3, 4, 5].map((revision) =>
    storedVersion({
      key: `k${revision}`,
      bytes: encodeObject(pod('a')),
      revision: at(revision),
      createRevision: at(1),
    }),
  )
  const [first, second, third] = objects
  if (!first || !second || !third) throw new TypeError('there are five')
  const bytes = encoded.bytesOf(first, encoding)
  equal(encoded.bytesOf(first, encoding), bytes)
  encoded.bytesOf(second, encoding)
  equal(made, 2)
  // The third begins a new generation; what is asked for again is carried over.
  encoded.bytesOf(third, encoding)
  equal(encoded.bytesOf(first, encoding), bytes)
  equal(made, 3)
  encoded.bytesOf(first, { ...encoding, key: 'table' })
  equal(made, 4)
  for (const object of objects) encoded.bytesOf(object, encoding)
  encoded.bytesOf(second, encoding)
  // Two were new; of the others, two had been forgotten.
  equal(made, 8)
})
