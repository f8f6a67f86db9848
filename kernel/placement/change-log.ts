/** Which numbers changed, in order, for readers who each come by when they like. */

/** A list that forgets its beginning. */
export interface ChangeLog {
  note(number: number): void
  /** Where it ends now: what a reader keeps. */
  readonly end: number
  /** What was noted since a reader was here; undefined when some of it is forgotten, and all may have changed. */
  since(reader: number): Iterable<number> | undefined
}

/** Changes that are remembered at least. A reader who missed more looks at everything once. */
export const CHANGES_KEPT = 16_384

/** An empty log. */
export function createChangeLog(): ChangeLog {
  let first = 0
  let noted: number[] = []
  return {
    note(number) {
      noted.push(number)
      if (noted.length < 2 * CHANGES_KEPT) return
      first += CHANGES_KEPT
      noted = noted.slice(CHANGES_KEPT)
    },
    get end() {
      return first + noted.length
    },
    since(reader) {
      if (reader < first) return undefined
      return reader === first + noted.length ? NOTHING : noted.slice(reader - first)
    },
  }
}

const NOTHING: readonly number[] = []
