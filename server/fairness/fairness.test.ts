// Turns, as clients of a server find them: on a clock that moves only when told to.
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest } from '@muster/api/message.ts'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { flowControlObjects } from '../admission/bootstrap/flow-control.ts'
import type { User } from '../auth/user.ts'
import { requestInfoOf } from '../http/request-info.ts'
import { createFairness, type TurnOutcome } from './fairness.ts'

const silent = { asked: () => ({ refused() {}, began() {}, ended() {} }) }

function open(seats: number) {
  const clock = simClock()
  const fairness = createFairness({
    clock,
    random: seededRandom(1),
    metrics: silent,
    seats,
    amountOf: ({ resource }) => (resource === 'secrets' ? { objects: 1000, averageBytes: 1000 } : undefined),
  })
  for (const object of flowControlObjects()) {
    fairness.put('default', object)
    fairness.put('eu', object)
  }
  const ask = (user: User, path = '/api/v1/pods', more: Partial<ApiRequest> = {}) => {
    const request: ApiRequest = {
      method: 'GET',
      path,
      query: new URLSearchParams(),
      headers: {},
      body: new Uint8Array(0),
      signal: new AbortController().signal,
      ...more,
    }
    const info = requestInfoOf(request)
    ok(info)
    return fairness.ask({ request, info, user })
  }
  return { clock, fairness, ask }
}

const person = (username: string): User => ({ username, groups: ['system:authenticated'] })
const MASTER: User = { username: 'root', groups: ['system:masters'] }

/** What has been answered of these so far. */
async function settled(asked: readonly Promise<TurnOutcome>[]): Promise<TurnOutcome[]> {
  const outcomes: TurnOutcome[] = []
  for (const one of asked) void one.then((outcome) => outcomes.push(outcome))
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  return outcomes
}

const givenIn = (outcomes: readonly TurnOutcome[]) => outcomes.filter(({ turn }) => turn === 'given')

test('a level gives as many turns as it has seats, and the next when one is over', async () => {
  const { ask, fairness } = open(245)
  const limit = fairness.levelsOf('default').all.get('global-default')?.limits.current ?? 0
  ok(limit >= 20, `${limit}`)
  const asked = Array.from({ length: limit + 5 }, (_, at) => ask(person(`u${at}`)))
  const outcomes = await settled(asked)
  equal(givenIn(outcomes).length, limit)
  const [first] = outcomes
  ok(first?.turn === 'given')
  first.leave()
  first.leave()
  equal(givenIn(await settled(asked)).length, limit + 1)
})

test('who waits too long is told when to come back; who goes gives up his place', async () => {
  const { ask, clock } = open(12)
  const gone = new AbortController()
  const held = await settled(Array.from({ length: 40 }, () => ask(person('greedy'))))
  ok(givenIn(held).length > 0)
  const late = ask(person('ada'))
  const left = ask(person('eve'), '/api/v1/pods', { signal: gone.signal })
  gone.abort()
  await clock.advance(seconds(1))
  deepEqual(
    (await settled([late, left])).map(({ turn }) => turn),
    ['refused'],
  )
  await clock.advance(seconds(15))
  const outcome = await late
  ok(outcome.turn === 'refused')
  ok(outcome.retryAfterSeconds >= 1)
})

test('a flow that fills its queues is refused, and another is served before its backlog', async () => {
  const { ask } = open(12)
  const given: TurnOutcome[] = []
  let refused = 0
  for (let at = 0; at < 2000; at++) {
    void ask(person('greedy')).then((outcome) => (outcome.turn === 'given' ? given.push(outcome) : refused++))
  }
  await settled([])
  ok(given.length > 0 && refused > 1000, `${given.length} were given a turn, and ${refused} refused`)
  const mouse = ask(person('mouse'))
  // Of each of the six queues that the greedy one has filled, at most one goes first.
  let before = 0
  for (; givenIn(await settled([mouse])).length === 0; before++) {
    const next = given.shift()
    ok(next?.turn === 'given' && before < 8, `${before} were served before the mouse`)
    next.leave()
  }
  ok(before > 0)
})

test('masters of the default cluster wait for nobody; those of another wait for their share of the server', async () => {
  const { ask, clock } = open(12)
  await settled(Array.from({ length: 200 }, () => ask(MASTER, '/clusters/eu/api/v1/pods')))
  equal(givenIn(await settled([ask(MASTER)])).length, 1)
  const other = ask(person('ada'))
  equal(givenIn(await settled([other])).length, 0)
  await clock.advance(seconds(16))
  equal((await other).turn, 'refused')
})

test('a list of much takes more seats than one of little', async () => {
  const { ask, fairness } = open(600)
  await ask(person('ada'), '/api/v1/secrets')
  const level = fairness.levelsOf('default').all.get('global-default')
  equal(level?.gate.queue.seatsInUse, level?.widthMax)
  await ask(person('ada'), '/api/v1/secrets', { query: new URLSearchParams('limit=1') })
  equal(level?.gate.queue.seatsInUse, (level?.widthMax ?? 0) + 1)
})

test('levels that are idle lend, and get back what they lent', async () => {
  const { ask, clock, fairness } = open(245)
  const seatsOf = (name: string) => fairness.levelsOf('default').all.get(name)?.limits.current ?? 0
  const before = seatsOf('global-default')
  const asked = Array.from({ length: 300 }, (_, at) => ask(person(`u${at}`)))
  await settled(asked)
  await clock.advance(seconds(11))
  const more = ask(person('one more'))
  ok(seatsOf('global-default') > before, `${before} and then ${seatsOf('global-default')}`)
  ok(seatsOf('workload-low') >= 10, 'a level keeps what it may not lend')
  for (const outcome of givenIn(await settled([...asked, more]))) if (outcome.turn === 'given') outcome.leave()
})

test('without any objects there are still the two levels that must be', async () => {
  const fairness = createFairness({
    clock: simClock(),
    random: seededRandom(1),
    metrics: silent,
    amountOf: () => undefined,
  })
  deepEqual([...fairness.levelsOf('default').all.keys()].sort(), ['catch-all', 'exempt'])
  const [schema] = flowControlObjects().filter(({ metadata }) => metadata.name === 'global-default')
  ok(schema)
  fairness.put('default', schema)
  fairness.remove('default', schema)
  equal(fairness.levelsOf('default').all.size, 2)
})
