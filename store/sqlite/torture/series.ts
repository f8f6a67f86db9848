/** A known series of commits, one after the other: what a store holds after any number of them is known in full. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import type { Revision, Store } from '../../store.ts'
import { type Belief, commitOf, type Plan, type PlannedWrite, valueBy } from './workload.ts'

/** How many commits there are. */
export const SERIES_COMMITS = 24

const KEYS = 7

/** Commits that fit into one page of the tape, that fill several, and that end in the middle of one. */
export function series(): readonly Plan[] {
  const belief: Belief = new Map()
  let head = 0
  return Array.from({ length: SERIES_COMMITS }, (_, at) => {
    const first = `key/${at % KEYS}`
    const revision = belief.get(first) ?? 0
    const writes: PlannedWrite[] = []
    for (let offset = 0; offset <= at % 4; offset++) {
      const key = `key/${(at + offset) % KEYS}`
      const deletes = at % 5 === 4 && (belief.get(key) ?? 0) > 0
      writes.push(
        deletes
          ? { write: 'delete', key }
          : { write: 'put', key, bytes: at % 3 === 2 ? 9_000 : 40 + 13 * at, lease: '' },
      )
      belief.set(key, deletes ? 0 : ++head)
      if (deletes) head++
    }
    return { token: `series/${at}`, guards: [{ guard: 'revision', key: first, equals: revision as Revision }], writes }
  })
}

/** Makes every commit of the series, each after the one before it was acknowledged. */
export async function playSeries(store: Store): Promise<void> {
  for (const plan of series()) {
    const outcome = await store.commit(commitOf(plan))
    equal(outcome.outcome, 'committed', JSON.stringify(outcome))
  }
}

/** Expects the store to hold the first so many commits, whole, and nothing else; answers how many. */
export async function checkPrefix(store: Store): Promise<number> {
  const { head } = await store.status()
  const expected: string[] = []
  let count = 0
  let revision = 0
  for (const { token, writes } of series()) {
    if (revision >= head) break
    for (const write of writes) {
      revision++
      const value = write.write === 'put' ? sum(valueBy(token, write.key, write.bytes)) : 'deleted'
      expected.push(`${revision} ${write.key} ${token} ${value}`)
    }
    count++
  }
  equal(revision, head, 'a commit is there in part')
  const found: string[] = []
  for (let at = 0; at < KEYS; at++) {
    for (const version of await store.history(`key/${at}`)) {
      const value = version.version === 'put' ? sum(version.entry.value) : 'deleted'
      found.push(`${version.revision} ${version.key} ${version.token} ${value}`)
    }
  }
  const order = (one: string, other: string) => Number.parseInt(one, 10) - Number.parseInt(other, 10)
  deepEqual(found.sort(order), expected)
  const live = (await store.range('')).entries.length
  const middle = Math.ceil(head / 2)
  ok((await store.range('', { at: middle as Revision })).entries.length > 0 || head === 0)
  ok(live > 0 || head === 0)
  return count
}

const sum = (bytes: Uint8Array): string => `${bytes.length}:${Buffer.from(bytes).toString('latin1', 0, 40)}`
