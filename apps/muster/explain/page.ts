/** One page for one kind of trouble: what a code means, where it comes from, and what to do. */
import type { ExitCode } from '../exit-codes.ts'
import type { Text } from '../terminal/language.ts'

/** What `muster explain CODE` prints, in both languages, and how a command that meets the trouble exits. */
export interface Page {
  readonly title: Text
  readonly exit: ExitCode
  /** What happened, and what did not. */
  readonly meaning: Text
  /** The usual causes. */
  readonly causes: Text
  /** What to do, the likeliest cure first. */
  readonly cure: Text
}
