/**
 * What one look works on: a pod's containers with their runs, a copy of its memory that may be written on, and the
 * steps so far. Every part of the machine takes the desk and changes it; nothing of it outlives the look.
 */
import { readTime } from '@muster/api/time.ts'
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '@muster/api/types/core-v1.ts'
import { type Duration, type Instant, since } from '@muster/base/clock.ts'
import type { Run, RunName } from '../driver.ts'
import {
  type ContainerMemory,
  type Ending,
  emptyContainer,
  type Ground,
  type Moment,
  type PodMemory,
  type Saying,
  type Sight,
  type Step,
  statusIn,
} from './memory.ts'
import { restartsAfter } from './restart.ts'

/** How a container belongs to its pod. A sidecar is an init container that always restarts. */
export type MemberKind = 'init' | 'sidecar' | 'main' | 'ephemeral'

/** A container of the pod. */
export interface Member {
  readonly kind: MemberKind
  readonly name: string
  readonly spec: Container
  /** The newest first. */
  readonly runs: readonly Run[]
  /** To be replaced, never changed: what is remembered is shared with the last look. */
  notes: ContainerMemory
}

/** Writable for the length of a look. */
export interface Desk {
  readonly sight: Sight
  readonly now: Duration
  /** Init containers, then containers, then ephemeral ones; each as the spec has them. */
  readonly members: readonly Member[]
  /** What is remembered of the whole pod; to be written on. */
  readonly memory: {
    startedAt?: Duration
    ground: Ground
    ending?: Ending
  }
  /** The status of before: of the last look, or of the API. */
  readonly before: PodStatus
  readonly steps: Step[]
  againAt: Duration | undefined
}

/** Lays out what is seen and remembered. */
export function openDesk(sight: Sight, memory: PodMemory): Desk {
  const { pod, now } = sight
  const before = memory.status ?? pod.status ?? {}
  const { containers, status: _status, ...rest } = memory
  const members = membersOf(pod).map(({ kind, spec }): Member => {
    const notes = containers[spec.name] ?? emptyContainer
    const runs = runsOf(sight, spec.name, notes, before)
    return { kind, spec, name: spec.name, runs, notes: { ...notes, ...seenOf(runs[0], notes, now) } }
  })
  return { sight, now: now.elapsed, members, memory: { ...rest }, before, steps: [], againAt: undefined }
}

/** Asks for another look at a time; one that never comes is none. */
export function wakeAt(desk: Desk, at: Duration): void {
  if (!Number.isFinite(at)) return
  desk.againAt = desk.againAt === undefined ? at : (Math.min(desk.againAt, at) as Duration)
}

/** Says something about the pod, or about one of its containers. */
export function say(desk: Desk, type: Saying['type'], reason: string, message: string, about?: Member): void {
  const field = about && FIELDS[about.kind]
  const fieldPath = field ? { fieldPath: `spec.${field}{${about.name}}` } : {}
  desk.steps.push({ do: 'say', saying: { type, reason, message, ...fieldPath } })
}

const FIELDS: Readonly<Record<MemberKind, string>> = {
  init: 'initContainers',
  sidecar: 'initContainers',
  main: 'containers',
  ephemeral: 'ephemeralContainers',
}

/** The newest run. */
export const lastRun = ({ runs }: Member): Run | undefined => runs[0]

/** True while the newest run goes on, its postStart hook included. */
export const isRunning = (member: Member): boolean => lastRun(member)?.state.state === 'running'

/** True once the newest run goes on and its postStart hook is over. */
export const isUp = (member: Member): boolean => isRunning(member) && !member.notes.start

/** The exit code of the newest run; undefined when it goes on, or there is none. */
export function exitCodeOf(member: Member): number | undefined {
  const state = lastRun(member)?.state
  return state?.state === 'ended' ? state.exitCode : undefined
}

/** True once its startup probe, if it has one, has succeeded. */
export const isStarted = (member: Member): boolean =>
  isUp(member) && (!member.spec.startupProbe || member.notes.probes.startup?.verdict === 'success')

/** True when it is started and its readiness probe, if it has one, says so. */
export const isReady = (member: Member): boolean =>
  isStarted(member) && (!member.spec.readinessProbe || member.notes.probes.readiness?.verdict === 'success')

/** True when the newest run has ended and another is to follow, as far as its policy goes. */
export function isToRestart(member: Member, pod: Pod): boolean {
  const exitCode = exitCodeOf(member)
  if (exitCode === undefined || member.kind === 'ephemeral') return false
  if (member.notes.condemned === lastRun(member)?.run.attempt) return true
  // An init container that succeeded is never run again, whatever its pod's policy.
  if (member.kind === 'init' && exitCode === 0) return false
  return restartsAfter(member.spec, pod.spec ?? {}, exitCode)
}

/** True once a container of the pod itself has run: from then on init containers are over. */
export const hasInitialized = (members: readonly Member[]): boolean =>
  members.some((member) => member.kind === 'main' && lastRun(member) !== undefined)

/** The name of one container's run: `process://UID/CONTAINER/ATTEMPT`. */
export const containerId = (driver: string, { podUid, container, attempt }: RunName): string =>
  `${driver}://${podUid}/${container}/${attempt}`

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always'

function membersOf({ spec }: Pod): { readonly kind: MemberKind; readonly spec: Container }[] {
  if (!spec) return []
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  return [
    ...initContainers.map((one) => ({ kind: isSidecar(one) ? ('sidecar' as const) : ('init' as const), spec: one })),
    ...containers.map((one) => ({ kind: 'main' as const, spec: one })),
    ...ephemeralContainers.map((one) => ({ kind: 'ephemeral' as const, spec: one })),
  ]
}

/**
 * The runs that the driver knows; the one that it would not start; and, where it knows none although the status says
 * that there was one, that one: the machine was away, and what ran on it is over.
 */
function runsOf({ pod, runs }: Sight, container: string, notes: ContainerMemory, before: PodStatus): readonly Run[] {
  const known = runs.filter(({ run }) => run.container === container)
  if (notes.refusedRun) known.push(notes.refusedRun)
  if (known.length > 0) return known.toSorted((one, other) => other.run.attempt - one.run.attempt)
  const status = statusIn(before, container)
  const lost = status && lostRun(pod, status)
  return lost ? [lost] : []
}

function lostRun(pod: Pod, { name, state, lastState, restartCount }: ContainerStatus): Run | undefined {
  const ended = state?.terminated ?? (state?.waiting ? lastState?.terminated : undefined)
  if (!ended && !state?.running) return undefined
  const startedAt = instantOf(ended?.startedAt ?? state?.running?.startedAt)
  return {
    run: { podUid: pod.metadata.uid ?? '', container: name, attempt: restartCount },
    pod: orderedPod(pod, ''),
    notHonoured: [],
    state: {
      state: 'ended',
      startedAt,
      finishedAt: ended ? instantOf(ended.finishedAt) : startedAt,
      exitCode: ended?.exitCode ?? LOST_EXIT_CODE,
      reason: (ended?.reason as 'Error' | undefined) ?? 'ContainerStatusUnknown',
      message: ended ? (ended.message ?? '') : LOST_MESSAGE,
    },
  }
}

/** Source: kubelet convertToAPIContainerStatuses. */
export const LOST_EXIT_CODE = 137
/** As {@link LOST_EXIT_CODE}. */
export const LOST_MESSAGE = 'The container could not be located when the pod was terminated'

/** A pod as a driver knows it. */
export const orderedPod = ({ metadata, spec }: Pod, ip: string): Run['pod'] => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name ?? '',
  ip,
  hostname: spec?.hostname ?? metadata.name ?? '',
})

function instantOf(text: ContainerState[keyof ContainerState] | string | null | undefined): Instant {
  const reading = readTime(typeof text === 'string' ? text : '')
  return reading.read ? reading.at : (0 as Instant)
}

/** When the newest run began and ended, on the clock that is never set; as it was taken down first. */
function seenOf(run: Run | undefined, { seen }: ContainerMemory, now: Moment): Pick<ContainerMemory, 'seen'> {
  if (!run) return {}
  const { attempt } = run.run
  const known = seen?.attempt === attempt ? seen : undefined
  const startedAt = known?.startedAt ?? elapsedAt(run.state.startedAt, now)
  const endedAt = run.state.state === 'ended' ? { endedAt: known?.endedAt ?? elapsedAt(run.state.finishedAt, now) } : {}
  return { seen: { attempt, startedAt, ...endedAt } }
}

/** Where an instant lies on the other clock: never in the future, whatever the wall clock says. */
export const elapsedAt = (at: Instant, { wall, elapsed }: Moment): Duration =>
  (elapsed - Math.max(0, since(at, wall))) as Duration
