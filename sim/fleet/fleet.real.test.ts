/**
 * Goal: however nodes are cut off and lose power, agents and the control plane restart, and requests are lost, what is
 *       declared comes to be once all has healed; no pod of a StatefulSet ever runs twice, and no eviction breaks a budget.
 * Method: a whole cluster with simulated machines; a minute and a half of faults, and what truly runs is looked at each
 *       second.
 * Replay: SEED=7 npm run sim -- fleet; SEEDS=500 for more of them
 */
import { deepEqual, fail } from 'node:assert/strict'
import { test } from 'node:test'
import { startTestCluster } from '@muster/test-server/cluster.ts'
import { sliceOf } from '../scenario.ts'
import { tellFleet } from './story.ts'

test('what is declared comes to be, whatever the seed', async () => {
  const [first, last] = sliceOf({ count: 3, environment: process.env })
  for (let seed = first; seed <= last; seed++) {
    const told = await tellFleet(seed, { startTestCluster })
    if (told.failure !== undefined) fail(told.failure)
    if (seed === first) deepEqual((await tellFleet(seed, { startTestCluster })).log, told.log, 'told twice')
  }
})
