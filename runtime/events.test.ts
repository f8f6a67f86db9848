import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Event } from '@muster/api/types/core-v1.ts'
import { instant, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import { simClock } from '@muster/sim/clock.ts'
import { BURST, createEventCorrelator, ROWS_MAX, SIMILAR_MAX } from './event-correlator.ts'
import { createEventRecorder, EVENTS_WAITING_MAX } from './events.ts'

const event = (message: string, name = 'web', id = message): Event => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${name}.${id}`, namespace: 'shop' },
  involvedObject: { apiVersion: 'v1', kind: 'Pod', name, uid: `uid-${name}` },
  type: 'Warning',
  reason: 'Failed',
  message,
  count: 1,
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  source: { component: 'test' },
})

const at = (after: number) => instant(1_000_000_000_000 + after)
const say = (correlated: ReturnType<ReturnType<typeof createEventCorrelator>['correlate']>) =>
  correlated.write === 'nothing'
    ? 'nothing'
    : `${correlated.write} ${correlated.event.metadata.name} ${correlated.event.count}`

test('the same event is counted', () => {
  const { correlate } = createEventCorrelator()
  equal(say(correlate(event('a', 'web', '1'), at(0))), 'create web.1 1')
  equal(say(correlate(event('a', 'web', '2'), at(1))), 'count web.1 2')
  equal(say(correlate(event('a', 'web', '3'), at(2))), 'count web.1 3')
  equal(say(correlate(event('b', 'web', '4'), at(3))), 'create web.4 1')
  equal(say(correlate(event('a', 'api', '5'), at(4))), 'create api.5 1')
})

test('the tenth message in ten minutes is for all that follow', () => {
  const { correlate } = createEventCorrelator()
  for (let index = 1; index < SIMILAR_MAX; index++) {
    equal(say(correlate(event(`m${index}`), at(minutes(index)))), `create web.m${index} 1`)
  }
  const tenth = correlate(event('m10'), at(minutes(10)))
  ok(tenth.write === 'create')
  equal(tenth.event.message, '(combined from similar events): m10')
  equal(say(correlate(event('m11'), at(minutes(11)))), 'count web.m10 2')
  // Ten quiet minutes, and what is said is new again.
  equal(say(correlate(event('m12'), at(minutes(21) + 1))), 'create web.m12 1')
})

test('who says too much about one object is not heard until five minutes have passed', () => {
  const { correlate } = createEventCorrelator()
  for (let said = 0; said < BURST; said++) ok(correlate(event('a'), at(said)).write !== 'nothing')
  equal(correlate(event('a'), at(BURST)).write, 'nothing')
  equal(correlate(event('a', 'api'), at(BURST)).write, 'create')
  equal(correlate(event('a'), at(minutes(5) - 1)).write, 'nothing')
  // What was not heard was counted all the same.
  equal(say(correlate(event('a'), at(minutes(5) + BURST))), `count web.a ${BURST + 3}`)
  equal(correlate(event('a'), at(minutes(5) + BURST + 1)).write, 'nothing')
})

test('no more is remembered than its limit', () => {
  const { correlate } = createEventCorrelator()
  for (let index = 0; index <= ROWS_MAX; index++) correlate(event('a', `pod-${index}`), at(index))
  equal(correlate(event('a', `pod-${ROWS_MAX}`), at(0)).write, 'count')
  equal(correlate(event('a', 'pod-0'), at(0)).write, 'create')
})

const POD: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'shop', uid: 'u' } }
const SAYING = { type: 'Warning', reason: 'Failed', message: 'no room' } as const

/** A recorder over a server that answers with these statuses, one after the other, and then with 200. */
function recorder(...statuses: readonly number[]) {
  const clock = simClock()
  const left = [...statuses]
  const asked: string[] = []
  const bodies: unknown[] = []
  const client = createClient({
    userAgent: 'test',
    send: async ({ method, path, body }) => {
      const status = left.shift() ?? 200
      asked.push(`${method} ${path.replace(/\.[0-9a-f]+$/, '.N')} ${status}`)
      bodies.push(JSON.parse(Buffer.from(body).toString()))
      const answer =
        status < 300 ? { kind: 'Event' } : { kind: 'Status', status: 'Failure', code: status, message: 'x' }
      const bytes = Buffer.from(JSON.stringify(answer))
      return { status, headers: { 'content-type': 'application/json' }, body: { body: 'bytes', bytes } }
    },
  })
  const events = createEventRecorder({ clock, random: seededRandom(1), log: noLog, component: 'test' })
  return { clock, asked, bodies, events, say: () => events.say(client, POD, SAYING) }
}

test('an event is created, and then counted', async () => {
  const { asked, bodies, events, say } = recorder()
  say()
  say()
  await events.settled()
  deepEqual(asked, ['POST /api/v1/namespaces/shop/events 200', 'PATCH /api/v1/namespaces/shop/events/web.N 200'])
  const [created, counted] = bodies as [Event, Event]
  deepEqual(created.involvedObject, { apiVersion: 'v1', kind: 'Pod', name: 'web', namespace: 'shop', uid: 'u' })
  deepEqual([created.type, created.reason, created.message, created.count], ['Warning', 'Failed', 'no room', 1])
  deepEqual(counted, { count: 2, lastTimestamp: created.lastTimestamp, message: 'no room' })
})

test('an event that is gone is created anew', async () => {
  const { asked, events, say } = recorder(200, 404)
  say()
  say()
  await events.settled()
  deepEqual(
    asked.map((line) => line.split(' ')[0]),
    ['POST', 'PATCH', 'POST'],
  )
})

test('a server that is away is asked again, twelve times', async () => {
  const { clock, asked, events, say } = recorder(503, 503)
  say()
  await clock.advance(seconds(30))
  await events.settled()
  equal(asked.length, 3)
  const away = recorder(...Array.from({ length: 20 }, () => 503))
  away.say()
  await away.clock.advance(minutes(10))
  await away.events.settled()
  equal(away.asked.length, 12)
})

test('what is refused is given up, and the next is heard', async () => {
  const { asked, events, say } = recorder(403)
  say()
  say()
  await events.settled()
  equal(asked.length, 2)
})

test('what waits has a limit, and nothing said ever throws', async () => {
  const events = createEventRecorder({ clock: simClock(), random: seededRandom(1), log: noLog, component: 'test' })
  let created = 0
  const resource = () => {
    created++
    throw new ControlError('Unavailable', 'away')
  }
  for (let said = 0; said < EVENTS_WAITING_MAX + 5; said++) events.say({ resource }, POD, SAYING)
  await events.settled()
  equal(created, EVENTS_WAITING_MAX)
})

test('two components that speak in one millisecond of objects of one name give their events names of their own', async () => {
  const { bodies, say, events, clock } = recorder()
  const send = async ({ body }: { readonly body: Uint8Array }) => {
    bodies.push(JSON.parse(Buffer.from(body).toString('utf8')))
    return { status: 201, headers: {}, body: { body: 'bytes' as const, bytes: Buffer.from('{}') } }
  }
  const other = createEventRecorder({ clock, random: seededRandom(2), log: noLog, component: 'other' })
  say()
  other.say(createClient({ send, userAgent: 'test' }), POD, SAYING)
  await Promise.all([events.settled(), other.settled()])
  equal(new Set(bodies.map((body) => (body as Event).metadata.name)).size, 2)
})
