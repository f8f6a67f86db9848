/**
 * Goal: however the store, the wires and the servers fail, every client of every server is told exactly what happened:
 *       lists are what was there, watches cut after any event and resumed at any server are the whole of it, what is
 *       acknowledged is seen by every later read and done once, and nothing is written against what had changed before.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- objects; SEEDS=5000 for more of them
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { objects } from './scenario.ts'

const SEED_COUNT = Number(process.env.SEEDS ?? 30)
const TOLD_TWICE = 3

test('objects are what happened to them, whoever asks and whatever the seed', async () => {
  const only = process.env.SEED
  await tellAll(objects(), { count: Math.min(TOLD_TWICE, SEED_COUNT), only })
  if (only === undefined) await tellAll(objects(), { count: SEED_COUNT, twice: false })
})
