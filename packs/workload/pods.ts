/** What controllers of workloads ask of pods. Source: kubernetes pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go. */
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { readTime } from '@muster/api/time.ts'
import type { Pod, PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import { add, type Duration, type Instant, seconds, since } from '@muster/base/clock.ts'

/** True when its condition Ready is true. */
export const isPodReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True'

/** True when it has been ready for `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, now: Instant): boolean {
  if (!isPodReady(pod)) return false
  if (minReadySeconds === 0) return true
  const at = availableAt(pod, minReadySeconds)
  return at !== undefined && at <= now
}

/** True when all its containers have ended for good. */
export const isPodTerminal = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded'

/** True while it is on its way out and still runs. */
export const isPodTerminating = (pod: Pod): boolean =>
  !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined

/** True while it runs or may yet run. */
export const isPodActive = (pod: Pod): boolean => !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined

/** When it became ready; undefined when it is not, or when nothing says when. */
export function readySince(pod: Pod): Instant | undefined {
  if (!isPodReady(pod)) return undefined
  const reading = readTime(readyCondition(pod)?.lastTransitionTime ?? '')
  return reading.read ? reading.at : undefined
}

/** How long until the next of the pods that are ready becomes available; undefined when there is none to wait for. */
export function untilNextAvailable(pods: readonly Pod[], minReadySeconds: number, now: Instant): Duration | undefined {
  const waits = pods
    .filter((pod) => isPodReady(pod) && !isPodAvailable(pod, minReadySeconds, now))
    .map((pod) => availableAt(pod, minReadySeconds))
    .filter((at) => at !== undefined)
    .map((at) => since(now, at))
  return waits.length === 0 ? undefined : (Math.min(...waits) as Duration)
}

/** A pod as a template describes it, that its owner manages. The server gives it the rest of its name. */
export function podFromTemplate({ metadata = {}, spec }: PodTemplateSpec, owner: KubeObject): Pod {
  const { labels, annotations, finalizers } = metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: namePrefix(owner.metadata.name ?? ''),
      namespace: owner.metadata.namespace ?? '',
      ...(labels ? { labels: { ...labels } } : {}),
      ...(annotations ? { annotations: { ...annotations } } : {}),
      ...(finalizers ? { finalizers: [...finalizers] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    ...(spec ? { spec } : {}),
  }
}

/** Source: apimachinery validation DNS1123SubdomainMaxLength. */
const NAME_LENGTH_MAX = 253

/** A dash is put between the two parts where there is room for it. */
const namePrefix = (name: string): string => (name.length < NAME_LENGTH_MAX ? `${name}-` : name)

const readyCondition = ({ status }: Pod) => status?.conditions?.find(({ type }) => type === 'Ready')

function availableAt(pod: Pod, minReadySeconds: number): Instant | undefined {
  const at = readySince(pod)
  return at === undefined ? undefined : add(at, seconds(minReadySeconds))
}
