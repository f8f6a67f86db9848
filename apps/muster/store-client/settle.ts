/** A commit that ended `unknown` is repeated, token and all, until it is known how it ended. */
import type { Backoff } from '@muster/base/backoff.ts'
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, deadlineAfter, hasPassed, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Commit, CommitOutcome, Store } from '@muster/store/store.ts'

/** What a commit can be once it is settled, or `unknown` when time ran out. */
export interface SettleDeps {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
  readonly random: Random
  /** How long to try before giving up. */
  readonly patience: Duration
}

/** Commits, repeating while the outcome is unknown. Safe: the store applies a token at most once. */
export async function settle({ store, clock, random, patience }: SettleDeps, commit: Commit): Promise<CommitOutcome> {
  const deadline = deadlineAfter(clock, patience)
  let waiting: Backoff = backoff(milliseconds(50), seconds(1))
  let outcome = await store.commit(commit)
  while (outcome.outcome === 'unknown' && !hasPassed(clock, deadline)) {
    const { wait, next } = nextWait(waiting, random)
    waiting = next
    await clock.sleep(wait)
    try {
      outcome = await store.commit(commit)
    } catch (error) {
      // The first try may have been durable, so a server that is gone now leaves the question open.
      if (!hasCode(error, 'Unavailable')) throw error
    }
  }
  return outcome
}
