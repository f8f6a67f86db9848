/**
 * Goal: however the server, the wires and the replicas fail, stall and come back, every count is written by who leads
 *       at that revision, after all that was counted in terms before it; terms never go back; and once all has healed
 *       somebody leads and counts on.
 * Method: the real API and the real runtime; a minute of faults and a while to recover, many seeds, the first told twice.
 * Replay: SEED=7 npm run sim -- elections; SEEDS=2000 for more of them
 */
import { test } from 'node:test'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { tellAll } from '../scenario.ts'
import { elections } from './scenario.ts'

test('who leads writes, and nobody else, whatever the seed', async () => {
  await tellAll(elections({ openTestApi, runControllers }), { count: 8, toldTwice: 2, environment: process.env })
})
