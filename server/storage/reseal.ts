/** Seals anew what was kept otherwise: in plain, or with a key that is to go. What is there already is left alone. */
import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { Entry, Store } from '@muster/store/store.ts'
import type { Sealer } from './sealed-store.ts'
import { commitSurely } from './settle.ts'

/** What sealing anew takes. */
export interface ResealDeps {
  /** As it is, values sealed. */
  readonly store: Pick<Store, 'range' | 'commit'>
  readonly sealer: Sealer
  readonly clock: Clock
  readonly random: Random
}

/**
 * Goes through all live values and answers how many it sealed anew, each in a commit of its own that changes nothing else.
 * What somebody writes meanwhile is sealed by that. History keeps what it holds, as it was sealed then.
 */
export async function reseal(deps: ResealDeps): Promise<number> {
  let count = 0
  for (let from: string | undefined = ''; from !== undefined; ) {
    const page: Awaited<ReturnType<Store['range']>> = await deps.store.range('', {
      limit: RANGE_LIMIT_MAX,
      ...(from ? { from } : {}),
    })
    for (const entry of page.entries) {
      if (await resealOne(deps, entry, 'seals what is kept with the key that is first now')) count++
    }
    from = page.next
  }
  return count
}

/** Seals one live value anew, where it is not; false when there was nothing to do, or when somebody has just written it. */
export async function resealOne(
  { store, sealer, clock, random }: ResealDeps,
  { key, value, revision }: Entry,
  reason: string,
): Promise<boolean> {
  if (sealer.isSealedAnew(key, value)) return false
  const plain = sealer.open(key, value)
  if (plain.length === 0) return false
  const { outcome } = await commitSurely(
    { store, clock, random },
    {
      token: `reseal-${newId(random)}`,
      guards: [{ guard: 'revision', key, equals: revision }],
      writes: [{ write: 'put', key, value: await sealer.seal(key, plain) }],
      cause: { actor: 'system:muster:encryption', reason },
    },
  )
  return outcome === 'committed'
}
