import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { backoff, nextWait } from './backoff.ts'
import { add, deadlineAfter, formatInstant, hasPassed, instant, minutes, remaining, seconds, since } from './clock.ts'
import { ControlError, ERRORS, hasCode } from './errors.ts'
import { newId } from './ids.ts'
import { lineLogger } from './log.ts'
import { boundedQueue } from './queue.ts'
import { between, fork, pick, seededRandom } from './random.ts'
import { systemClock } from './system.ts'

const at = (elapsedMs: number) => ({
  ...systemClock,
  now: () => instant(elapsedMs),
  elapsed: () => seconds(elapsedMs / 1000),
})

test('a length of time added to an instant is the time since it', () => {
  equal(since(instant(5_000), add(instant(5_000), minutes(2))), minutes(2))
  equal(formatInstant(instant(0)), '1970-01-01T00:00:00.000Z')
})

test('a deadline passes exactly at its end, and nothing is left after it', () => {
  const deadline = deadlineAfter(at(1_000), seconds(2))
  equal(remaining(at(1_500), deadline), 1_500)
  equal(hasPassed(at(2_999), deadline), false)
  equal(hasPassed(at(3_000), deadline), true)
  equal(remaining(at(9_000), deadline), 0)
})

test('a sleep that is aborted rejects with the reason of its signal', async () => {
  const reason = new ControlError('Unavailable', 'closing')
  await rejects(systemClock.sleep(minutes(1), AbortSignal.abort(reason)), reason)
  const later = new AbortController()
  const sleeping = systemClock.sleep(minutes(1), later.signal)
  later.abort(reason)
  await rejects(sleeping, reason)
})

test('one seed gives one stream, and a fork leaves the rest of its parent alone', () => {
  const draw = (seed: number) => {
    const random = seededRandom(seed)
    return [random.next(), random.next(), random.next()]
  }
  deepEqual(draw(7), draw(7))
  ok(draw(7).every((number, index) => number !== draw(8)[index]))
  const parent = seededRandom(1)
  const child = fork(parent)
  const before = parent.next()
  const again = seededRandom(1)
  fork(again).next()
  equal(again.next(), before)
  ok(child.next() < 1)
})

test('chance reaches both ends of a range and every item of a list', () => {
  const random = seededRandom(3)
  const seen = new Set(Array.from({ length: 200 }, () => between(random, 2, 4)))
  deepEqual([...seen].sort(), [2, 3, 4])
  deepEqual([...new Set(Array.from({ length: 200 }, () => pick(random, ['a', 'b'])))].sort(), ['a', 'b'])
})

test('ids are DNS labels and do not repeat', () => {
  const random = seededRandom(11)
  const ids = Array.from({ length: 10_000 }, () => newId(random))
  equal(new Set(ids).size, ids.length)
  ok(ids.every((id) => /^[a-z][a-z0-9]{15}$/.test(id)))
})

test('waits grow under their ceiling and never past it', () => {
  const random = { next: () => 0.999 }
  let value = backoff(seconds(1), seconds(5))
  const waits: number[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    const { wait, next } = nextWait(value, random)
    waits.push(wait)
    value = next
  }
  deepEqual(waits, [999, 1998, 3996, 4995, 4995])
})

test('a full queue says no, and keeps its order', () => {
  const queue = boundedQueue<number>(2)
  deepEqual([queue.offer(1), queue.offer(2), queue.offer(3)], [true, true, false])
  equal(queue.take(), 1)
  equal(queue.offer(4), true)
  deepEqual([queue.take(), queue.take(), queue.take(), queue.length], [2, 4, undefined, 0])
  for (let round = 0; round < 1_000; round++) {
    queue.offer(round)
    equal(queue.take(), round)
  }
})

test('a log line is JSON with its facts, and an error in it keeps its code and cause', () => {
  const lines: string[] = []
  const log = lineLogger({ clock: at(0), level: 'info', write: (line) => lines.push(line) }).with({ room: 'store' })
  log.debug('too quiet')
  log.warn('disk', { error: new ControlError('StorageFull', 'no room', new Error('ENOSPC')) })
  equal(lines.length, 1)
  const line = JSON.parse(lines[0] ?? '')
  deepEqual([line.time, line.level, line.message, line.room], ['1970-01-01T00:00:00.000Z', 'warn', 'disk', 'store'])
  deepEqual([line.error.code, line.error.cause.message], ['StorageFull', 'ENOSPC'])
})

test('every error has a status and a retry rule, and is asked by its code', () => {
  for (const [code, { http, retry }] of Object.entries(ERRORS)) {
    ok(http >= 400 && http < 600, code)
    ok(['no', 'same', 'fresh'].includes(retry), code)
  }
  equal(hasCode(new ControlError('Gone', 'x'), 'Gone'), true)
  equal(hasCode(new Error('Gone'), 'Gone'), false)
})

test('no other class of error exists in the house', () => {
  const files = readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.includes('node_modules') && path !== 'base/errors.ts',
  )
  ok(files.length > 0)
  for (const path of files) equal(/class \w+ extends \w*Error\b/.test(readFileSync(path, 'utf8')), false, path)
})
