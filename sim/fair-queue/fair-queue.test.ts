// What fair queues promise, over many seeds.
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sliceOf } from '../scenario.ts'
import { judge, play } from './scenario.ts'

test('no flow starves another, whatever the seed', () => {
  const [first, last] = sliceOf({ count: 60, environment: process.env })
  for (let seed = first; seed <= last; seed++) equal(judge(play(seed)), undefined, `SEED=${seed}`)
})

test('the same seed plays the same', () => {
  deepEqual(play(7), play(7))
})
