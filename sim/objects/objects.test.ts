/**
 * Goal: however the store, the wires and the servers fail, every client of every server is told exactly what happened:
 *       lists are what was there, watches cut after any event and resumed at any server are the whole of it, what is
 *       acknowledged is seen by every later read and done once, and nothing is written against what had changed before.
 * Method: seconds of faults and a while to recover, many seeds, the first of them told twice.
 * Replay: SEED=7 npm run sim -- objects; SEEDS=5000 for more of them, SEEDS=2001-4000 for a slice
 */
import { test } from 'node:test'
import { tellAll } from '../scenario.ts'
import { objects } from './scenario.ts'

test('objects are what happened to them, whoever asks and whatever the seed', async () => {
  await tellAll(objects(), { count: 30, toldTwice: 3, environment: process.env })
})
