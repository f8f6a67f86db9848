/** What every command of `muster store` that talks to a server is given. */
import type { Clock } from '@muster/base/clock.ts'
import type { Random } from '@muster/base/random.ts'
import type { Store } from '@muster/store/store.ts'
import type { Terminal } from '../terminal/terminal.ts'

/** The server to talk to, who talks, and how to answer. */
export interface StoreContext {
  readonly terminal: Terminal
  readonly store: Store
  /** The server's address, for what is said about it. */
  readonly server: string
  readonly clock: Clock
  readonly random: Random
  /** Who is written beside every change. */
  readonly actor: string
  /** Data as one JSON value (or one a line, where it streams) instead of lines for people. */
  readonly json: boolean
}

/** Prints one JSON value on a line of its own. */
export const printJson = ({ terminal }: Pick<StoreContext, 'terminal'>, value: unknown): void =>
  terminal.data.line(JSON.stringify(value))
