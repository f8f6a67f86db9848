/** Short forms for the suite: what a case is about stands out when the rest is one word. */
import { equal } from 'node:assert/strict'
import { seconds } from '@muster/base/clock.ts'
import type { Commit, CommitOutcome, Entry, Event, Guard, LeaseId, Revision, Store, Watch, Write } from '../store.ts'

/** A number as a revision. */
export const at = (revision: number): Revision => revision as Revision
/** Bytes as text. */
export const text = (value: Uint8Array): string => Buffer.from(value).toString()
/** The shortest lease there is. */
export const TTL = seconds(1)

let tokens = 0

/** A token that no other commit of this run has. */
export const freshToken = (): string => `token-${tokens++}`

/** Puts a key; its own name is the value unless another is given. */
export const put = (key: string, value = key, lease?: LeaseId): Write =>
  lease === undefined
    ? { write: 'put', key, value: Buffer.from(value) }
    : { write: 'put', key, value: Buffer.from(value), lease }

/** Deletes a key. */
export const del = (key: string): Write => ({ write: 'delete', key })
/** Guards that a key is not there. */
export const absent = (key: string): Guard => ({ guard: 'absent', key })
/** Guards that a key was last written at a revision. */
export const isAt = (key: string, revision: number): Guard => ({ guard: 'revision', key, equals: at(revision) })

/** A commit that only says what it writes; its guard is what each first key is now. */
export async function commitOf(store: Store, writes: readonly Write[], more: Partial<Commit> = {}): Promise<Commit> {
  const key = writes[0]?.key ?? ''
  const [entry] = (await store.range(key)).entries.filter((found) => found.key === key)
  const guards: Guard[] = [entry ? isAt(key, entry.revision) : absent(key)]
  return { token: freshToken(), guards, writes, cause: { actor: 'suite', reason: 'a case' }, ...more }
}

/** Commits, and expects it to succeed. */
export async function write(store: Store, ...writes: Write[]): Promise<Revision> {
  return committed(await store.commit(await commitOf(store, writes))).revision
}

/** The outcome, which has to be that it was committed. */
export function committed(outcome: CommitOutcome): Extract<CommitOutcome, { outcome: 'committed' }> {
  if (outcome.outcome !== 'committed') equal(JSON.stringify(outcome), 'committed')
  return outcome as Extract<CommitOutcome, { outcome: 'committed' }>
}

/** `key=value@revision`, for what is there now or was at a revision. */
export const show = (entry: Entry): string => `${entry.key}=${text(entry.value)}@${entry.revision}`

/** What a range holds, shown. */
export async function listed(store: Store, prefix = '', revision?: Revision): Promise<string[]> {
  const range = await store.range(prefix, revision === undefined ? {} : { at: revision })
  return range.entries.map(show)
}

/** `key=value@revision was value@revision`, or `key gone @revision`. */
export const showEvent = (event: Event): string => {
  const before = event.previous ? ` was ${text(event.previous.value)}@${event.previous.revision}` : ''
  return event.event === 'put' ? `${show(event.entry)}${before}` : `${event.key} gone @${event.revision}${before}`
}

/** The next `count` events of a watch. */
export async function take(watch: Watch, count: number): Promise<Event[]> {
  const events: Event[] = []
  while (events.length < count) events.push(...((await watch.next()) ?? []))
  equal(events.length, count)
  return events
}
