/**
 * How many requests are answered at once. Beyond that a client is told to come back, rather than wait in a queue that
 * grows. Reads and writes are counted apart, so that neither can starve the other. (Fairness between users comes with
 * priority levels; these limits hold the server up until then.)
 */

/** As kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight, of old. */
export const READS_MAX = 400
/** See {@link READS_MAX}. */
export const WRITES_MAX = 200

/** What a request counts as. Watches last for hours and are limited by the storage. */
export type Load = 'readOnly' | 'mutating' | 'watch'

/** A place that was given; `leave` gives it back. */
export interface Place {
  leave(): void
}

/** Places for requests. */
export interface InFlight {
  /** Undefined when all are taken. */
  enter(load: Load): Place | undefined
}

/** Places, all free. `changed` hears of each change. */
export function createInFlight(changed: (load: Load, change: 1 | -1) => void): InFlight {
  const taken: Record<Load, number> = { readOnly: 0, mutating: 0, watch: 0 }
  const max: Record<Load, number> = { readOnly: READS_MAX, mutating: WRITES_MAX, watch: Number.POSITIVE_INFINITY }
  return {
    enter(load) {
      if (taken[load] >= max[load]) return undefined
      taken[load]++
      changed(load, 1)
      return {
        leave() {
          taken[load]--
          changed(load, -1)
        },
      }
    },
  }
}

const READ_VERBS: ReadonlySet<string> = new Set(['get', 'list', 'head', 'options'])

/** What a request with this verb counts as. */
export const loadOf = (verb: string): Load =>
  verb === 'watch' ? 'watch' : READ_VERBS.has(verb) ? 'readOnly' : 'mutating'
