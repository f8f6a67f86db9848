/** What a pod is when it does not say. Source: kubernetes pkg/apis/core/v1 SetDefaults_Pod, conversion.go. */
import type { Container, Pod, PodStatus } from '../../../types/core-v1.ts'
import { defaultPodSpec } from '../pod-spec/defaults.ts'
import { defaultPodResources } from './pod-resources.ts'

/** Fills in what is not said. */
export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] }
  const { spec } = pod
  spec.containers ??= []
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) requestLimits(container)
  defaultPodResources(spec)
  spec.enableServiceLinks ??= true
  defaultPodSpec(spec)
  // A negative grace was once let in; it means that of a second.
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1
  if (pod.status) alignAddresses(pod.status)
}

/** Who says how much it may have at most, and not how much it needs, needs that much. */
function requestLimits({ resources }: Container): void {
  if (resources?.limits) resources.requests = { ...resources.limits, ...resources.requests }
}

/** The one address is the first of all addresses. */
function alignAddresses(status: PodStatus): void {
  const { podIP, podIPs = [] } = status
  if (podIP && podIPs[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }]
  else if (podIPs[0]) status.podIP = podIPs[0].ip
}
