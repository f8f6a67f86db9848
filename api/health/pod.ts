/**
 * The state of a pod: what kubectl shows in its STATUS column, judged.
 * Source: cli-utils pkg/kstatus/status/core.go; kubernetes pkg/printers/internalversion/printers.go, printPod.
 */
import type { ContainerStatus, Pod, PodStatus } from '../types/core-v1.ts'
import { type Health, sinceTime, told } from './health.ts'

/** Of a pod that is not being deleted. */
export function podHealth({ spec, status = {} }: Pod): Health {
  const { phase = 'Pending', reason, message, startTime } = status
  if (phase === 'Succeeded') return { is: 'Healthy', why: 'completed', ...sinceTime(endOf(status)) }
  if (phase === 'Failed') return { is: 'Failed', why: whyFailed(status), ...sinceTime(endOf(status)) }
  if (phase === 'Unknown') return { is: 'Unknown', why: [reason, message].filter(Boolean).join(': ') }
  const scheduled = find(status, 'PodScheduled')
  if (scheduled?.status === 'False') return { is: 'Degraded', ...told(scheduled) }
  const stuck = containersOf(status).flatMap(troubleOf)[0]
  if (stuck) return stuck
  const ready = find(status, 'Ready')
  const count = `${(status.containerStatuses ?? []).filter((one) => one.ready).length}/${spec?.containers.length ?? 0} ready`
  const restarts = containersOf(status).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0)
  const why = restarts === 0 ? count : `${count}, ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`
  if (ready?.status === 'True') return { is: 'Healthy', why, ...sinceTime(ready.lastTransitionTime) }
  if (phase === 'Pending') {
    const said = containersOf(status)[0]?.state?.waiting?.reason
    return {
      is: 'Progressing',
      why: said ?? (spec?.nodeName ? 'starting' : 'waits for a node'),
      ...sinceTime(startTime),
    }
  }
  return { is: 'Progressing', why, ...sinceTime(ready?.lastTransitionTime) }
}

/** Why a container cannot go on by itself; none while it merely starts. */
function troubleOf({ name, state, lastState }: ContainerStatus): Health[] {
  const { waiting } = state ?? {}
  const { reason = '', message = '' } = waiting ?? {}
  if (!waiting || STARTING.has(reason)) return []
  const last = lastState?.terminated
  const before = last ? `last ended with ${last.exitCode}` : ''
  const why = [`${name}: ${reason}`, reason === 'CrashLoopBackOff' ? before : message].filter((part) => part !== '')
  return [{ is: 'Degraded', why: why.join(', '), ...sinceTime(last?.finishedAt) }]
}

const STARTING: ReadonlySet<string> = new Set(['', 'ContainerCreating', 'PodInitializing'])

function whyFailed(status: PodStatus): string {
  const { reason, message } = status
  if (reason) return message ? `${reason}: ${message}` : reason
  const ended = containersOf(status).find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0)
  const { exitCode, reason: because } = ended?.state?.terminated ?? {}
  return ended ? `${ended.name}: ${because ?? 'Error'}, ended with ${exitCode}` : (message ?? '')
}

const endOf = (status: PodStatus): string | undefined =>
  containersOf(status)
    .flatMap(({ state }) => state?.terminated?.finishedAt ?? [])
    .sort()
    .at(-1)

const containersOf = ({
  initContainerStatuses = [],
  containerStatuses = [],
}: PodStatus): readonly ContainerStatus[] => [...initContainerStatuses, ...containerStatuses]

const find = ({ conditions = [] }: PodStatus, wanted: string) => conditions.find(({ type }) => type === wanted)
