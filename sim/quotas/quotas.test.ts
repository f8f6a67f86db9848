/**
 * Goal: however servers die, answers are lost and memories are late, every account of a quota says at every revision
 *       exactly what there is, nothing is made beyond a quota, and in the end every quota has its account.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- quotas; SEEDS=5000 for more of them
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { quotas } from './scenario.ts'

const SEED_COUNT = Number(process.env.SEEDS ?? 20)
const TOLD_TWICE = 3

test('accounts are what there is, and no quota is exceeded, whatever the seed', async () => {
  const only = process.env.SEED
  await tellAll(quotas(), { count: Math.min(TOLD_TWICE, SEED_COUNT), only })
  if (only === undefined) await tellAll(quotas(), { count: SEED_COUNT, twice: false })
})
