/**
 * One word for how a pod is, and how often its containers began anew.
 *
 *     Pending · ContainerCreating · Init:1/2 · Init:CrashLoopBackOff · Running · Completed · Error · Terminating
 *
 * Source: kubernetes pkg/printers/internalversion printPod.
 */
import type { ContainerStateTerminated, ContainerStatus, Pod } from '../../../types/core-v1.ts'
import { isRestartable } from '../pod-spec/containers.ts'

/** What the table says of a pod. */
export interface PodSummary {
  readonly reason: string
  /** Containers that are ready, sidecars included. */
  readonly ready: number
  readonly containers: number
  readonly restarts: number
  /** RFC 3339; undefined when nothing is known to have restarted. */
  readonly lastRestart: string | undefined
}

/** Sums up a pod. */
export function summaryOf(pod: Pod): PodSummary {
  const { spec, status = {} } = pod
  const sidecars = new Set((spec?.initContainers ?? []).filter(isRestartable).map(({ name }) => name))
  const initial = initialization(pod, sidecars)
  const isInitialized =
    initial.reason === undefined || status.conditions?.find(({ type }) => type === 'Initialized')?.status === 'True'
  const running = isInitialized ? runningState(pod) : undefined
  const counted = running
    ? [...initial.statuses.filter(({ name }) => sidecars.has(name)), ...(status.containerStatuses ?? [])]
    : initial.statuses
  return {
    reason: atEnd(pod) ?? running?.reason ?? initial.reason ?? plainReason(pod),
    ready: initial.ready + (running?.ready ?? 0),
    containers: (spec?.containers.length ?? 0) + sidecars.size,
    restarts: counted.reduce((sum, { restartCount }) => sum + restartCount, 0),
    lastRestart: lastEnd(counted),
  }
}

/** What the pod says of itself. */
function plainReason({ status = {} }: Pod): string {
  const isGated = status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')
  return isGated ? 'SchedulingGated' : status.reason || status.phase || ''
}

/** What a pod says that is to go, whatever its containers do. */
function atEnd({ metadata, status = {} }: Pod): string | undefined {
  if (!metadata.deletionTimestamp) return undefined
  if (status.reason === 'NodeLost') return 'Unknown'
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? undefined : 'Terminating'
}

interface Initialization {
  /** The statuses up to the first that holds the pod up. */
  readonly statuses: readonly ContainerStatus[]
  readonly ready: number
  /** Undefined when every init container is done, or runs on as a sidecar. */
  readonly reason: string | undefined
}

function initialization({ spec, status = {} }: Pod, sidecars: ReadonlySet<string>): Initialization {
  const all = status.initContainerStatuses ?? []
  let ready = 0
  for (const [at, container] of all.entries()) {
    const { terminated, waiting } = container.state ?? {}
    if (terminated?.exitCode === 0) continue
    if (sidecars.has(container.name) && container.started) {
      if (container.ready) ready++
      continue
    }
    const isHeldUp = waiting?.reason && waiting.reason !== 'PodInitializing'
    const why = terminated
      ? sayEnd(terminated)
      : isHeldUp
        ? waiting.reason
        : `${at}/${spec?.initContainers?.length ?? 0}`
    return { statuses: all.slice(0, at + 1), ready, reason: `Init:${why}` }
  }
  return { statuses: all, ready, reason: undefined }
}

/** The containers of the pod, the last first: the first has the last word. */
function runningState(pod: Pod): { readonly reason: string | undefined; readonly ready: number } {
  const { containerStatuses = [], conditions = [] } = pod.status ?? {}
  let reason: string | undefined
  let failure: string | undefined
  let ready = 0
  for (const { state, ready: isReady } of containerStatuses.toReversed()) {
    if (state?.waiting?.reason) reason = state.waiting.reason
    else if (state?.terminated) {
      reason = sayEnd(state.terminated)
      if (state.terminated.exitCode !== 0) failure = reason
    } else if (isReady && state?.running) ready++
  }
  if ((reason ?? plainReason(pod)) !== 'Completed') return { reason, ready }
  const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  if (ready > 0 && isReady) return { reason: 'Running', ready }
  return { reason: failure ?? (ready > 0 ? 'NotReady' : reason), ready }
}

const sayEnd = ({ reason, signal, exitCode }: ContainerStateTerminated): string =>
  reason || (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)

function lastEnd(statuses: readonly ContainerStatus[]): string | undefined {
  const ends = statuses.flatMap(({ lastState }) => lastState?.terminated?.finishedAt ?? [])
  return ends.sort().at(-1)
}
