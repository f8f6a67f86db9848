/** A store that is overwritten and compacted without a pause, to be killed. Each writer has keys of its own. */
import { milliseconds } from '@muster/base/clock.ts'
import { between, chance, fork, type Random, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Revision, Store } from '../../store.ts'
import { deleteOne, openSmall, putOne } from './cases.ts'
import { onOrder, say } from './saying.ts'

/** What the parent orders, once. */
export interface CompactorStart {
  readonly directory: string
  readonly seed: number
  /** Begins every token of this child. */
  readonly name: string
}

/** What it says: each write before and after, so that the parent knows which may or must be there. */
export type CompactorSaid =
  | { readonly say: 'ready' }
  | { readonly say: 'asked'; readonly key: string; readonly token: string; readonly deletes: boolean }
  | { readonly say: 'acked'; readonly key: string; readonly revision: Revision }
  | { readonly say: 'compacting'; readonly horizon: Revision }
  | { readonly say: 'compacted'; readonly horizon: Revision }
  | { readonly say: 'broken'; readonly why: string }

/** Writers, and keys of each. */
export const COMPACTOR_WRITERS = 6
/** See {@link COMPACTOR_WRITERS}. */
export const COMPACTOR_KEYS = 8

const VALUE_BYTES = 48 * 1024

async function run({ directory, seed, name }: CompactorStart): Promise<void> {
  const random = seededRandom(seed)
  const store = await openSmall(directory)
  say({ say: 'ready' } satisfies CompactorSaid)
  const writers = Array.from({ length: COMPACTOR_WRITERS }, (_, who) => write(store, fork(random), who, name))
  await Promise.all([...writers, compact(store, fork(random))])
}

async function write(store: Store, random: Random, who: number, name: string): Promise<void> {
  const revisions = new Map<string, Revision>()
  for (const { key, revision } of (await store.range(`${who}/`)).entries) revisions.set(key, revision)
  for (let count = 0; ; count++) {
    // The first keys are written rarely, so that old parts hold little that is still wanted.
    const key = `${who}/${Math.floor(COMPACTOR_KEYS * random.next() ** 0.3)}`
    const token = `${name}/${who}/${count}`
    const from = revisions.get(key)
    const deletes = from !== undefined && chance(random, 0.3)
    say({ say: 'asked', key, token, deletes } satisfies CompactorSaid)
    if (deletes) {
      const revision = await deleteOne(store, token, key)
      revisions.delete(key)
      say({ say: 'acked', key, revision } satisfies CompactorSaid)
    } else {
      const value = Buffer.alloc(VALUE_BYTES, `${token}|`)
      const revision = await putOne(store, { token, key, value, from: from ?? 0 })
      revisions.set(key, revision)
      say({ say: 'acked', key, revision } satisfies CompactorSaid)
    }
  }
}

async function compact(store: Store, random: Random): Promise<void> {
  for (;;) {
    await systemClock.sleep(milliseconds(between(random, 0, 15)))
    const { head, horizon: before } = await store.status()
    const horizon = Math.max(before, head - between(random, 0, 40)) as Revision
    say({ say: 'compacting', horizon } satisfies CompactorSaid)
    await store.compact({ horizon })
    say({ say: 'compacted', horizon } satisfies CompactorSaid)
  }
}

onOrder<CompactorStart>((start) => {
  run(start).catch((error) => {
    say({ say: 'broken', why: String(error?.stack ?? error) } satisfies CompactorSaid)
    process.exit(1)
  })
})
