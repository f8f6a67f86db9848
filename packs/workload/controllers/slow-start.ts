/** Does many things of one sort side by side, a few at first. Source: kubernetes slowStartBatch. */

/** Things that are done at once. Source: kubernetes statefulset MaxBatchSize. */
const BATCH_MAX = 500

/**
 * One, then two, four and so on at once, as long as all succeed: what must fail for all of them (a quota that is used
 * up) is tried a few times and not a thousand. Throws the first failure, once its batch has ended.
 */
export async function slowStart<T>(things: readonly T[], act: (thing: T) => Promise<unknown>): Promise<void> {
  let size = 1
  for (let begun = 0; begun < things.length; size = Math.min(2 * size, BATCH_MAX)) {
    const outcomes = await Promise.allSettled(things.slice(begun, begun + size).map(act))
    const failed = outcomes.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    begun += size
  }
}
