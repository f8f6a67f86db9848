/**
 * Goal: however servers die and however late a collector hears of things, nothing that has a living owner is ever
 *       deleted, whoever waits for dependents waits long enough, and in the end nothing is left that belongs to nobody.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- garbage; SEEDS=5000 for more of them, SEEDS=2001-4000 for a slice
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { garbage } from './scenario.ts'

test('garbage goes, and nothing else does, whatever the seed', async () => {
  await tellAll(garbage(), { count: 20, toldTwice: 3, environment: process.env })
})
