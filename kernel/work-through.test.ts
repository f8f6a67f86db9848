// What working through a queue promises, over many seeds: keys come, looks take time and fail, and at some moment it ends.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { chance, pick, seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { createWorkQueue } from './work-queue.ts'
import { type LookOutcome, workThrough } from './work-through.ts'

const SEEDS = 200
const WORKERS = 3
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'] as const

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`seed ${seed}: every key is looked at after it was added, by one at a time, and no more than there are workers`, async () => {
    const random = seededRandom(seed)
    const clock = simClock()
    const queue = createWorkQueue(random)
    const ended = new AbortController()
    const inWork = new Set<string>()
    const owed = new Set<string>()
    let most = 0
    const work = workThrough(
      {
        queue,
        clock,
        workers: WORKERS,
        async look(key): Promise<LookOutcome> {
          ok(!inWork.has(key), `${key} is looked at by two`)
          inWork.add(key)
          most = Math.max(most, inWork.size)
          owed.delete(key)
          const luck = random.next()
          await clock.sleep(milliseconds(1 + random.next() * 300))
          inWork.delete(key)
          if (luck < 0.2) {
            owed.add(key)
            return 'failed'
          }
          return luck < 0.3 ? { lookAgainAfter: seconds(1) } : 'succeeded'
        },
      },
      ended.signal,
    )
    for (let at = 0; at < 60; at++) {
      const key = pick(random, KEYS)
      owed.add(key)
      if (chance(random, 0.3)) queue.addAt(key, (clock.elapsed() + seconds(1)) as Duration)
      else queue.add(key)
      work.wake()
      await clock.advance(milliseconds(random.next() * 200))
    }
    // A key fails ten times in a row less than once in a million; each wait is at most a minute then.
    await clock.advance(minutes(30))
    deepEqual([...owed], [])
    ok(most <= WORKERS, `${most} at work`)
    ended.abort()
    await clock.advance(seconds(1))
    await work.ended
    equal(inWork.size, 0)
  })
}

test('after the end nothing more is looked at, and what has begun ends first', async () => {
  const clock = simClock()
  const queue = createWorkQueue(seededRandom(1))
  const ended = new AbortController()
  const looked: string[] = []
  const work = workThrough(
    {
      queue,
      clock,
      workers: 1,
      async look(key) {
        await clock.sleep(seconds(1))
        looked.push(key)
        return 'succeeded'
      },
    },
    ended.signal,
  )
  queue.add('first')
  queue.add('second')
  work.wake()
  await clock.advance(milliseconds(500))
  let isOver = false
  void work.ended.then(() => {
    isOver = true
  })
  ended.abort()
  await clock.advance(milliseconds(100))
  equal(isOver, false)
  await clock.advance(minutes(1))
  equal(isOver, true)
  deepEqual(looked, ['first'])
})
