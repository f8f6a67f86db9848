/** What a token turned out to be. */
import type { User } from '../user.ts'

/** `unknown`: not a token of that kind, so others may look at it. `refused`: of that kind, and not good. */
export type TokenOutcome =
  | {
      readonly outcome: 'known'
      readonly user: User
      /** Whom the token is meant for, of those that were asked for; empty when it says nothing of that. */
      readonly audiences: readonly string[]
      /** To be told to whoever showed it. */
      readonly warning?: string
    }
  | { readonly outcome: 'unknown' }
  | { readonly outcome: 'refused'; readonly why: string }

/** Not a token of this kind. */
export const UNKNOWN: TokenOutcome = { outcome: 'unknown' }

/** A token of this kind that is not good. */
export const refused = (why: string): TokenOutcome => ({ outcome: 'refused', why })
