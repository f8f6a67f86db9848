import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { formatInstant, hours, instant, milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { between, chance, pick, seededRandom } from '@muster/base/random.ts'
import { simClock } from './clock.ts'
import { type Timer, timerHeap } from './timers.ts'

test('sleepers wake in order of time, then of asking, and see the time they asked for', async () => {
  const clock = simClock()
  const woken: string[] = []
  const sleeper = async (name: string, ...lengths: number[]) => {
    for (const length of lengths) {
      await clock.sleep(milliseconds(length))
      woken.push(`${clock.elapsed()} ${name}`)
    }
  }
  sleeper('a', 5, 5)
  sleeper('b', 10)
  sleeper('c', 5, 0, 5)
  await clock.advance(milliseconds(9))
  deepEqual(woken, ['5 a', '5 c', '5 c'])
  equal(clock.elapsed(), 9)
  await clock.advance(milliseconds(1))
  deepEqual(woken.slice(3), ['10 b', '10 a', '10 c'])
})

test('the wall clock starts where it is told to and goes with the elapsed time', async () => {
  const clock = simClock({ start: instant(0) })
  await clock.advance(seconds(90))
  equal(formatInstant(clock.now()), '1970-01-01T00:01:30.000Z')
})

test('a sleep that is aborted rejects with its reason and leaves nothing behind', async () => {
  const clock = simClock()
  const reason = new ControlError('Unavailable', 'closing')
  await rejects(clock.sleep(seconds(1), AbortSignal.abort(reason)), reason)
  const stop = new AbortController()
  const sleeping = clock.sleep(hours(1), stop.signal)
  stop.abort(reason)
  await rejects(sleeping, reason)
  equal(await clock.runUntilIdle({ max: hours(2) }), 'idle')
  equal(clock.elapsed(), 0)
})

test('a run ends when nobody waits, when its time is over, or when it has what it waits for', async () => {
  const clock = simClock()
  let beats = 0
  const beat = () => {
    if (++beats < 10) clock.after(seconds(1), beat)
  }
  beat()
  equal(await clock.runUntilIdle({ max: seconds(3.5) }), 'time-over')
  deepEqual([beats, clock.elapsed()], [4, 3_500])
  equal(await clock.runUntilIdle({ max: hours(1), until: () => beats === 6 }), 'reached')
  equal(clock.elapsed(), 5_000)
  equal(await clock.runUntilIdle({ max: hours(1) }), 'idle')
  deepEqual([beats, clock.elapsed()], [10, 9_000])
})

test('all of one instant have had their turn before time moves, through promises and the ends of turns', async () => {
  const clock = simClock()
  const seen: number[] = []
  const chain = async () => {
    await clock.sleep(milliseconds(1))
    for (let link = 0; link < 100; link++) await undefined
    await new Promise<void>((resolve) => process.nextTick(resolve))
    for (let link = 0; link < 100; link++) await undefined
    seen.push(clock.elapsed())
  }
  chain()
  clock.after(milliseconds(2), () => {})
  await clock.advance(milliseconds(5))
  deepEqual(seen, [1])
})

test('a world is not called idle while turns still follow turns', async () => {
  const clock = simClock()
  let woke = false
  const chain = async () => {
    for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => process.nextTick(resolve))
    await clock.sleep(seconds(1))
    woke = true
  }
  chain()
  equal(await clock.runUntilIdle({ max: hours(1) }), 'idle')
  equal(woke, true)
})

test('the onlooker sees every instant, and ends the run by throwing', async () => {
  const instants: number[] = []
  const clock = simClock({
    onInstant() {
      instants.push(clock.elapsed())
      if (clock.elapsed() === 3) throw new TypeError('three')
    },
  })
  for (const at of [1, 3, 3, 7]) clock.after(milliseconds(at), () => {})
  await rejects(clock.advance(milliseconds(10)), /three/)
  deepEqual(instants, [0, 1, 3])
})

test('a loop that never lets time pass is found', async () => {
  const clock = simClock()
  const spin = () => clock.after(milliseconds(0), () => Promise.resolve().then(spin))
  spin()
  await rejects(clock.advance(seconds(1)), /time moves on/)
})

test('all that waits for one owner can be forgotten', async () => {
  const clock = simClock()
  const ran: string[] = []
  const owner = {}
  clock.after(seconds(1), () => ran.push('forgotten'), owner)
  clock.after(seconds(2), () => ran.push('kept'))
  clock.forget(owner)
  await clock.runUntilIdle({ max: hours(1) })
  deepEqual(ran, ['kept'])
})

test('the heap gives what a sorted list would, whatever is added, cancelled and forgotten', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed)
    const heap = timerHeap()
    const owners = [{}, {}, {}] as const
    let list: Timer[] = []
    for (let step = 0; step < 300; step++) {
      const deed = random.next()
      if (deed < 0.55) list.push(heap.add(between(random, 0, 20), () => {}, pick(random, owners)))
      else if (deed < 0.75) {
        const [first, ...others] = list
        if (first === undefined) continue
        const cancelled = pick(random, [first, ...others])
        heap.cancel(cancelled)
        heap.cancel(cancelled)
        list = list.filter((timer) => timer !== cancelled)
      } else if (deed < 0.78 && chance(random, 0.3)) {
        const owner = pick(random, owners)
        heap.forget(owner)
        list = list.filter((timer) => timer.owner !== owner)
      } else {
        list.sort((left, right) => left.dueAt - right.dueAt || left.ticket - right.ticket)
        equal(heap.peek(), list[0], `seed ${seed}: step ${step}`)
        equal(heap.take(), list.shift(), `seed ${seed}: step ${step}`)
      }
    }
  }
})
