/** What a workload asks of a store, so that one workload drives Muster and its peer alike. */
import type { EngineName } from '../harness/settings.ts'

/** A store under test. */
export interface Subject {
  /**
   * Writes all or nothing, each key guarded by the revision that it was last seen at (0: it must be absent). Answers
   * each write's revision. Throws when a guard did not hold or the outcome is unknown: no workload here provokes either.
   */
  write(writes: readonly GuardedWrite[]): Promise<readonly number[]>
  /** The newest value of one key, as true as the store can say it. */
  read(key: string): Promise<Uint8Array | undefined>
  /** Live keys under a prefix in byte order, from a key on (included); none when there are no more. */
  page(prefix: string, from: string, limit: number): Promise<readonly Held[]>
  /**
   * Every event under a prefix from now on, with what each key held before. Resolves once the watch is in place, to
   * what ends it. `lost` is told when it ended otherwise.
   */
  watch(prefix: string, seen: Seen, lost: (error: unknown) => void): Promise<() => void>
  close(): Promise<void>
}

/** Told of one event. */
export type Seen = (revision: number, value: Uint8Array) => void

/** A key to write, and what must be true of it. */
export interface GuardedWrite {
  readonly key: string
  readonly value: Uint8Array
  /** The revision of the key's last write, 0 when it must be absent. */
  readonly guard: number
}

/** A live key. */
export interface Held {
  readonly key: string
  readonly value: Uint8Array
}

/** Where a subject is. Plain data, so that a child process can be told. */
export type Address =
  | { readonly subject: 'muster'; readonly engine: EngineName; readonly directory: string }
  | { readonly subject: 'etcd'; readonly port: number; readonly pid: number; readonly channels: number }
