/** A Muster store under a workload: every commit with a token of its own, guards and a cause. */
import { assert } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { systemRandom } from '@muster/base/system.ts'
import type { Guard, Revision, Store } from '@muster/store/store.ts'
import type { GuardedWrite, Subject } from './subject.ts'

const CAUSE = { actor: 'bench', reason: 'load' } as const

/** The store is the subject's from now on: closing the one closes the other. */
export function musterSubject(store: Store): Subject {
  // Drawn once: sixteen random letters for each commit would cost more than the commit does.
  const run = newId(systemRandom)
  let commits = 0
  return {
    async write(writes) {
      const outcome = await store.commit({
        token: `${run}-${++commits}`,
        guards: writes.map(guardOf),
        writes: writes.map(({ key, value }) => ({ write: 'put', key, value })),
        cause: CAUSE,
      })
      assert(outcome.outcome === 'committed', 'a commit that nobody disturbs is committed')
      return outcome.revisions.map((revision) => revision ?? 0)
    },
    async read(key) {
      const { entries } = await store.range(key, { limit: 1 })
      return entries[0]?.value
    },
    async page(prefix, from, limit) {
      const { entries } = await store.range(prefix, { from, limit })
      return entries
    },
    async watch(prefix, seen, lost) {
      const { head } = await store.status()
      const watch = store.watch(prefix, head)
      follow().catch(lost)
      return () => watch.close()

      async function follow(): Promise<void> {
        for await (const events of watch) {
          for (const event of events) if (event.event === 'put') seen(event.revision, event.entry.value)
        }
      }
    },
    close: () => store.close(),
  }
}

const guardOf = ({ key, guard }: GuardedWrite): Guard =>
  guard === 0 ? { guard: 'absent', key } : { guard: 'revision', key, equals: revision(guard) }

const revision = (number: number): Revision => number as Revision
