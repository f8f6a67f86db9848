import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { simulatedDay } from './day.ts'

test('a hundred parties that beat every 10 s for an hour are heard 36,000 times, whatever the seed', async () => {
  for (const seed of [1, 2]) {
    const counts = await simulatedDay({ parties: 100, hours: 1, seed })
    deepEqual(counts, { beats: 36_000, sent: 36_000, arrived: 36_000, live: 100 })
  }
})
