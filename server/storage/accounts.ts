/**
 * Accounts that must agree with what there is at every revision: whoever keeps them is told of each change just before
 * it is committed, and says what goes into the same commit. Nothing can be written past them.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { ControlError } from '@muster/base/errors.ts'
import type { CommitEnd } from './carry-out.ts'
import type { AlsoWritten, Grounds } from './decide.ts'
import type { ObjectKey } from './key.ts'

/** One object that is about to change. */
export interface PlannedChange {
  readonly key: ObjectKey
  /** Undefined when it is not there yet. Parsed when asked for: most changes are on no account. */
  readonly before: () => KubeObject | undefined
  /** Undefined when it goes. */
  readonly after: () => KubeObject | undefined
  /** Whether it may be refused for what it takes. What only tells what has happened is counted all the same. */
  readonly mayRefuse: boolean
  /** How a refusal of this change is thrown, where there are several. */
  readonly refused?: (why: ControlError) => ControlError
}

/** What goes along with a change. */
export type Along = Pick<Grounds, 'guards'> & { readonly also: readonly AlsoWritten[] }

/** How that ended. A dry run ends with `tried`. */
export type AlongEnd = CommitEnd | { readonly outcome: 'tried' }

/** Whoever keeps accounts. */
export interface Accounts {
  /** Calls `commit` once, for all of the changes together, and answers as it does. Throws what refuses one of them. */
  book<End extends AlongEnd>(changes: readonly PlannedChange[], commit: (along: Along) => Promise<End>): Promise<End>
}

/** Where nobody keeps any. */
export const noAccounts: Accounts = { book: (_changes, commit) => commit({ guards: [], also: [] }) }
