/**
 * Counts that are made many thousand times a second and looked at once in a while: plain numbers, by labels, which the
 * library of metrics is told of when somebody looks. To count in the library takes it a microsecond for each label.
 */

/** The labels of one count. */
export type Labels = Readonly<Record<string, string>>

/** What takes the counts in the end: a Counter. */
export interface Taker {
  inc(labels: Labels, value: number): void
}

/** A count that only grows, for each combination of labels. */
export class Tally {
  readonly #taker: Taker
  readonly #counts = new Map<string, { readonly labels: Labels; untold: number }>()

  constructor(taker: Taker) {
    this.#taker = taker
  }

  /** One more. `key` stands for the labels, which are made when it is new. */
  add(key: string, labels: () => Labels): void {
    const known = this.#counts.get(key)
    if (known) known.untold++
    else this.#counts.set(key, { labels: labels(), untold: 1 })
  }

  /** Tells the library what it has not been told. */
  tell(): void {
    for (const count of this.#counts.values()) {
      if (count.untold === 0) continue
      this.#taker.inc(count.labels, count.untold)
      count.untold = 0
    }
  }
}
