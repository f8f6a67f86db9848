/** Small commits for tests that care about files rather than about commits. */
import { equal } from 'node:assert/strict'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import type { Commit, Entry, LeaseId, Revision, Store } from '../../store.ts'
import { openSqliteStore } from '../open.ts'

/** The smallest part there is: 8 MiB. */
export const SMALL_PARTS = 8 * 1024 * 1024

/** Opens a store with the machine's clock and the smallest parts. */
export const openSmall = (directory: string): Promise<Store> =>
  openSqliteStore({ directory, clock: systemClock, random: systemRandom, partBytesMax: SMALL_PARTS })

/** What {@link putCommit} is told. */
export interface PutOptions {
  readonly token: string
  readonly key: string
  readonly value: string | Uint8Array
  /** What the key must be at; 0 when it must not be there. */
  readonly from?: number
  readonly lease?: LeaseId
}

/** A commit of one put. */
export const putCommit = ({ token, key, value, from = 0, lease }: PutOptions): Commit => {
  const put = { write: 'put', key, value: Buffer.from(value) } as const
  return {
    token,
    guards: [{ guard: 'revision', key, equals: from as Revision }],
    writes: [lease === undefined ? put : { ...put, lease }],
    cause: { actor: 'torture', reason: 'a case' },
  }
}

/** Commits one put and expects it to succeed. */
export async function putOne(store: Store, options: PutOptions): Promise<Revision> {
  const outcome = await store.commit(putCommit(options))
  equal(outcome.outcome, 'committed', JSON.stringify(outcome))
  return outcome.revision
}

/** Deletes one key that is there, and expects it to succeed. */
export async function deleteOne(store: Store, token: string, key: string): Promise<Revision> {
  const outcome = await store.commit({
    token,
    guards: [{ guard: 'revision', key, equals: (await entryOf(store, key))?.revision ?? (0 as Revision) }],
    writes: [{ write: 'delete', key }],
    cause: { actor: 'torture', reason: 'a case' },
  })
  equal(outcome.outcome, 'committed', JSON.stringify(outcome))
  return outcome.revision
}

/** The live entry of one key. */
export const entryOf = async (store: Store, key: string): Promise<Entry | undefined> =>
  (await store.range(key)).entries.find((entry) => entry.key === key)

/** Overwrites a few keys until so many parts have been filled, more or less. Answers the head. */
export async function fillParts(store: Store, parts: number, name = 'fill', keys = 4): Promise<Revision> {
  const value = Buffer.alloc(128 * 1024, name)
  const revisions = new Map<string, number>()
  const commits = Math.ceil((parts * SMALL_PARTS) / value.length)
  for (let done = 0; done < commits; ) {
    const batch = Array.from({ length: Math.min(keys, commits - done) }, (_, at) => `${name}/${at}`)
    await Promise.all(
      batch.map(async (key, at) => {
        const token = `${name}/${done + at}`
        revisions.set(key, await putOne(store, { token, key, value, from: revisions.get(key) ?? 0 }))
      }),
    )
    done += batch.length
  }
  return (await store.status()).head
}
