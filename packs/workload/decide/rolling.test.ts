import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { IntOrString } from '@muster/api/int-or-string.ts'
import type { Deployment } from '@muster/api/types/apps-v1.ts'
import { boundsOf, grownSize, proportionalSizes, shrunkSizes } from './rolling.ts'

const rolling = (replicas: number, maxSurge: IntOrString, maxUnavailable: IntOrString): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {},
  spec: {
    replicas,
    selector: {},
    template: {},
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
  },
})

test('surge is rounded up, what may be missing is rounded down, and one of them is never nothing', () => {
  const cases: [number, IntOrString, IntOrString, number, number][] = [
    // replicas, maxSurge, maxUnavailable: surge, unavailable
    [10, '25%', '25%', 3, 2],
    [4, '25%', '25%', 1, 1],
    [1, '25%', '25%', 1, 0],
    [2, '0%', '1%', 0, 1],
    [1, 0, '1%', 0, 1],
    [2, '1%', '25%', 1, 0],
    [2, '1%', 0, 1, 0],
    [3, 5, 5, 5, 3],
    [0, '25%', '25%', 0, 0],
    [10, '100%', '100%', 10, 10],
  ]
  for (const [replicas, maxSurge, maxUnavailable, surge, unavailable] of cases) {
    const message = `${replicas} ${maxSurge} ${maxUnavailable}`
    deepEqual(boundsOf(rolling(replicas, maxSurge, maxUnavailable)), { replicas, surge, unavailable }, message)
  }
  const { spec } = rolling(3, 1, 1)
  const recreating: Deployment = {
    ...rolling(3, 1, 1),
    spec: { selector: {}, template: {}, ...spec, strategy: { type: 'Recreate' } },
  }
  deepEqual(boundsOf(recreating), { replicas: 3, surge: 0, unavailable: 0 })
})

const TEN = { replicas: 10, surge: 3, unavailable: 2 }

test('the new set grows as far as there is room, and no further than is wanted', () => {
  deepEqual(
    [
      [0, 10],
      [3, 8],
      [5, 8],
      [9, 0],
      [12, 0],
      [10, 3],
    ].map(([size = 0, others = 0]) => grownSize(TEN, size, others)),
    [3, 5, 5, 10, 10, 10],
  )
})

test('old sets shrink by what is available beyond the fewest, those first that nobody would miss', () => {
  const part = (size: number, available: number) => ({ size, available })
  // A new set of three that is not ready yet: two old ones may go.
  deepEqual(shrunkSizes(TEN, [part(10, 10)], part(3, 0)), [8])
  deepEqual(shrunkSizes(TEN, [part(8, 8)], part(5, 0)), [8])
  deepEqual(shrunkSizes(TEN, [part(8, 8)], part(5, 2)), [6])
  // The new pods crash and an old one is lost: no more old ones go.
  deepEqual(shrunkSizes(TEN, [part(8, 7)], part(5, 0)), [8])
  // Back to the old template: the set that crashed is old now, and gives way.
  deepEqual(shrunkSizes(TEN, [part(5, 0)], part(8, 7)), [1])
  // A third template: what crashed goes before what works, though it is younger.
  deepEqual(shrunkSizes(TEN, [part(8, 8), part(5, 0)], part(0, 0)), [8, 0])
  deepEqual(shrunkSizes(TEN, [part(3, 3), part(5, 5)], part(5, 5)), [0, 3])
  // Two that are to go are still counted as available: they hold nothing up, and are not counted again.
  deepEqual(shrunkSizes(TEN, [part(8, 10)], part(5, 0)), [8])
  deepEqual(shrunkSizes(TEN, [part(8, 10)], part(5, 2)), [6])
})

test('scaled in the middle, sets grow and shrink by their shares, and what is left goes to the largest', () => {
  const scaled = (replicas: number, ...sizes: number[]) =>
    proportionalSizes(
      { replicas, surge: 3, unavailable: 2 },
      sizes.map((size) => ({ size, maxBefore: 13 })),
    )
  // The documented example: ten to fifteen with eight old ones and five new ones.
  deepEqual(scaled(15, 8, 5), [11, 7])
  deepEqual(scaled(10, 8, 5), [8, 5])
  deepEqual(scaled(5, 8, 5), [5, 3])
  deepEqual(scaled(0, 8, 5), [0, 0])
  deepEqual(scaled(100, 8, 4, 1), [63, 32, 8])
  // Nobody knows of what the sizes were shares: all goes to the largest.
  deepEqual(
    proportionalSizes(TEN, [
      { size: 4, maxBefore: 0 },
      { size: 2, maxBefore: 0 },
    ]),
    [11, 2],
  )
})
