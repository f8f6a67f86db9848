/** The runner itself: that it finds what is wrong, says how to see it again, and is silent when all is well. */
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { hours, milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { between } from '@muster/base/random.ts'
import { badWires, cut, failingSyncs, fullDisk, kill, powerCut, stall, trouble, wrongClock } from './faults.ts'
import { firstFailure, type Scenario, sliceOf, tell, tellAll } from './scenario.ts'
import { simWorld, type World } from './world.ts'

interface Counter {
  count: number
}

/** One party that counts to ten, a second each, and begins anew whenever it is killed. */
const counting: Scenario<Counter> = {
  name: 'scenario',
  build(world) {
    const counter = { count: 0 }
    world.party({
      name: 'ada',
      async main(process) {
        for (counter.count = 0; counter.count < 10; counter.count++) {
          process.log(`counts ${counter.count}`)
          await process.clock.sleep(milliseconds(between(process.random, 900, 1100)))
        }
      },
    })
    return counter
  },
  faults: [kill(['ada']), stall(['ada'])],
  pace: { between: seconds(3), lasting: seconds(1) },
  troubled: minutes(1),
  safety: () => {},
  goal: (counter) => () => counter.count === 10,
  within: seconds(20),
}

test('a scenario that holds its promises passes, each seed told twice alike, each seed its own story', async () => {
  await tellAll(counting, { count: 20 })
  const [one, again, other] = [await tell(counting, 1), await tell(counting, 1), await tell(counting, 2)]
  deepEqual(one, again)
  ok(one.log.join() !== other.log.join())
  ok(one.log.some((line) => line.endsWith('ada: is killed')))
})

const failing: readonly {
  readonly name: string
  readonly change: Partial<Scenario<Counter>>
  readonly says: RegExp
}[] = [
  {
    name: 'what must never be is so for a single instant',
    change: { safety: ({ count }) => assert(count !== 3, 'nobody counts to three') },
    says: /^seed 1: scenario: TypeError: broken promise: nobody counts to three/,
  },
  {
    name: 'everybody is idle and the goal is not reached',
    change: { goal: () => () => false },
    says: /^seed 1: scenario: everybody is idle and the goal is not reached/,
  },
  {
    name: 'the goal is reached too late',
    change: { within: seconds(2) },
    says: /^seed 1: scenario: 2 s have passed and the goal is not reached/,
  },
  {
    name: 'a party fails',
    change: {
      build(world) {
        world.party({
          name: 'ada',
          async main() {
            throw new TypeError('wrong code')
          },
        })
        return { count: 0 }
      },
    },
    says: /^seed 1: scenario: TypeError: wrong code/,
  },
  {
    name: 'the world cannot even be built',
    change: {
      build() {
        throw new TypeError('no world')
      },
    },
    says: /^seed 1: scenario: TypeError: no world/,
  },
]

for (const { name, change, says } of failing) {
  test(`found, with the seed and the command that replays it: ${name}`, async () => {
    const scenario = { ...counting, ...change }
    await rejects(tellAll(scenario, { count: 3 }), { message: says })
    await rejects(tellAll(scenario, { count: 3 }), { message: / {2}replay: SEED=1 npm run sim -- scenario\n/ })
  })
}

test('a story that depends on anything but its seed is found', async () => {
  let tellings = 0
  const scenario: Scenario<Counter> = {
    ...counting,
    build(world) {
      world.log('world', `telling ${++tellings}`)
      return counting.build(world)
    },
  }
  await rejects(tellAll(scenario, { count: 1 }), { message: /^seed 1: scenario: told twice, and line 1 differs\n/ })
  await tellAll(scenario, { count: 1, toldTwice: 0 })
})

test('one seed or a slice of them can be told, and the first that fails can be asked for', async () => {
  const seeds: number[] = []
  const noting: Scenario<Counter> = {
    ...counting,
    build(world) {
      seeds.push(world.seed)
      return counting.build(world)
    },
  }
  await tellAll(noting, { count: 3, environment: { SEED: '7' } })
  deepEqual(seeds, [7, 7])
  seeds.length = 0
  await tellAll(noting, { count: 3, toldTwice: 1, environment: { SEEDS: '4-6' } })
  deepEqual(seeds, [4, 4, 5, 6])
  deepEqual(sliceOf({ count: 3, environment: { SEEDS: '5000' } }), [1, 5000])
  throws(() => sliceOf({ count: 3, environment: { SEEDS: 'many' } }), /write SEED=7, SEEDS=5000 or SEEDS=2001-4000/)
  equal(await firstFailure(counting, 3), undefined)
  match((await firstFailure({ ...counting, goal: () => () => false }, 3))?.failure ?? '', /^seed 1: /)
})

/** Ada and Bob, each with a disk, doing nothing. */
function quietWorld(): World {
  const world = simWorld({ seed: 1 })
  for (const name of ['ada', 'bob']) {
    const disk = world.disk(name)
    world.party({ name, parts: [disk], main: (process) => process.clock.sleep(hours(24)) })
  }
  return world
}

const NAMES = ['ada', 'bob'] as const
const faults = {
  kill: kill(NAMES),
  powerCut: powerCut(NAMES),
  stall: stall(NAMES),
  cut: cut(NAMES, NAMES),
  badWires,
  wrongClock: wrongClock(NAMES),
  failingSyncs: failingSyncs(NAMES),
  fullDisk: fullDisk(NAMES),
}

for (const [name, fault] of Object.entries(faults)) {
  test(`a fault ends as it began: ${name}`, async () => {
    const world = quietWorld()
    for (let round = 0; round < 20; round++) {
      const end = fault(world, world.random)
      await world.clock.advance(seconds(1))
      end()
    }
    for (const party of world.parties.values()) equal(party.state, 'running')
    const { sent } = world.network.traffic
    for (let number = 0; number < 100; number++) world.network.carry('ada', 'bob', () => {})
    await world.clock.advance(seconds(1))
    const { arrived, lost, duplicated } = world.network.traffic
    deepEqual({ arrived, lost, duplicated }, { arrived: sent + 100, lost: 0, duplicated: 0 })
  })
}

test('trouble begins many faults, and stopping it ends all of them', async () => {
  const world = quietWorld()
  const stop = trouble(world, [kill(['ada']), stall(['bob'])], { between: seconds(1), lasting: seconds(5) })
  await world.clock.advance(minutes(1))
  stop()
  const lines = world.lines.length
  ok(lines > 20, `${lines} lines`)
  for (const party of world.parties.values()) equal(party.state, 'running')
  await world.clock.advance(minutes(1))
  equal(world.lines.length, lines)
})
