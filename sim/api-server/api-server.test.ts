/**
 * Goal: whatever fails and whenever, what the API acknowledges is done once and stays (3), what it refuses is not done,
 *       compaction changes no answer but to 410 (8), history ascends, tells of every deletion and of who and why (10),
 *       a restored store goes on above all that was issued and knows nobody from before (11), and nothing is admitted
 *       against a namespace, a quota or a definition that had changed before (13).
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- api-server; SEEDS=5000 for more of them, SEEDS=2001-4000 for a slice
 */
import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { apiServer } from './scenario.ts'

test('the API keeps its promises, whatever the seed', async () => {
  const all: Record<string, number> = {}
  const scenario = apiServer({}, ({ seen }) => {
    for (const [name, count] of Object.entries(seen)) all[name] = (all[name] ?? 0) + count
  })
  await tellAll(scenario, { count: 6, toldTwice: 1, environment: process.env })
  if (process.env.SHOW) console.log(all)
  if (process.env.SEED) return
  for (const [name, count] of Object.entries(all)) ok(count > 0, `${name}: such a thing has happened`)
})
