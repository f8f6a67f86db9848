// The small machines of fair sharing: hands of queues, seats that are shared out, and how many were wanted.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createFairQueue } from './fair-queue.ts'
import { createSeatDemand } from './seat-demand.ts'
import { shareOut } from './share-out.ts'
import { dealHand, hashText } from './shuffle-shard.ts'

test('a hand has so many different queues, all of them there, and is the same for the same flow', () => {
  const deal = fc.integer({ min: 1, max: 200 }).chain((queues) =>
    fc.record({
      queues: fc.constant(queues),
      handSize: fc.integer({ min: 1, max: Math.min(queues, 10) }),
      seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    }),
  )
  fc.assert(
    fc.property(deal, ({ queues, handSize, seed }) => {
      const hand = dealHand(seed, queues, handSize)
      equal(new Set(hand).size, handSize)
      ok(hand.every((card) => Number.isInteger(card) && card >= 0 && card < queues))
      deepEqual(dealHand(seed, queues, handSize), hand)
    }),
  )
})

test('of ten thousand mice hardly one is covered by four elephants', () => {
  const elephants = new Set(['a', 'b', 'c', 'd'].flatMap((name) => dealHand(hashText(name, 1), 128, 6)))
  let covered = 0
  for (let at = 0; at < 10_000; at++)
    if (dealHand(hashText(`mouse-${at}`, 1), 128, 6).every((card) => elephants.has(card))) covered++
  ok(covered <= 5, `${covered} were`)
})

test('what is shared out adds up, within all bounds, and in proportion between them', () => {
  const claim = fc
    .record({ low: fc.nat(50), over: fc.nat(50), more: fc.nat(200) })
    .map(({ low, over, more }) => ({ low, target: low + over, high: low + more }))
  fc.assert(
    fc.property(fc.array(claim, { minLength: 1, maxLength: 10 }), fc.nat(1000), (claims, part) => {
      const [low, high] = [
        claims.reduce((sum, one) => sum + one.low, 0),
        claims.reduce((sum, one) => sum + one.high, 0),
      ]
      const sum = low + ((high - low) * part) / 1000
      const { shares } = shareOut(sum, claims)
      ok(Math.abs(shares.reduce((all, one) => all + one, 0) - sum) < 1e-6)
      for (const [at, share] of shares.entries()) {
        const { low: floor = 0, high: ceiling = 0 } = claims[at] ?? {}
        ok(share >= floor - 1e-9 && share <= ceiling + 1e-9)
      }
    }),
  )
  deepEqual(
    shareOut(90, [
      { target: 10, low: 0, high: 100 },
      { target: 20, low: 0, high: 100 },
      { target: 60, low: 0, high: 30 },
    ]).shares,
    [20, 40, 30],
  )
})

test('demand: the mean over time, the highest, and an envelope that rises at once and falls slowly', () => {
  const meter = createSeatDemand(0)
  meter.set(10, 0)
  meter.set(0, 5000)
  const first = meter.look(10_000)
  deepEqual([first.average, first.deviation, first.highest], [5, 5, 10])
  equal(first.smoothed, 10)
  const second = meter.look(20_000)
  deepEqual([second.average, second.highest], [0, 0])
  ok(second.smoothed > 9 && second.smoothed < 10)
})

test('queues that are too many go when they are empty; who waits in them is served first', () => {
  const queue = createFairQueue<string>({ queues: 3, queueLengthMax: 5, seats: 1 })
  for (const line of [0, 1, 2]) queue.offer(`r${line}`, 1, [line], 0)
  const first = queue.start(0)
  ok(first)
  queue.reshape({ queues: 1, queueLengthMax: 5, seats: 1 })
  equal(queue.lines.length, 3)
  for (let turn: typeof first | undefined = first; turn; turn = queue.start(1)) queue.finish(turn, 1)
  deepEqual([queue.lines.length, queue.waiting, queue.seatsInUse], [1, 0, 0])
})

test('without queues, what finds no seats is refused; a request wider than all of them is served alone', () => {
  const queue = createFairQueue<string>({ queues: 0, queueLengthMax: 0, seats: 2 })
  const wide = queue.offer('wide', 5, [0], 0)
  ok(wide?.startedAtMs === 0)
  equal(queue.offer('other', 1, [0], 0), undefined)
  queue.finish(wide, 1)
  ok(queue.offer('other', 1, [0], 2))
})

test('a full queue refuses, and who gives up makes room', () => {
  const queue = createFairQueue<string>({ queues: 1, queueLengthMax: 1, seats: 1 })
  const first = queue.offer('first', 1, [0], 0)
  equal(queue.start(0), first)
  const second = queue.offer('second', 1, [0], 0)
  equal(queue.offer('third', 1, [0], 0), undefined)
  ok(second)
  queue.giveUp(second)
  ok(queue.offer('third', 1, [0], 0))
})
