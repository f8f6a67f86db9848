import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { seconds } from '@muster/base/clock.ts'
import { lineLogger } from '@muster/base/log.ts'
import { simClock } from '@muster/sim/clock.ts'
import { createSink, type SinkMode, WAITING_LINES_MAX } from './sink.ts'

/** A sink whose writes the test lets through. */
function world(mode: SinkMode, more: { batchMax?: number; batchWait?: ReturnType<typeof seconds> } = {}) {
  const clock = simClock()
  const writes: (readonly string[])[] = []
  const waiting: { pass: () => void; fail: (why: Error) => void }[] = []
  const said: { message: string; events: number }[] = []
  let failed = 0
  const sink = createSink({
    name: 'test',
    mode,
    batchMax: more.batchMax ?? 1000,
    batchWait: more.batchWait ?? seconds(0),
    clock,
    log: lineLogger({ clock, level: 'error', write: (line) => said.push(JSON.parse(line)) }),
    metrics: {
      level() {},
      event() {},
      refused() {},
      failed(_sink, events) {
        failed += events
      },
    },
    write: (lines) => {
      writes.push(lines)
      return new Promise((pass, fail) => waiting.push({ pass, fail }))
    },
  })
  return { clock, sink, writes, waiting, said, failedCount: () => failed }
}

test('what comes while a write is under way goes with the next one', async () => {
  const { sink, writes, waiting } = world('batch')
  equal(sink.put('a'), undefined)
  await turn()
  sink.put('b')
  sink.put('c')
  waiting[0]?.pass()
  await turn()
  deepEqual(writes, [['a'], ['b', 'c']])
})

test('a write waits for more to come, unless a batch is full', async () => {
  const { clock, sink, writes, waiting } = world('batch', { batchMax: 3, batchWait: seconds(5) })
  sink.put('a')
  await clock.advance(seconds(4))
  deepEqual(writes, [])
  await clock.advance(seconds(1))
  deepEqual(writes, [['a']])
  waiting[0]?.pass()
  for (const line of ['b', 'c', 'd', 'e']) sink.put(line)
  await turn()
  deepEqual(writes.at(-1), ['b', 'c', 'd'])
})

test('what does not fit is dropped, counted and told; nothing of the rest is lost', async () => {
  const { sink, writes, waiting, said, failedCount } = world('batch', { batchMax: 2 * WAITING_LINES_MAX })
  sink.put('first')
  await turn()
  for (let count = 0; count < WAITING_LINES_MAX; count++) sink.put(String(count))
  equal(failedCount(), 0)
  sink.put('one too many')
  sink.put('and another')
  equal(failedCount(), 2)
  deepEqual(
    said.map(({ message, events }) => [message, events]),
    [['audit events were dropped', 1]],
  )
  waiting[0]?.pass()
  await turn()
  equal(writes[1]?.length, WAITING_LINES_MAX)
  waiting[1]?.pass()
  await turn()
  equal(said.length, 2, 'the rest is told once there is room')
})

test('lines that cannot be written are counted and told', async () => {
  const { sink, waiting, said, failedCount } = world('batch')
  sink.put('a')
  await turn()
  waiting[0]?.fail(new Error('the disk is full'))
  await turn()
  equal(failedCount(), 1)
  equal(said[0]?.message, 'audit events are lost: they could not be written')
})

test('who blocks waits until his line is written, and hears whether it was', async () => {
  const { sink, waiting } = world('blocking')
  const heard: boolean[] = []
  const put = sink.put('a')
  ok(put)
  void put.then((isWritten) => heard.push(isWritten))
  await turn()
  deepEqual(heard, [])
  waiting[0]?.pass()
  await turn()
  deepEqual(heard, [true])
  const other = sink.put('b')
  await turn()
  waiting[1]?.fail(new Error('no'))
  equal(await other, false)
})

test('closing writes what is left, at once, and takes no more', async () => {
  const { sink, writes, waiting, failedCount } = world('batch', { batchWait: seconds(60) })
  sink.put('a')
  await turn()
  const closed = sink.close()
  await turn()
  deepEqual(writes, [['a']])
  waiting[0]?.pass()
  await closed
  sink.put('late')
  equal(failedCount(), 1)
})
