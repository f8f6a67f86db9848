/**
 * What `muster up` starts besides the API, one after the other: members of a fleet, a demonstration.
 *
 * A part is given the way in, and answers once it stands. What it started ends with `stop`; what a process that was
 * killed has left of it, `sweep` finds and ends, before the next `up` and after `down`; what the next `up` goes on with, it
 * leaves before that.
 */
import type { Clock } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { ControlPlane } from '../api-server/control-plane.ts'
import type { MemberRanges } from '../fleet/ranges.ts'
import type { Text } from '../terminal/language.ts'
import type { Place } from './place.ts'

/** What a part is given. */
export interface PartDeps {
  readonly place: Place
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** What runs already: its client, in its own name, leads to the cluster `default`; `inCluster` to the others. */
  readonly plane: Pick<ControlPlane, 'agents' | 'client' | 'nodeClient' | 'port' | 'serveAt' | 'url'>
  /** Of the member clusters. */
  readonly ranges: ReadonlyMap<string, MemberRanges>
  /** Aborts when the control plane is told to stop. */
  readonly stop: AbortSignal
}

/** A part that stands. */
export interface Standing {
  /** `degraded` is told apart: it stands, and lacks something. */
  readonly state: 'healthy' | 'degraded'
  /** One line for people. */
  readonly detail: Text
  /** The same for programs; kept in `run.json`. */
  readonly fact: string
  stop(): Promise<void>
}

/** One part. */
export interface Part {
  /** `demo`: in `run.json` and in messages of programs. */
  readonly name: string
  readonly title: Text
  start(deps: PartDeps): Promise<Standing>
  /** Ends what an earlier process has left of it: what nobody keeps any more, or all of it. */
  sweep(place: Place, what: 'all' | 'unkept'): Promise<void>
}
