/** Seals anew what was kept otherwise: in plain, or with a key that is to go. What is there already is left alone. */

import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { Store } from '@muster/store/store.ts'
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
export async function reseal({ store, sealer, clock, random }: ResealDeps): Promise<number> {
  let count = 0
  for (let from: string | undefined = ''; from !== undefined; ) {
    const page: Awaited<ReturnType<Store['range']>> = await store.range('', {
      limit: RANGE_LIMIT_MAX,
      ...(from ? { from } : {}),
    })
    for (const { key, value, revision } of page.entries) {
      if (sealer.isSealedAnew(key, value)) continue
      const plain = sealer.open(key, value)
      if (plain.length === 0) continue
      const outcome = await commitSurely(
        { store, clock, random },
        {
          token: `reseal-${newId(random)}`,
          guards: [{ guard: 'revision', key, equals: revision }],
          writes: [{ write: 'put', key, value: await sealer.seal(key, plain) }],
          cause: { actor: 'system:muster:encryption', reason: 'seals what is kept with the key that is first now' },
        },
      )
      if (outcome.outcome === 'committed') count++
    }
    from = page.next
  }
  return count
}
