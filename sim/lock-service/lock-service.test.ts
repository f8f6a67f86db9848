/**
 * Goal: however the store, the wires and the members fail, every page of the ledger is written once, in order, by who
 *       holds the lock at that revision; nothing acknowledged is lost; copies are never wrong; and once all has healed
 *       somebody has the lock and works.
 * Method: a minute of faults and a minute to recover, many seeds, each told twice.
 * Replay: SEED=7 npm run sim -- lock-service; SEEDS=5000 for more of them, SEEDS=2001-4000 for a slice
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { lockService } from './scenario.ts'

test('the lock service holds its promises, whatever the seed', async () => {
  await tellAll(lockService(), { count: 80, environment: process.env })
})
