/**
 * Deletes what belongs to nobody any more, and lets go of what waits for its dependents.
 *
 *     ownership changes ──► keys in a queue ──► look at what is known ──► decide ──► nothing to do
 *                                                                           └──► look at what is newest ─ decide ─► act
 *
 * Guarantees: nothing is deleted that has an owner which is there and does not wait for it; a crash at any line is
 * mended by the next start, at which everything that has owners or waits is looked at once; what fails is looked at
 * again, later each time. Several servers over one store may collect at once: they only meet in conflicts.
 */
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { workThrough } from '@muster/kernel/work-through.ts'
import type { Revision } from '@muster/store/store.ts'
import { formatKey, type ObjectKey, parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { type ActDeps, act } from './act.ts'
import { decide } from './decide.ts'
import { type LookDeps, look } from './look.ts'

/** What collecting takes. */
export interface GarbageDeps extends Omit<ActDeps, 'objects'>, Pick<LookDeps, 'findKind'> {
  readonly objects: Pick<Storage, 'find' | 'dependentsOf' | 'followOwnership' | 'update' | 'remove' | 'versions'>
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

/** Objects that are looked at side by side. Source: kube-controller-manager --concurrent-gc-syncs. */
export const LOOKS_AT_ONCE = 20
/** Owners that are remembered to be gone, when their kind is perhaps gone too. As many as may go while a queue empties. */
export const GONE_MAX = 10_000

const AGAIN_AFTER = milliseconds(200)
const AGAIN_AFTER_MAX = seconds(30)

/** Collects until the signal aborts. Returns at once; what it does, it does in its own time. */
export function collectGarbage(deps: GarbageDeps, signal: AbortSignal): void {
  const { objects, clock, random, log } = deps
  const queue = createWorkQueue(random)
  const gone = new Map<string, Revision>()
  const lookDeps: LookDeps = { ...deps, goneSince: (cluster, uid) => gone.get(`${cluster} ${uid}`) }
  const work = workThrough(
    { queue, clock, workers: LOOKS_AT_ONCE, look: (key) => collect(deps, lookDeps, key) },
    signal,
  )

  const listener = {
    look(key: string) {
      queue.add(key)
      work.wake()
    },
    gone(cluster: string, uid: string, revision: Revision) {
      gone.set(`${cluster} ${uid}`, revision)
      const [oldest] = gone.keys()
      if (gone.size > GONE_MAX && oldest !== undefined) gone.delete(oldest)
    },
  }
  const begin = async () => {
    let pause = backoff(AGAIN_AFTER, AGAIN_AFTER_MAX)
    while (!signal.aborted) {
      try {
        return await objects.followOwnership(listener)
      } catch (error) {
        if (!isControlError(error)) throw error
        if (signal.aborted) return
        log.warn('garbage collection cannot begin; it tries again', { error })
      }
      const { wait, next } = nextWait(pause, random)
      pause = next
      await clock.sleep(wait)
    }
  }
  void begin()
}

/** Looks after a conflict, before it counts as a failure: whoever was faster may have been another collector. */
const LOOKS_MAX = 5

/** Looks at one object, and does what is to be done about it. */
async function collect(deps: GarbageDeps, lookDeps: LookDeps, text: string): Promise<'succeeded' | 'failed'> {
  const key = parseKey(text)
  // Events and their like are never waited for, and go by themselves.
  if (!key || deps.kindAt(key)?.kind.rules.dependents === 'unsupported') return 'succeeded'
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    try {
      return await collectOnce(deps, lookDeps, key)
    } catch (error) {
      if (!isControlError(error)) throw error
      if (hasCode(error, 'Conflict')) continue
      if (!hasCode(error, 'Unavailable'))
        deps.log.warn('garbage could not be collected; there will be another look', { key: text, error })
      return 'failed'
    }
  }
  return 'failed'
}

async function collectOnce(deps: GarbageDeps, lookDeps: LookDeps, key: ObjectKey): Promise<'succeeded' | 'failed'> {
  for (const howNew of ['known', 'newest'] as const) {
    const sight = await look(lookDeps, key, howNew)
    if (!sight) return 'succeeded'
    const step = decide(sight)
    if (step.do === 'nothing') return 'succeeded'
    if (step.do === 'leave') {
      deps.log.warn('an object is left alone by garbage collection', { key: formatKey(key), why: step.why })
      return step.again ? 'failed' : 'succeeded'
    }
    if (howNew === 'newest') await act(deps, sight, step)
  }
  return 'succeeded'
}
