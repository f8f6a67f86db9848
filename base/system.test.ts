import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from './clock.ts'
import { systemClock } from './system.ts'

const DAY_MS = 24 * 3600 * 1000

test('a sleep of no length, or of less, ends at once, and without a warning', async () => {
  const warned: string[] = []
  const hear = ({ name }: Error) => warned.push(name)
  process.on('warning', hear)
  for (const length of [0, -5]) await systemClock.sleep(milliseconds(length))
  await systemClock.sleep(milliseconds(5))
  process.off('warning', hear)
  deepEqual(warned, [])
})

test('a sleep of months does not end at once, as a timer of Node would, and ends when it is aborted', async () => {
  const stop = new AbortController()
  let isOver = false
  const slept = systemClock.sleep(milliseconds(200 * DAY_MS), stop.signal).then(() => {
    isOver = true
  })
  await systemClock.sleep(milliseconds(30))
  equal(isOver, false)
  stop.abort(new Error('enough'))
  await rejects(slept, /enough/)
})
