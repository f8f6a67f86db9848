import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { chooseThinning, type PartFacts, wantedOf } from './thinning.ts'

const part = (number: number, first: number, last: number): PartFacts => ({
  part: { number, place: number },
  first,
  last,
  versions: last === 0 ? 0 : last - first + 1,
  bytes: (last - first + 1) * 10,
})

/** Four parts of a hundred versions, and one that holds none. */
const PARTS = [part(1, 1, 100), part(2, 101, 200), part(3, 0, 0), part(4, 201, 300), part(5, 401, 500)]

const wantedIn = async (kept: readonly number[]) => wantedOf(PARTS, new Float64Array(kept), async () => {})

test('thinning: each kept revision is looked for in the part that may hold it, whatever their order', async () => {
  const wanted = await wantedIn([450, 100, 1, 300, 201, 350, 101])
  deepEqual(
    wanted.map(({ facts, revisions }) => [facts.part.number, [...revisions].sort((a, b) => a - b)]),
    [
      [1, [1, 100]],
      [2, [101]],
      [3, []],
      [4, [201, 300]],
      [5, [450]],
    ],
  )
})

test('thinning: others get a turn while many revisions are looked at', async () => {
  let pauses = 0
  const kept = Float64Array.from({ length: 100_000 }, (_, at) => 1 + (at % 100))
  await wantedOf(PARTS, kept, async () => {
    pauses++
  })
  equal(pauses, 6)
})

test('thinning: a part without anything wanted goes, and neighbours with little are merged', async () => {
  const most = Array.from({ length: 60 }, (_, at) => 201 + at)
  const cases = [
    { kept: [], drops: [1, 2, 3, 4, 5], merges: [] },
    { kept: [7, 107, 207, 407], drops: [3], merges: [[1, 2, 4, 5]] },
    // What holds much stays as it is, and nothing is merged across it.
    { kept: [7, 107, ...most, 407], drops: [3], merges: [[1, 2], [5]] },
    { kept: most, drops: [1, 2, 3, 5], merges: [] },
  ]
  for (const { kept, drops, merges } of cases) {
    const chosen = chooseThinning(await wantedIn(kept), 1_000_000)
    deepEqual(
      chosen.drops.map(({ number }) => number),
      drops,
    )
    deepEqual(
      chosen.merges.map(({ sources }) => sources.map(({ number }) => number)),
      merges,
    )
  }
})

test('thinning: a merge is no larger than a part may be', async () => {
  const chosen = chooseThinning(await wantedIn([7, 8, 107, 108, 207, 208]), 45)
  deepEqual(
    chosen.merges.map(({ sources, revisions }) => [sources.map(({ number }) => number), [...revisions]]),
    [
      [
        [1, 2],
        [7, 8, 107, 108],
      ],
      [[4], [207, 208]],
    ],
  )
})
