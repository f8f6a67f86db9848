/** Jobs and pods for tests of this folder, in few words. */
import { timestamp } from '@muster/api/time.ts'
import type { Job, JobSpec, JobStatus } from '@muster/api/types/batch-v1.ts'
import type { ContainerStatus, Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import { add, type Instant, instant, minutes, seconds } from '@muster/base/clock.ts'
import { NO_BACK_OFF } from './back-off.ts'
import type { JobView } from './count.ts'
import { FAILURES_ANNOTATION, IGNORED_ANNOTATION, INDEX_ANNOTATION, TRACKING_FINALIZER } from './facts.ts'

/** When the tests of this folder look. */
export const NOW = instant(Date.parse('2026-01-10T00:00:00Z'))

/** A job that began a minute ago. */
export const jobOf = (spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'sum', namespace: 'default', uid: 'job' },
  spec: { template: { spec: { containers: [{ name: 'main' }] } }, ...spec },
  status: { startTime: timestamp(add(NOW, minutes(-1))), ...status },
})

/** A job of indexes that may all run at once. */
export const indexedJob = (completions: number, spec: Partial<JobSpec> = {}, status: JobStatus = {}): Job =>
  jobOf({ completionMode: 'Indexed', completions, parallelism: completions, ...spec }, status)

/** What is otherwise about a pod than that it runs, and is held for its job. */
export interface PodWishes {
  readonly index?: number
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly isReady?: boolean
  readonly isLeaving?: boolean
  readonly isHeld?: boolean
  /** What its container `main` ended with. */
  readonly exitCode?: number
  readonly endedAt?: Instant
  readonly restarts?: number
  readonly conditions?: PodCondition[]
  readonly initContainers?: ContainerStatus[]
  /** How many of its index failed before it, and how many of them were ignored. */
  readonly failuresBefore?: number
  readonly ignoredBefore?: number
}

/** A pod of the job, whose uid is its name. */
export function podOf(name: string, wishes: PodWishes = {}): Pod {
  const { index, phase = 'Running', isReady = false, isLeaving = false, isHeld = true } = wishes
  const { exitCode, endedAt = NOW, restarts = 0, conditions = [], initContainers = [] } = wishes
  const annotations = {
    [INDEX_ANNOTATION]: index,
    [FAILURES_ANNOTATION]: wishes.failuresBefore,
    [IGNORED_ANNOTATION]: wishes.ignoredBefore,
  }
  const said = Object.entries(annotations).filter(([, value]) => value !== undefined)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      uid: name,
      creationTimestamp: timestamp(add(NOW, seconds(-30))),
      annotations: Object.fromEntries(said.map(([key, value]) => [key, String(value)])),
      finalizers: isHeld ? [TRACKING_FINALIZER] : [],
      ...(isLeaving ? { deletionTimestamp: timestamp(NOW) } : {}),
    },
    status: {
      phase,
      conditions: [
        ...conditions,
        { type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: timestamp(endedAt) },
      ],
      containerStatuses: [containerOf('main', exitCode, restarts)],
      initContainerStatuses: initContainers,
    },
  }
}

/** A container that ended with a code, or has not ended. */
export const containerOf = (name: string, exitCode?: number, restartCount = 0): ContainerStatus => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount,
  ...(exitCode === undefined ? {} : { state: { terminated: { exitCode } } }),
})

/** A job and its pods, seen now. */
export const viewOf = (job: Job, pods: readonly Pod[]): JobView => ({ job, pods, backOff: NO_BACK_OFF, now: NOW })
