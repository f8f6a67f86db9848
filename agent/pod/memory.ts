/**
 * What is known of one pod between two looks at it: plain data, lost with the agent.
 *
 * What must outlive the agent is elsewhere: what runs, at the driver; what was said, in the pod's status. A look that
 * begins with {@link emptyMemory} goes on from there.
 */
import type { ContainerStatus, Pod, PodStatus } from '@muster/api/types/core-v1.ts'
import type { Duration, Instant } from '@muster/base/clock.ts'
import type { Run } from '../driver.ts'

/** One moment by both clocks. Timers go by `elapsed` alone: a wall clock may be set. */
export interface Moment {
  readonly wall: Instant
  readonly elapsed: Duration
}

/** What a look at a pod sees. */
export interface Sight {
  /** The newest version that is known. */
  readonly pod: Pod
  /** The API has it no more. */
  readonly isGone: boolean
  /** Runs of this pod that the driver knows, those that ended with their last words as message. */
  readonly runs: readonly Run[]
  readonly node: {
    /** The driver's name: the scheme of container ids. */
    readonly driver: string
    readonly addresses: readonly string[]
  }
  readonly now: Moment
}

/** Why a pod is to end, and how long that may take. */
export interface Ending {
  readonly why: 'gone' | 'deleted' | 'deadline' | 'finished'
  readonly graceSeconds: number
  /** When it has to be over, on the clock of `elapsed`. */
  readonly deadline: Duration
  /** What becomes of the pod: said once nothing of it runs any more. */
  readonly verdict?: Pick<PodStatus, 'phase' | 'reason' | 'message'>
}

/** What pods stand on: their volumes and their address. */
export type Ground =
  | { readonly ground: 'none' }
  | { readonly ground: 'being-made'; readonly failures: number }
  | { readonly ground: 'refused'; readonly failures: number; readonly againAt: Duration }
  | { readonly ground: 'ready'; readonly addresses: readonly string[]; readonly freshUntil: Duration }
  | { readonly ground: 'being-cleared' }
  | { readonly ground: 'not-cleared'; readonly againAt: Duration }
  | { readonly ground: 'cleared' }

/** Waits that double, as client-go counts them: the wait after the last try, and when that was. */
export interface BackOff {
  readonly wait: Duration
  readonly at: Duration
}

/** The start of a run, from the order to the end of its postStart hook. */
export type Start = { readonly start: 'under-way' | 'hook'; readonly attempt: number }

/** Why a container could not be started; tried again from `againAt` on. */
export interface Refusal {
  readonly reason: string
  readonly message: string
  readonly againAt: Duration
}

/** The end of a run that is wanted. */
export interface Stop {
  readonly attempt: number
  readonly deadline: Duration
  /** First its preStop hook, then it waits for its turn, then the driver is asked. */
  readonly stage: 'hook' | 'turn' | 'asked'
}

/** The three kinds of probes, as fields and events name them. */
export type ProbeKind = 'startup' | 'readiness' | 'liveness'

/** What one probe has found of one run. */
export interface ProbeMemory {
  readonly attempt: number
  readonly dueAt: Duration
  readonly isUnderWay: boolean
  /** What the last so many results say; it changes when a threshold is reached. */
  readonly verdict: 'unknown' | 'success' | 'failure'
  /** How often the last result came in a row. */
  readonly last?: { readonly result: 'success' | 'failure'; readonly count: number }
}

/** What is remembered of one container. */
export interface ContainerMemory {
  /** When the newest run began and ended, on the clock of `elapsed`. */
  readonly seen?: { readonly attempt: number; readonly startedAt: Duration; readonly endedAt?: Duration }
  /** The run that the driver would not start, as one that ended at once. */
  readonly refusedRun?: Run
  readonly start?: Start
  readonly refusal?: Refusal
  readonly backOff?: BackOff
  readonly pull?: BackOff
  readonly stop?: Stop
  /** The run that a probe condemned: another follows it, whatever its exit code. */
  readonly condemned?: number
  readonly probes: { readonly [kind in ProbeKind]?: ProbeMemory }
}

/** All that is remembered of a pod. */
export interface PodMemory {
  /** As it was decided last; undefined in the first look, which begins with the one of the API. */
  readonly status?: PodStatus
  /** When it started, on the clock of `elapsed`. */
  readonly startedAt?: Duration
  readonly ground: Ground
  readonly ending?: Ending
  readonly containers: Readonly<Record<string, ContainerMemory>>
}

/** Of a pod that was never looked at. */
export const emptyMemory: PodMemory = { ground: { ground: 'none' }, containers: {} }

/** Of a container that was never looked at. */
export const emptyContainer: ContainerMemory = { probes: {} }

/** What is to be done. Steps that take time end in {@link News}. */
export type Step =
  /** Makes the volumes and gets the address. */
  | { readonly do: 'prepare' }
  /** Looks whether what is in the volumes is still what it should be. */
  | { readonly do: 'refresh' }
  | { readonly do: 'start'; readonly container: string; readonly attempt: number }
  | { readonly do: 'hook'; readonly hook: Hook; readonly container: string; readonly attempt: number }
  | { readonly do: 'probe'; readonly probe: ProbeKind; readonly container: string; readonly attempt: number }
  | { readonly do: 'stop'; readonly container: string; readonly attempt: number; readonly grace: Duration }
  | { readonly do: 'forget'; readonly container: string; readonly attempt: number }
  /** Removes the volumes and gives the address back. */
  | { readonly do: 'clear' }
  /** Lets the API forget the pod. */
  | { readonly do: 'confirm' }
  | { readonly do: 'say'; readonly saying: Saying }

/** An event about the pod, or about one of its containers. */
export interface Saying {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `spec.containers{NAME}`; absent when it is about the whole pod. */
  readonly fieldPath?: string
}

/** The two hooks of a container. */
export type Hook = 'postStart' | 'preStop'

/** What came of a step. */
export type News =
  | { readonly news: 'prepared'; readonly addresses: readonly string[]; readonly freshFor: Duration }
  | { readonly news: 'not-prepared'; readonly message: string }
  | { readonly news: 'refreshed'; readonly freshFor: Duration }
  | { readonly news: 'started'; readonly container: string; readonly attempt: number }
  | ({ readonly news: 'not-started'; readonly container: string; readonly attempt: number } & StartTrouble)
  | {
      readonly news: 'hook-ended'
      readonly hook: Hook
      readonly container: string
      readonly attempt: number
      /** Why it failed; absent when it did not. */
      readonly failure?: string
    }
  | ({
      readonly news: 'probed'
      readonly probe: ProbeKind
      readonly container: string
      readonly attempt: number
    } & ProbeResult)
  /** The driver could not be asked, or did not do it: it is to be asked again. */
  | { readonly news: 'not-stopped'; readonly container: string; readonly attempt: number }
  | { readonly news: 'cleared' }
  | { readonly news: 'not-cleared' }

/**
 * What was in the way of a start: the image; something that the container refers to; the driver could not be asked, and
 * may have started it; or it says that this cannot be run, which counts as a run.
 */
export interface StartTrouble {
  readonly trouble: 'image' | 'config' | 'driver' | 'run'
  readonly message: string
}

/** What a probe found. One that could not be made at all says nothing about the container. */
export interface ProbeResult {
  readonly result: 'success' | 'failure' | 'error'
  /** For people. */
  readonly output: string
}

/** What a look at a pod comes to. */
export interface Decision {
  readonly memory: PodMemory
  readonly steps: readonly Step[]
  /** All of it that is this agent's to say; conditions of others are in it as they were. */
  readonly status: PodStatus
  /** When it must be looked at again if nothing happens before, on the clock of `elapsed`. */
  readonly againAt?: Duration
  /** Nothing of the pod is left on this node, nor in the API. */
  readonly isOver: boolean
}

/** The status of a container as a status of a pod has it. */
export const statusIn = (status: PodStatus | undefined, name: string): ContainerStatus | undefined =>
  [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ].find((one) => one.name === name)
