/** Somebody who watches everything from the start, and so knows what every other answer has to be. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Event, Revision, Store, Watch } from '../../store.ts'

/** What was seen, in order, for as long as it watches. */
export interface Witness {
  readonly events: readonly Event[]
  /** Stops watching; resolves once everything up to a revision was seen. */
  leave(upTo: Revision): Promise<void>
}

/** Watches all keys from now on. */
export function newWitness(store: Store, from: Revision): Witness {
  const events: Event[] = []
  const watch = store.watch('', from)
  const watching = (async () => {
    for await (const page of watch) events.push(...page)
  })()
  // Asked for when it leaves; a test that has failed before closes the store under it.
  watching.catch(() => undefined)
  return {
    events,
    async leave(upTo) {
      await arrived({ events }, upTo)
      watch.close()
      await watching
    },
  }
}

/** How long a watch may lag behind the head on a busy machine. */
const PATIENCE = seconds(10)

const label = (event: Event): string => {
  const before = event.previous ? ` was ${event.previous.revision}` : ''
  return event.event === 'put'
    ? `${event.key}@${event.revision}${before}`
    : `${event.key} gone @${event.revision}${before}`
}

/** Follows from a revision on to another one, and expects what the witness saw. False when compaction passed it. */
export async function follow(store: Store, witness: Witness, prefix: string, from: Revision, to: Revision) {
  const seen: Event[] = []
  let watch: Watch
  try {
    watch = store.watch(prefix, from)
    while (watch.revision < to) seen.push(...((await watch.next()) ?? []))
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    ok((await store.status()).horizon > from, 'Gone is said only of what lies below the horizon')
    return false
  }
  watch.close()
  const upTo = (list: readonly Event[]) => list.filter(({ revision }) => revision <= to).map(label)
  await arrived(witness, to)
  const expected = witness.events.filter(({ key, revision }) => key.startsWith(prefix) && revision > from)
  deepEqual(upTo(seen), upTo(expected), `a watch of '${prefix}' from ${from} to ${to}`)
  return true
}

/** Reads a range as of a revision, and expects the fold of what the witness saw. False when compaction passed it. */
export async function compareRange(store: Store, witness: Witness, prefix: string, at: Revision): Promise<boolean> {
  await arrived(witness, at)
  let found: string[]
  try {
    found = (await store.range(prefix, { at })).entries.map(({ key, revision }) => `${key}@${revision}`)
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    ok((await store.status()).horizon > at, 'Gone is said only of what lies below the horizon')
    return false
  }
  const fold = new Map<string, string>()
  for (const event of witness.events) {
    if (event.revision > at) break
    if (!event.key.startsWith(prefix)) continue
    if (event.event === 'put') fold.set(event.key, `${event.key}@${event.revision}`)
    else fold.delete(event.key)
  }
  deepEqual(found.sort(), [...fold.values()].sort(), `range of '${prefix}' at ${at}`)
  return true
}

/** Reads the history of one key, and expects every version at or above the horizon that the witness saw. */
export async function compareHistory(store: Store, witness: Witness, key: string): Promise<void> {
  const { head } = await store.status()
  const history = await store.history(key, { to: head })
  const { horizon } = await store.status()
  await arrived(witness, head)
  const expected = witness.events
    .filter((event) => event.key === key && event.revision > horizon && event.revision <= head)
    .map(({ revision }) => revision)
  const found = history.filter(({ revision }) => revision > horizon).map(({ revision }) => revision)
  equal(found.join(), expected.join(), `history of ${key} between ${horizon} and ${head}`)
}

/** The witness is told soon after the head has moved, or never. */
async function arrived(witness: Pick<Witness, 'events'>, revision: Revision): Promise<void> {
  const from = systemClock.elapsed()
  while ((witness.events.at(-1)?.revision ?? 0) < revision) {
    ok(systemClock.elapsed() - from < PATIENCE, `the witness was never told of revision ${revision}`)
    await systemClock.sleep(milliseconds(1))
  }
}
