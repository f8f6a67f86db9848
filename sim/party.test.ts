import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { hours, milliseconds, minutes, seconds, since } from '@muster/base/clock.ts'
import { channel } from './channel.ts'
import type { Main } from './party.ts'
import { simWorld } from './world.ts'

/** Notes every second that it runs. */
const ticking =
  (notes: string[]): Main =>
  async (process) => {
    for (;;) {
      notes.push(`${process.clock.elapsed() / 1000}`)
      await process.clock.sleep(seconds(1))
    }
  }

test('a killed process never runs again, not even its finally, and a new life begins from the start', async () => {
  const world = simWorld({ seed: 1 })
  const notes: string[] = []
  const party = world.party({
    name: 'ada',
    async main(process) {
      try {
        notes.push(`life ${process.life}`)
        await process.clock.sleep(seconds(10))
        notes.push('end')
      } finally {
        notes.push('finally')
      }
    },
  })
  await world.clock.advance(seconds(5))
  party.kill()
  equal(party.state, 'stopped')
  await world.clock.advance(minutes(1))
  deepEqual(notes, ['life 1'])
  party.start()
  await world.clock.advance(minutes(1))
  deepEqual(notes, ['life 1', 'life 2', 'end', 'finally'])
  equal(await world.clock.runUntilIdle({ max: hours(1) }), 'idle')
})

test('a paused process misses nothing: all that was due happens at once when it goes on', async () => {
  const world = simWorld({ seed: 1 })
  const wire = channel<string>(world.network, world.random)
  const notes: string[] = []
  const bob = world.party({
    name: 'bob',
    async main(process) {
      wire.join(process, (body) => notes.push(`${process.clock.elapsed() / 1000} ${body}`))
      process.after(seconds(2), () => notes.push(`${process.clock.elapsed() / 1000} timer`))
      await process.clock.sleep(seconds(60))
    },
  })
  world.party({
    name: 'ada',
    async main(process) {
      for (const body of ['one', 'two', 'three']) {
        await process.clock.sleep(seconds(1.5))
        wire.send(process, 'bob', body)
      }
      await process.clock.sleep(seconds(60))
    },
  })
  await world.clock.advance(seconds(1))
  bob.pause()
  await world.clock.advance(seconds(9))
  deepEqual(notes, [])
  bob.resume()
  deepEqual(notes, ['10 one', '10 timer', '10 two', '10 three'])
})

test('a sleep of a paused process ends when it goes on', async () => {
  const world = simWorld({ seed: 1 })
  const notes: string[] = []
  const party = world.party({ name: 'ada', main: ticking(notes) })
  await world.clock.advance(seconds(1.5))
  party.pause()
  await world.clock.advance(seconds(8.5))
  party.resume()
  await world.clock.advance(seconds(1.5))
  deepEqual(notes, ['0', '1', '10', '11'])
})

test('a clean exit is started anew by a supervisor, an error ends the run', async () => {
  const world = simWorld({ seed: 1 })
  let lives = 0
  world.party({
    name: 'ada',
    restartAfter: seconds(3),
    async main(process) {
      lives = process.life
      await process.clock.sleep(seconds(1))
      if (process.life === 3) throw new TypeError('wrong code')
    },
  })
  await world.clock.advance(seconds(8.5))
  equal(lives, 3)
  await rejects(world.clock.advance(seconds(1)), /wrong code/)
})

test('what a process sent before it died vanishes or arrives, and a new life reads it', async () => {
  let arrived = 0
  for (let seed = 1; seed <= 40; seed++) {
    const world = simWorld({ seed })
    const wire = channel<string>(world.network, world.random)
    const bob: Main = async (process) => {
      wire.join(process, () => arrived++)
      await process.clock.sleep(minutes(1))
    }
    const ada = world.party({
      name: 'ada',
      async main(process) {
        await process.clock.sleep(seconds(1))
        wire.send(process, 'bob', 'last words')
        await process.clock.sleep(minutes(1))
      },
    })
    const reader = world.party({ name: 'bob', main: bob })
    await world.clock.advance(seconds(1))
    ada.kill()
    reader.kill()
    reader.start()
    await world.clock.advance(seconds(1))
  }
  equal(arrived > 5 && arrived < 35, true, `${arrived} of 40 arrived`)
})

test('a wall clock can be wrong, the elapsed time is not', async () => {
  const world = simWorld({ seed: 1 })
  const read: number[] = []
  const party = world.party({
    name: 'ada',
    async main(process) {
      for (;;) {
        read.push(since(world.clock.now(), process.clock.now()), process.clock.elapsed())
        await process.clock.sleep(milliseconds(1))
      }
    },
  })
  await world.clock.advance(milliseconds(0))
  party.skew(seconds(-5))
  await world.clock.advance(milliseconds(1))
  deepEqual(read, [0, 0, -5_000, 1])
})
