import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from './clock.ts'
import { systemClock } from './system.ts'

const DAY_MS = 24 * 3600 * 1000

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
