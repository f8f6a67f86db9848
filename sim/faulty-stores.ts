/** A store as a server sees it: through a line that loses answers, and for one of them comes late and breaks. */

import { milliseconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { between, chance, type Random } from '@muster/base/random.ts'
import { plainStore } from '@muster/server/storage/testbed.ts'
import type { Commit, CommitOutcome, Event, Revision, Store, Watch } from '@muster/store/store.ts'
import type { Process } from './party.ts'

/** A store that loses one answer in ten: half of them before the commit is tried. */
export function forgetful(store: Store, { random }: Process): Store {
  return {
    ...plainStore(store),
    async commit(commit: Commit): Promise<CommitOutcome> {
      const loses = chance(random, 0.1)
      if (loses && chance(random, 0.5)) return { outcome: 'unknown', reason: 'the question is lost' }
      const outcome = await store.commit(commit)
      return loses ? { outcome: 'unknown', reason: 'the answer is lost' } : outcome
    },
  }
}

/** A store behind a line: answers take a while, events come late and in other pages, and the line breaks. */
export function distant(store: Store, { clock, random }: Process): Store {
  const late = () => clock.sleep(milliseconds(chance(random, 0.15) ? between(random, 100, 1_000) : random.next() * 10))
  return {
    ...store,
    async head() {
      const head = await store.head()
      await late()
      return head
    },
    async range(prefix, options) {
      // A whole resource takes longer, and is written meanwhile.
      await clock.sleep(milliseconds(random.next() * 400))
      return store.range(prefix, options)
    },
    // The past is read quickly, and so may be further than what the server has heard of by itself.
    watch: (prefix, after) => brokenWatch(store.watch(prefix, after), prefix === '' ? late : async () => {}, random),
  }
}

function brokenWatch(watch: Watch, late: () => Promise<void>, random: Random): Watch {
  let rest: readonly Event[] = []
  const whole: Watch = {
    get revision() {
      return watch.revision
    },
    close: () => watch.close(),
    [Symbol.asyncIterator]: () => watch[Symbol.asyncIterator](),
    async next(upTo?: Revision) {
      const events = rest.length > 0 ? rest : await watch.next(upTo)
      await late()
      if (chance(random, 0.02)) throw new ControlError('Unavailable', 'the line broke')
      if (!events) return events
      const count = between(random, Math.min(1, events.length), events.length)
      rest = events.slice(count)
      return events.slice(0, count)
    },
  }
  return whole
}
