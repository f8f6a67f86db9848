import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { TokenBucket } from './token-bucket.ts'

test('a bucket gives what it holds at once, and then one at a time', () => {
  const bucket = new TokenBucket({ perSecond: 0.1, burst: 2 }, seconds(0))
  deepEqual([bucket.take(seconds(0)), bucket.take(seconds(0)), bucket.take(seconds(0))], [true, true, false])
  equal(bucket.untilNext(seconds(4)), seconds(6))
  deepEqual([bucket.take(seconds(9)), bucket.take(seconds(10)), bucket.take(seconds(11))], [false, true, false])
  bucket.change({ perSecond: 0, burst: 2 }, seconds(30))
  deepEqual([bucket.take(seconds(99)), bucket.untilNext(seconds(99))], [false, undefined])
})

test('whatever is asked for when: never more than the burst and the rate over any time since the start', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.nat({ max: 40 }), { maxLength: 60 }),
      (burst, tenths, waits) => {
        const perSecond = tenths / 10
        const bucket = new TokenBucket({ perSecond, burst }, seconds(0))
        let [now, taken] = [0, 0]
        for (const wait of waits) {
          now += wait / 4
          if (bucket.take(seconds(now))) taken++
          ok(taken <= burst + perSecond * now + 1e-6)
          const next = bucket.untilNext(seconds(now)) ?? seconds(0)
          // Who waits as long as he is told, gets.
          if (next > 0) ok(new TokenBucket({ perSecond, burst: 1 }, seconds(0)).take(seconds(0)))
        }
      },
    ),
  )
})
