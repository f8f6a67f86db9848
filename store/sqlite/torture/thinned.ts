/** What must be left of a store that was killed while it was compacted. */
import { deepEqual, equal, fail, ok } from 'node:assert/strict'
import { between, type Random } from '@muster/base/random.ts'
import type { Revision, Store } from '../../store.ts'
import type { CompactorSaid } from './compactor-program.ts'

/** One write, known to be durable, or asked for. */
interface Written {
  readonly token: string
  readonly deletes: boolean
  revision: number | undefined
}

/** Every write of a directory, by key, in order. */
export interface Ledger {
  readonly writes: Map<string, Written[]>
  horizonAsked: number
  horizonAcked: number
  compactions: number
}

/** Knows of nothing. */
export const newLedger = (): Ledger => ({ writes: new Map(), horizonAsked: 0, horizonAcked: 0, compactions: 0 })

/** Takes in what a child has said. */
export function note(ledger: Ledger, heard: readonly CompactorSaid[]): void {
  for (const said of heard) {
    switch (said.say) {
      case 'ready':
        break
      case 'asked': {
        const { key, token, deletes } = said
        ledger.writes.set(key, [...(ledger.writes.get(key) ?? []), { token, deletes, revision: undefined }])
        break
      }
      case 'acked': {
        const last = ledger.writes.get(said.key)?.at(-1)
        if (last) last.revision = said.revision
        break
      }
      case 'compacting':
        ledger.horizonAsked = Math.max(ledger.horizonAsked, said.horizon)
        break
      case 'compacted':
        ledger.horizonAcked = Math.max(ledger.horizonAcked, said.horizon)
        ledger.compactions++
        break
      case 'broken':
        fail(`a store that was compacted broke by itself: ${said.why}`)
        break
      default:
        said satisfies never
    }
  }
}

/** Expects each key as it was left, no deleted one back, and ranges at and above the horizon to be what they were. */
export async function checkThinned(ledger: Ledger, store: Store, random: Random): Promise<void> {
  const { head, horizon } = await store.status()
  ok(horizon >= ledger.horizonAcked && horizon <= ledger.horizonAsked, `the horizon is ${horizon}`)
  const live = new Map((await store.range('')).entries.map((entry) => [entry.key, entry]))
  for (const [key, writes] of ledger.writes) {
    const last = writes.at(-1)
    if (last?.revision === undefined) await learn(store, key, writes)
    const now = writes.at(-1)
    const entry = live.get(key)
    live.delete(key)
    if (!now || now.deletes) {
      equal(entry?.revision, undefined, `${key} was deleted at ${now?.revision} and is back`)
      continue
    }
    equal(entry?.revision, now.revision, `${key} was written at ${now.revision} by ${now.token}`)
    const token = Buffer.from(entry?.value ?? '').toString('latin1', 0, now.token.length + 1)
    equal(token, `${now.token}|`)
  }
  deepEqual([...live.keys()], [], 'keys that nobody wrote')
  for (const at of [horizon, between(random, horizon, head), between(random, horizon, head)]) {
    const found = (await store.range('', { at: at as Revision })).entries.map(
      ({ key, revision }) => `${key}@${revision}`,
    )
    const fold = [...ledger.writes].flatMap(([key, writes]) => {
      const then = writes.findLast(({ revision }) => revision !== undefined && revision <= at)
      return then && !then.deletes ? [`${key}@${then.revision}`] : []
    })
    deepEqual(found.sort(), fold.sort(), `range at ${at} of ${horizon} to ${head}`)
  }
}

/** Whether a write that was never answered was made: its version tells, or there is none. */
async function learn(store: Store, key: string, writes: Written[]): Promise<void> {
  const doubtful = writes.at(-1)
  const newest = (await store.history(key)).at(-1)
  if (doubtful && newest?.token === doubtful.token) doubtful.revision = newest.revision
  else writes.pop()
}
