/** What the contract suite needs to know of an engine. */
import type { Duration } from '@muster/base/clock.ts'
import type { Store } from '../store.ts'

/** Opens stores of one engine, empty ones and those that were there. */
export interface Engine {
  readonly name: string
  /** A place of its own, with nothing in it. */
  place(): Promise<Place>
}

/** Where one store lives: a directory, a disk. */
export interface Place {
  open(): Promise<Store>
  /** Makes a store here from a snapshot; nothing may be here yet. */
  restore(snapshot: AsyncIterable<Uint8Array>): Promise<void>
  /** Lets the store's process end without warning. What was not acknowledged may be lost. Absent where only a real kill can. */
  crash?(): void
  /** Lets time go by. */
  pass(length: Duration): Promise<void>
  dispose(): Promise<void>
}
