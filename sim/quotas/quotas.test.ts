/**
 * Goal: however servers die, answers are lost and memories are late, every account of a quota says at every revision
 *       exactly what there is, nothing is made beyond a quota, and in the end every quota has its account.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- quotas; SEEDS=5000 for more of them, SEEDS=2001-4000 for a slice
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { quotas } from './scenario.ts'

test('accounts are what there is, and no quota is exceeded, whatever the seed', async () => {
  await tellAll(quotas(), { count: 20, toldTwice: 3, environment: process.env })
})
