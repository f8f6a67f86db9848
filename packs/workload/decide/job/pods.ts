/** Which pods of a job are made and which are deleted. Source: kubernetes pkg/controller/job manageJob. */
import type { Job } from '@muster/api/types/batch-v1.ts'
import type { Container, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { type Duration, type Instant, seconds } from '@muster/base/clock.ts'
import { podFromTemplate } from '../../pods.ts'
import { chooseVictims } from '../victims.ts'
import { backOffLeft, finishedAt } from './back-off.ts'
import { indexesOf, type JobCount, type JobView } from './count.ts'
import {
  FAILURES_ANNOTATION,
  failuresBefore,
  hasLimitPerIndex,
  IGNORED_ANNOTATION,
  INDEX_ANNOTATION,
  isIndexed,
  isSuspended,
  replacesOnlyFailed,
  TRACKING_FINALIZER,
  validIndexOf,
} from './facts.ts'
import { firstMissing, union } from './indexes.ts'
import { failureOf } from './policies.ts'

/** Pods made or deleted in one look. Source: kubernetes MaxPodCreateDeletePerSync. */
export const PODS_MAX = 500

/** What to do about the pods. */
export type PodStep =
  | { readonly do: 'create'; readonly pods: readonly Pod[] }
  /** They end, and how they end does not count. */
  | { readonly do: 'delete'; readonly pods: readonly Pod[] }
  | { readonly do: 'nothing'; readonly lookAfter?: Duration }

/** What to do about the pods of a job that is not at its end. */
export function decidePods(view: JobView, count: JobCount): PodStep {
  const { job, now } = view
  const { active } = count
  if (isSuspended(job)) return active.length === 0 ? { do: 'nothing' } : { do: 'delete', pods: active }
  const wanted = activeWanted(job, count)
  const surplus = surplusPods(view, active, Math.max(0, active.length - wanted))
  if (surplus.length > 0) return { do: 'delete', pods: surplus.slice(0, PODS_MAX) }

  const leaving = replacesOnlyFailed(job) ? count.terminating.length : 0
  const missing = Math.min(wanted - active.length - leaving, PODS_MAX)
  if (missing <= 0) return { do: 'nothing' }
  if (!hasLimitPerIndex(job)) {
    const lookAfter = backOffLeft(count.backOff, now)
    if (lookAfter > 0) return { do: 'nothing', lookAfter }
  }
  return isIndexed(job) ? createIndexed(view, count, missing) : create(new Array(missing).fill(podOf(job)))
}

const create = (pods: readonly Pod[]): PodStep => (pods.length === 0 ? { do: 'nothing' } : { do: 'create', pods })

/** Never more than are still to succeed; once one succeeded of a job without a number, no more begin. */
function activeWanted({ spec }: Job, { active, succeeded }: JobCount): number {
  const { parallelism = 1, completions } = spec ?? {}
  if (completions === undefined) return succeeded > 0 ? active.length : parallelism
  return Math.min(Math.max(0, completions - succeeded), parallelism)
}

/** First those of an indexed job that have no index of it, or one that another has too. */
function surplusPods({ job, now }: JobView, active: readonly Pod[], surplus: number): readonly Pod[] {
  const byIndex = Map.groupBy(active, (pod) => (isIndexed(job) ? validIndexOf(pod, job) : pod))
  const unusable = [...byIndex].flatMap(([index, pods]) =>
    chooseVictims(pods, [], index === undefined ? pods.length : pods.length - 1, now),
  )
  const usable = active.filter((pod) => !unusable.includes(pod))
  return [...unusable, ...chooseVictims(usable, [], Math.max(0, surplus - unusable.length), now)]
}

/** The lowest indexes that are missing, but for those that are to wait since a pod of theirs failed. */
function createIndexed({ job, now }: JobView, count: JobCount, missing: number): PodStep {
  const { active, terminating, succeededIndexes, failedIndexes, replaced } = count
  const busy = replacesOnlyFailed(job) ? [...active, ...terminating] : active
  const taken = union(union(succeededIndexes, failedIndexes), indexesOf(busy))
  const indexes = firstMissing(taken, missing, job.spec?.completions ?? 0)
  const waits = indexes.map((index) => waitOf(replaced.get(index), now))
  const ready = indexes.filter((_, at) => waits[at] === 0)
  if (ready.length === 0 && waits.length > 0) return { do: 'nothing', lookAfter: Math.min(...waits) as Duration }
  return create(ready.map((index) => indexedPod(job, index, replaced.get(index))))
}

function waitOf(failed: Pod | undefined, now: Instant): Duration {
  if (!failed) return seconds(0)
  const { counted, ignored } = failuresBefore(failed)
  return backOffLeft({ failures: counted + ignored + 1, last: finishedAt(failed) }, now)
}

function podOf(job: Job): Pod {
  const pod = podFromTemplate(job.spec?.template ?? {}, job)
  const finalizers = [...new Set([...(pod.metadata.finalizers ?? []), TRACKING_FINALIZER])]
  return { ...pod, metadata: { ...pod.metadata, finalizers } }
}

/** Source: apiserver names.MaxGeneratedNameLength. */
const NAME_PREFIX_MAX = 58

/** A pod that knows its index: by annotation, label, host name and environment. */
function indexedPod(job: Job, index: number, replaced: Pod | undefined): Pod {
  const { name = '' } = job.metadata
  const { metadata, spec, ...pod } = podOf(job)
  const suffix = `-${index}-`
  const about = { [INDEX_ANNOTATION]: String(index) }
  return {
    ...pod,
    metadata: {
      ...metadata,
      generateName: `${name.slice(0, NAME_PREFIX_MAX - suffix.length)}${suffix}`,
      labels: { ...metadata.labels, ...about },
      annotations: { ...metadata.annotations, ...about, ...(hasLimitPerIndex(job) ? failures(job, replaced) : {}) },
    },
    ...(spec ? { spec: withIndex({ ...spec, hostname: `${name}-${index}` }) } : {}),
  }
}

/** How many of its index failed so far, the one that it replaces included. */
function failures(job: Job, replaced: Pod | undefined): Record<string, string> {
  const before = replaced ? failuresBefore(replaced) : { counted: 0, ignored: 0 }
  const isIgnored = replaced !== undefined && failureOf(job, replaced).means === 'ignore'
  const counted = before.counted + (replaced && !isIgnored ? 1 : 0)
  const ignored = before.ignored + (isIgnored ? 1 : 0)
  return { [FAILURES_ANNOTATION]: `${counted}`, ...(ignored > 0 ? { [IGNORED_ANNOTATION]: `${ignored}` } : {}) }
}

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'

function withIndex(spec: PodSpec): PodSpec {
  const fieldPath = `metadata.labels['${INDEX_ANNOTATION}']`
  const told = (container: Container): Container => {
    const { env = [] } = container
    if (env.some(({ name }) => name === INDEX_VARIABLE)) return container
    return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath } } }] }
  }
  const { containers, initContainers } = spec
  return {
    ...spec,
    containers: containers.map(told),
    ...(initContainers ? { initContainers: initContainers.map(told) } : {}),
  }
}
