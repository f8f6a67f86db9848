/** How the last commits ended, by token, so that a repeated commit is answered rather than done again. */
import type { CommitOutcome, Revision } from './store.ts'

/** The answer that a repeated token is given again. */
export type Committed = Extract<CommitOutcome, { outcome: 'committed' }>

/**
 * At least this many of the newest commits are remembered, at most twice as many. Beyond them the guard on a written
 * key, which every commit has, keeps a repeated commit from being applied blindly.
 */
export const TOKENS_REMEMBERED_MIN = 65_536

/** Two generations: the older is forgotten whole when the younger is full, so nothing is ever searched for the oldest. */
export class Tokens {
  #younger = new Map<string, Committed>()
  #older = new Map<string, Committed>()

  remember(token: string, outcome: Committed): void {
    if (this.#younger.size >= TOKENS_REMEMBERED_MIN) {
      this.#older = this.#younger
      this.#younger = new Map()
    }
    this.#younger.set(token, outcome)
  }

  /** The answers of commits that end at or below a revision, the oldest first. */
  upTo(revision: Revision): { readonly token: string; readonly answer: Committed }[] {
    const answers: { token: string; answer: Committed }[] = []
    for (const generation of [this.#older, this.#younger]) {
      for (const [token, answer] of generation) if (answer.revision <= revision) answers.push({ token, answer })
    }
    return answers
  }

  find(token: string): Committed | undefined {
    return this.#younger.get(token) ?? this.#older.get(token)
  }
}
