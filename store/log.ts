/** What an engine is made of: the part that makes records durable and gives versions back. The rest is the ledger. */
import type { LogRecord, StateRecord, StoredVersion } from './record.ts'
import type { Revision } from './store.ts'

/** A log of one store. */
export interface Log {
  readonly engine: string
  /** Hands over every record that is durable, oldest first, values to keep, causes perhaps left out. Called once, before anything else. */
  replay(each: (record: LogRecord) => void): Promise<void>
  /**
   * Makes a group of records durable, all or none. At most two are under way at a time, and become durable in order.
   * Throws StorageFull when nothing was written and a later try may succeed; any other error leaves the group in doubt,
   * and the log is not used again.
   */
  append(group: readonly LogRecord[], context: AppendContext): Promise<void>
  /** The versions at these ascending revisions; undefined for one that is not kept. */
  read(revisions: readonly Revision[]): Promise<readonly (StoredVersion | undefined)[]>
  /**
   * Gives space back: of the versions below `horizon`, only those at the revisions `kept` (in any order) are still
   * wanted. Appends and reads go on meanwhile.
   */
  reclaim(horizon: Revision, kept: Float64Array): Promise<void>
  /**
   * Makes the values of these versions unreadable for good, those that are here. `record` makes durable that it is under
   * way; what it appends goes into a part of the log that holds none of them.
   */
  erase(revisions: readonly Revision[], record: () => Promise<void>): Promise<void>
  /** Lets other work of this thread go first, where there is any: a simulation has none. */
  pause(): Promise<void>
  /** What the log takes on disk. */
  bytes(): Promise<number>
  close(): Promise<void>
}

/** What a log must know of a group beside its records. */
export interface AppendContext {
  /** The group rests on the one asked for before it: when that one has failed, or fails yet, so does this one. */
  readonly follows: boolean
  /** What a new part of the log has to begin with, before this group. */
  state(): Promise<StateRecord>
}
