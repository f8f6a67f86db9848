/**
 * Goal: however servers die, answers are lost and memories are late, several writes are done together or not at all, once
 *       at most and never when their client was told that they are not; and quotas count them together.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- transactions; SEEDS=5000 for more of them
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { transactions } from './scenario.ts'

test('no token appears or disappears, and no transaction is done in part or twice, whatever the seed', async () => {
  await tellAll(transactions(), { count: 20, toldTwice: 3, environment: process.env })
})
