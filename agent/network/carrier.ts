/** What carries to targets what comes in at a front: connections, or datagrams. */
import type { Clock } from '@muster/base/clock.ts'
import type { Front } from './fronts.ts'

/** One address at which somebody listens for a front. */
export interface Door {
  /** Where what comes from now on goes. */
  front: Front
  /** Where it really listens: another port than the front's when that could not be had. */
  readonly port: number
  /** Lets nobody in any more; who is inside stays. */
  close(): Promise<void>
}

/** Opens doors for one protocol. */
export interface Carrier {
  /** Throws the system's error where the port cannot be had. */
  open(front: Front, port: number): Promise<Door>
  /** Ends all that goes on, behind whatever door. */
  end(): void
}

/** What carriers stand on. */
export interface CarrierDeps {
  readonly clock: Clock
  /** How long a target may take to accept, in milliseconds, before the next one is tried. */
  readonly connectMs: number
}
