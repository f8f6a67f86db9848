// What fair queues promise, over many seeds.
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { judge, play } from './scenario.ts'

const SEEDS = 60

test(`no flow starves another, over ${SEEDS} seeds`, () => {
  const first = Number(process.env.SEED ?? 1)
  for (let seed = first; seed < first + SEEDS; seed++) equal(judge(play(seed)), undefined, `SEED=${seed}`)
})

test('the same seed plays the same', () => {
  deepEqual(play(7), play(7))
})
