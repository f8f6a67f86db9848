import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { hours, milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { seededRandom } from '@muster/base/random.ts'
import { channel } from './channel.ts'
import { type Latency, type LinkSettings, longTail, uniform } from './network.ts'
import type { Process } from './party.ts'
import { simWorld, type World } from './world.ts'

const WIDE: Partial<LinkSettings> = { latency: uniform(milliseconds(1), milliseconds(100)) }

/** Two parties that do nothing by themselves, as processes. */
function pair(seed = 1): { world: World; ada: Process; bob: Process } {
  const world = simWorld({ seed })
  const processes: Process[] = []
  for (const name of ['ada', 'bob']) {
    world.party({
      name,
      async main(process) {
        processes.push(process)
        await process.clock.sleep(hours(24))
      },
    })
  }
  const [ada, bob] = processes
  ok(ada && bob)
  return { world, ada, bob }
}

/** Sends numbered messages from ada to bob, a millisecond apart, and tells which arrived, in order. */
async function arrivals(settings: Partial<LinkSettings>, count = 1000): Promise<number[]> {
  const { world, ada, bob } = pair()
  world.network.linkAll(settings)
  const wire = channel<number>(world.network, world.random)
  const seen: number[] = []
  wire.join(bob, (body) => seen.push(body))
  for (let number = 0; number < count; number++) {
    wire.send(ada, 'bob', number)
    await world.clock.advance(milliseconds(1))
  }
  await world.clock.advance(minutes(1))
  return seen
}

const inOrder = (list: readonly number[]) =>
  list.every((number, index) => index === 0 || number >= (list[index - 1] ?? 0))

test('a link keeps the order of its messages, however long each would take alone', async () => {
  const seen = await arrivals(WIDE)
  equal(seen.length, 1000)
  ok(inOrder(seen))
})

test('messages overtake each other where they may', async () => {
  const seen = await arrivals({ ...WIDE, reordering: 0.5 })
  equal(seen.length, 1000)
  ok(!inOrder(seen))
})

test('the shares of loss and duplication are what was asked for', async () => {
  const seen = await arrivals({ loss: 0.2 })
  ok(seen.length > 750 && seen.length < 850, `${seen.length} of 1000 arrived`)
  const doubled = await arrivals({ duplication: 0.2 })
  ok(doubled.length > 1150 && doubled.length < 1250, `${doubled.length} of 1000 arrived`)
  equal(new Set(doubled).size, 1000)
})

test('a cut in one direction loses what leaves and what arrives, and nothing the other way', async () => {
  const { world, ada, bob } = pair()
  world.network.linkAll({ latency: uniform(milliseconds(10), milliseconds(10)) })
  const wire = channel<string>(world.network, world.random)
  const seen: string[] = []
  for (const process of [ada, bob]) wire.join(process, (body, from) => seen.push(`${from}: ${body}`))

  wire.send(ada, 'bob', 'under way')
  world.network.cut('ada', 'bob')
  wire.send(ada, 'bob', 'cut off')
  wire.send(bob, 'ada', 'the other way')
  await world.clock.advance(seconds(1))
  deepEqual(seen, ['bob: the other way'])

  world.network.heal()
  wire.send(ada, 'bob', 'mended')
  await world.clock.advance(seconds(1))
  equal(seen[1], 'ada: mended')
  deepEqual(world.network.traffic, { sent: 4, arrived: 2, lost: 2, duplicated: 0 })
})

test('one seed gives one traffic, another seed another', async () => {
  const times = async (seed: number) => {
    const { world, ada, bob } = pair(seed)
    const wire = channel<number>(world.network, world.random)
    const seen: number[] = []
    wire.join(bob, () => seen.push(world.clock.elapsed()))
    for (let number = 0; number < 20; number++) wire.send(ada, 'bob', number)
    await world.clock.advance(seconds(1))
    return seen
  }
  deepEqual(await times(1), await times(1))
  ok((await times(1)).join() !== (await times(2)).join())
})

test('one direction of one link can be told to behave on its own', async () => {
  const { world, ada, bob } = pair()
  world.network.link('ada', 'bob', { latency: uniform(seconds(5), seconds(5)) })
  const wire = channel<string>(world.network, world.random)
  const seen: string[] = []
  for (const process of [ada, bob]) wire.join(process, (body) => seen.push(body))
  wire.send(ada, 'bob', 'slow')
  wire.send(bob, 'ada', 'fast')
  await world.clock.advance(seconds(4))
  deepEqual(seen, ['fast'])
  await world.clock.advance(seconds(2))
  deepEqual(seen, ['fast', 'slow'])
})

test('latencies stay within their bounds and around their mean', () => {
  const random = seededRandom(5)
  const mean = (draw: Latency, least: number, most: number) => {
    let sum = 0
    for (let count = 0; count < 10_000; count++) {
      const wait = draw(random)
      ok(wait >= least && wait <= most)
      sum += wait / 10_000
    }
    return sum
  }
  const even = mean(uniform(milliseconds(2), milliseconds(3)), 2, 3)
  ok(even > 2.45 && even < 2.55, `${even}`)
  const tailed = mean(longTail(milliseconds(1), milliseconds(4), milliseconds(100)), 1, 100)
  ok(tailed > 4.8 && tailed < 5.2, `${tailed}`)
})

test('a question is answered, refused by its code, or times out', async () => {
  const { world, ada, bob } = pair()
  const doubling = world.service<number, number>()
  doubling.serve(bob, async (number) => {
    if (number < 0) throw new ControlError('Invalid', `${number} is negative`)
    await bob.clock.sleep(milliseconds(number))
    return 2 * number
  })
  const client = doubling.client(ada)
  const answers = Promise.allSettled([2, -1, 2_000].map((number) => client.ask('bob', number, seconds(1))))
  const nobody = rejects(client.ask('cyd', 1, seconds(1)), { code: 'Timeout' })
  await world.clock.advance(minutes(1))
  await nobody
  const [two, negative, late] = await answers
  deepEqual(two, { status: 'fulfilled', value: 4 })
  ok(
    negative?.status === 'rejected' &&
      negative.reason.code === 'Invalid' &&
      negative.reason.message === '-1 is negative',
  )
  ok(late?.status === 'rejected' && late.reason.code === 'Timeout')
})

test('an answer that comes late or twice settles nothing else', async () => {
  const { world, ada, bob } = pair()
  world.network.linkAll({ ...WIDE, duplication: 1, reordering: 1 })
  const echo = world.service<number, number>()
  echo.serve(bob, async (number) => number)
  const client = echo.client(ada)
  const answers: (number | undefined)[] = []
  for (let number = 0; number < 200; number++) {
    client.ask('bob', number, milliseconds(60)).then(
      (answer) => answers.push(answer - number),
      () => answers.push(undefined),
    )
    await world.clock.advance(milliseconds(5))
  }
  await world.clock.advance(seconds(1))
  equal(answers.length, 200)
  deepEqual([...new Set(answers)].sort(), [0, undefined])
})
