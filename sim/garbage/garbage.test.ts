/**
 * Goal: however servers die and however late a collector hears of things, nothing that has a living owner is ever
 *       deleted, whoever waits for dependents waits long enough, and in the end nothing is left that belongs to nobody.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- garbage; SEEDS=5000 for more of them
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { garbage } from './scenario.ts'

const SEED_COUNT = Number(process.env.SEEDS ?? 20)
const TOLD_TWICE = 3

test('garbage goes, and nothing else does, whatever the seed', async () => {
  const only = process.env.SEED
  await tellAll(garbage(), { count: Math.min(TOLD_TWICE, SEED_COUNT), only })
  if (only === undefined) await tellAll(garbage(), { count: SEED_COUNT, twice: false })
})
