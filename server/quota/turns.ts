/** Lets those who would spoil each other's commit go one after the other, by the name of what they meet at. */

interface Line {
  /** Resolves when the last in line is through. */
  tail: Promise<unknown>
  length: number
}

/** One for each process: several still meet at the store, where one of them has to look again. */
export class Turns {
  readonly #lines = new Map<string, Line>()

  /** Runs a deed when it is his turn at each of these, which all callers name in one order. */
  takeAll<Result>([name, ...more]: readonly string[], deed: () => Promise<Result>): Promise<Result> {
    return name === undefined ? deed() : this.take(name, () => this.takeAll(more, deed))
  }

  /** Runs a deed when all that came before are through. Answers and throws as it does. */
  async take<Result>(name: string, deed: () => Promise<Result>): Promise<Result> {
    const line = this.#lines.get(name) ?? { tail: Promise.resolve(), length: 0 }
    this.#lines.set(name, line)
    line.length++
    const mine = line.tail.then(deed)
    line.tail = mine.catch(() => {})
    try {
      return await mine
    } finally {
      if (--line.length === 0) this.#lines.delete(name)
    }
  }
}
