import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { alternate, compared } from './pairs.ts'
import { figure, words } from './result.ts'
import { parseSettings } from './settings.ts'
import { median, samples, spread } from './statistics.ts'
import { formatTable } from './table.ts'

test('percentiles are of what was added, and of nothing they are zero', () => {
  const waits = samples()
  deepEqual(spread(waits), { p50: 0, p99: 0, max: 0 })
  for (let value = 10_000; value >= 1; value--) waits.add(value)
  deepEqual(spread(waits), { p50: 5_000, p99: 9_900, max: 10_000 })
  waits.clear()
  waits.add(3)
  deepEqual(spread(waits), { p50: 3, p99: 3, max: 3 })
  deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5])
})

test('sides take turns, and a ratio is that of neighbours', async () => {
  const turns: string[] = []
  const results = await alternate(3, ['a', 'b'], async (side, round) => {
    turns.push(side)
    // The machine grows ten times slower from round to round: no round is like another, every pair is 4 to 1.
    return { speed: (side === 'a' ? 40 : 10) / 10 ** round, 'max wait': round }
  })
  deepEqual(turns, ['a', 'b', 'a', 'b', 'a', 'b'])
  deepEqual(compared(results, 'speed'), [
    { speed: 4, 'max wait': 2, ratio: 4 },
    { speed: 1, 'max wait': 2 },
  ])
})

test('a table is aligned, with units, and a dash where there is nothing', () => {
  const table = {
    title: 'speed',
    columns: [words('store'), figure('commits', '/s'), figure('p99', 'ms', 2)],
    rows: [{ store: 'muster', commits: 1234567.8, p99: 1.005 }, { store: 'etcd' }],
    notes: ['a note'],
  }
  equal(
    formatTable(table),
    `speed

store     commits   p99
               /s    ms
------  ---------  ----
muster  1,234,568  1.00
etcd            -     -

  a note`,
  )
})

test('the command line says what is wrong with it', () => {
  equal(parseSettings(['limits', '--pairs', '7']).pairs, 7)
  equal(parseSettings(['--quick']).keys, 2_000)
  for (const wrong of [
    ['--seconds', '0'],
    ['--pairs', '1.5'],
    ['--engine', 'lmdb'],
    ['--sceonds', '1'],
  ]) {
    throws(() => parseSettings(wrong), new RegExp(wrong[0] ?? ''))
  }
})
