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

const SEED_COUNT = Number(process.env.SEEDS ?? 8)
const TOLD_TWICE = 2

test('who leads writes, and nobody else, whatever the seed', async () => {
  const parts = { openTestApi, runControllers }
  const only = process.env.SEED
  await tellAll(elections(parts), { count: Math.min(TOLD_TWICE, SEED_COUNT), only })
  if (only === undefined) await tellAll(elections(parts), { count: SEED_COUNT, twice: false })
})
