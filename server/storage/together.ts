/**
 * Several writes that happen together: decided one after the other on a stage, committed, and decided anew when something
 * has changed in between.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { Cause } from '@muster/store/store.ts'
import { TRIES_MAX } from './decide.ts'
import type { ObjectKey } from './key.ts'
import type { Stage, StageDone } from './stage.ts'

/** What all of the writes say of themselves. */
export interface TogetherRequest<Decided> {
  /** Names them, in at most 80 bytes: no other write may have it. */
  readonly id: string
  readonly cause: Cause
  /** All is checked, and nothing is written. */
  readonly dryRun?: boolean
  /** How a refusal of one of them is thrown that comes up only when they are put together, such as that of a quota. */
  readonly refused?: (why: ControlError, key: ObjectKey, decided: Decided) => ControlError
  /** Decides on the writes; throws what refuses them. Called again when something changed meanwhile. */
  readonly decide: (stage: Stage) => Promise<Decided>
}

/** What was decided last, and how it was done. */
export interface Together<Decided> extends StageDone {
  readonly decided: Decided
  readonly stage: Stage
}

/** Does it. Throws what refuses it, TooLarge, Conflict after too many tries, and what the store throws. */
export async function writeTogether<Decided>(
  openStage: () => Promise<Stage>,
  { id, cause, dryRun = false, refused = (why) => why, decide }: TogetherRequest<Decided>,
): Promise<Together<Decided>> {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const stage = await openStage()
    const decided = await decide(stage)
    // Each try is another commit, with other guards; only the same one may be repeated under the same token.
    const end = await stage.commit({
      token: `${id}/together/${attempt}`,
      cause,
      dryRun,
      refused: (key, why) => refused(why, key, decided),
    })
    if (end.outcome !== 'conflict') return { ...end, decided, stage }
  }
  throw new ControlError('Conflict', 'what the writes rest on keeps changing; please try again')
}
