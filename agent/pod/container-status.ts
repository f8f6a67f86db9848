/** What the status of a pod says of each of its containers. Source: core/v1 ContainerStatus; kubelet_pods.go. */
import { timestamp } from '@muster/api/time.ts'
import type { ContainerState, ContainerStatus, VolumeMountStatus } from '@muster/api/types/core-v1.ts'
import type { Run } from '../driver.ts'
import {
  containerId,
  type Desk,
  isReady,
  isRunning,
  isStarted,
  isToRestart,
  isUp,
  lastRun,
  type Member,
} from './desk.ts'
import { statusIn } from './memory.ts'

/** The longest termination message of one container, in bytes. Source: kubelet MaxContainerTerminationMessageLength. */
export const LAST_WORDS_BYTES_MAX = 4096
/** And of all containers of a pod together. Source: kubelet MaxPodTerminationMessageLogLength. */
const LAST_WORDS_OF_POD_MAX = 12 * 1024

/** The status of one container. */
export function statusOf(desk: Desk, member: Member): ContainerStatus {
  const { spec, name } = member
  const run = lastRun(member)
  const old = statusIn(desk.before, name)
  const id = run && containerId(desk.sight.node.driver, run.run)
  const mounts = mountsOf(member)
  return {
    ...(id ? { containerID: id } : {}),
    ...(id && spec.resources?.requests ? { allocatedResources: spec.resources.requests } : {}),
    image: spec.image ?? '',
    imageID: id ? (spec.image ?? '') : '',
    lastState: lastStateOf(desk, member, old),
    name,
    ready: member.kind === 'init' ? hasSucceeded(run) : isReady(member),
    ...(id ? { resources: spec.resources ?? {} } : {}),
    restartCount: run?.run.attempt ?? 0,
    started: isStarted(member),
    state: stateOf(desk, member),
    ...(mounts.length > 0 ? { volumeMounts: mounts } : {}),
  }
}

const hasSucceeded = (run: Run | undefined): boolean => run?.state.state === 'ended' && run.state.exitCode === 0

function stateOf(desk: Desk, member: Member): ContainerState {
  const { refusal } = member.notes
  const run = lastRun(member)
  const because = refusal && { reason: refusal.reason, message: refusal.message }
  if (!run) return { waiting: because ?? firstWait(desk) }
  // Until its postStart hook is over, a container is being made.
  if (isRunning(member)) return isUp(member) ? running(run) : { waiting: firstWait(desk) }
  if (because && !desk.memory.ending && isToRestart(member, desk.sight.pod)) return { waiting: because }
  return terminated(desk, run)
}

const firstWait = ({ members }: Desk) => ({
  reason: members.some(({ kind }) => kind === 'init' || kind === 'sidecar') ? 'PodInitializing' : 'ContainerCreating',
})

/** How the run before this one ended; of a container that waits, how its newest did. */
function lastStateOf(desk: Desk, member: Member, old: ContainerStatus | undefined): ContainerState {
  const run = lastRun(member)
  if (!run) return old?.lastState ?? {}
  if (stateOf(desk, member).waiting && !isRunning(member)) return terminated(desk, run)
  const [, previous] = member.runs
  if (previous) return terminated(desk, previous)
  const isSame = old?.containerID === containerId(desk.sight.node.driver, run.run)
  if (isSame || !old?.state?.terminated) return old?.lastState ?? {}
  return old.restartCount < run.run.attempt ? { terminated: old.state.terminated } : (old.lastState ?? {})
}

const running = ({ state }: Run): ContainerState => ({ running: { startedAt: timestamp(state.startedAt) } })

function terminated({ sight: { node }, members }: Desk, { run, state }: Run): ContainerState {
  if (state.state !== 'ended') return {}
  const { exitCode, startedAt, finishedAt, signal, message } = state
  const lengthMax = Math.floor(LAST_WORDS_OF_POD_MAX / members.length)
  return {
    terminated: {
      containerID: containerId(node.driver, run),
      exitCode,
      finishedAt: timestamp(finishedAt),
      ...(message ? { message: message.slice(0, lengthMax) } : {}),
      reason: REASONS[state.reason] ?? state.reason,
      ...(signal ? { signal } : {}),
      startedAt: timestamp(startedAt),
    },
  }
}

/** As containerd names what Docker called otherwise. */
const REASONS: Readonly<Record<string, string>> = { ContainerCannotRun: 'StartError' }

const mountsOf = ({ spec }: Member): VolumeMountStatus[] =>
  (spec.volumeMounts ?? []).map(({ mountPath, name, readOnly }) => ({
    mountPath,
    name,
    ...(readOnly ? { readOnly, recursiveReadOnly: 'Disabled' } : {}),
  }))
