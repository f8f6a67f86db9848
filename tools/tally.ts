/** How tests ended, in numbers. */

/** The count of tests by how they ended, and of the skipped ones by their reason. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly reasons: ReadonlyMap<string, number>
}

/** Nothing ran. */
export const NO_TESTS: Tally = { passed: 0, failed: 0, skipped: 0, reasons: new Map() }

/** Two runs as one. */
export function addTallies(one: Tally, other: Tally): Tally {
  const reasons = new Map(one.reasons)
  for (const [reason, count] of other.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    reasons,
  }
}

/** True when something ran and nothing failed: a run without tests proves nothing. */
export const isGreen = ({ passed, failed }: Tally): boolean => passed > 0 && failed === 0

/** The last line of every run of tests. */
export const formatTally = ({ passed, failed, skipped }: Tally): string =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`
