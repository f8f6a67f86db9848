/** What was found out about one client. */

/** Of one client of one version. */
export interface Finding {
  readonly client: string
  readonly version: string
  /** What it did, in a sentence. */
  readonly did: string
  /** Counts and times, for people. */
  readonly figures: string
  /** What was not as it should be, with what was said; none when all is well. */
  readonly troubles: readonly string[]
}

/** Finds out about one client or several of a kind. */
export interface Check {
  readonly name: string
  run(deps: CheckDeps): Promise<readonly Finding[]>
}

/** What a check is given. */
export interface CheckDeps {
  /** Tells whoever waits. */
  say(line: string): void
  /** A folder that goes away after the run. */
  readonly folder: string
}
