/** How many connections a pod gets beside others of its service: an annotation of pods, which slices of endpoints pass on. */

/** Annotation of a pod, and of a slice all of whose endpoints have it. */
export const WEIGHT = 'muster.dev/weight'
/** Of pods that say nothing. */
export const WEIGHT_DEFAULT = 100
const WEIGHT_MAX = 1000

/**
 * A whole number of 0 to 1000. One of 10 gets a tenth of the connections that one of 100 gets; one of 0 gets none, unless
 * nobody else is there. What cannot be read is as if it were not there.
 */
export function weightOf(annotations: Readonly<Record<string, string>> | undefined): number {
  const text = annotations?.[WEIGHT]
  if (text === undefined || !/^\d{1,4}$/.test(text)) return WEIGHT_DEFAULT
  return Math.min(Number(text), WEIGHT_MAX)
}
