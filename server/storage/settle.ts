/**
 * A commit whose outcome is known. When the answer is lost, the same commit is asked again: its token makes it happen
 * at most once, so the answer to the repetition is the answer to the first.
 */
import { timeout } from '@muster/api/status.ts'
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Commit, CommitOutcome, Store } from '@muster/store/store.ts'

/** An outcome that somebody can be told. */
export type KnownOutcome = Exclude<CommitOutcome, { readonly outcome: 'unknown' }>

/** What settling takes. */
export interface SettleDeps {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
  readonly random: Random
}

/** Shorter than any client's patience, longer than a store takes to come back. */
export const SETTLE_MAX: Duration = seconds(20)
const AGAIN_AFTER = milliseconds(20)
const AGAIN_AFTER_MAX = seconds(1)

/**
 * Commits, and repeats it while the outcome is unknown. Throws what the store throws for a commit that cannot be tried;
 * and Timeout, when it cannot be learnt in time whether it was done.
 */
export async function commitSurely({ store, clock, random }: SettleDeps, commit: Commit): Promise<KnownOutcome> {
  const startedAt = clock.elapsed()
  let pause = backoff(AGAIN_AFTER, AGAIN_AFTER_MAX)
  for (let isInDoubt = false; ; ) {
    try {
      const outcome = await store.commit(commit)
      if (outcome.outcome !== 'unknown') return outcome
      isInDoubt = true
    } catch (error) {
      // A repetition that could not be tried says nothing of the first.
      if (!isInDoubt || !mayPass(error)) throw error
    }
    if (clock.elapsed() - startedAt >= SETTLE_MAX) {
      throw timeout('the store does not say whether the write was done; look before you try it again')
    }
    const { wait, next } = nextWait(pause, random)
    pause = next
    await clock.sleep(wait)
  }
}

const mayPass = (error: unknown): boolean =>
  hasCode(error, 'Unavailable') || hasCode(error, 'StorageFull') || hasCode(error, 'TooManyRequests')
