/** The states of what pods stand on: nodes, volumes, services. Source: cli-utils pkg/kstatus/status/core.go. */
import type { Node, PersistentVolumeClaim, Service } from '../types/core-v1.ts'
import type { PodDisruptionBudget } from '../types/policy-v1.ts'
import { type Health, type HealthRule, ruleOf, told, unseen } from './health.ts'

function nodeHealth({ spec, status }: Node): Health {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (!ready) return { is: 'Unknown', why: 'it was never heard of' }
  if (ready.status === 'Unknown') return { is: 'Unknown', ...told(ready) }
  if (ready.status === 'False') return { is: 'Failed', ...told(ready) }
  return spec?.unschedulable ? { is: 'Paused', ...told(ready), why: 'cordoned' } : { is: 'Healthy', ...told(ready) }
}

function claimHealth({ spec, status }: PersistentVolumeClaim): Health {
  if (status?.phase === 'Bound') return { is: 'Healthy', why: spec?.volumeName ?? '' }
  if (status?.phase === 'Lost') return { is: 'Failed', why: `its volume ${spec?.volumeName ?? ''} is gone` }
  return { is: 'Progressing', why: 'waits for a volume' }
}

function serviceHealth({ spec, status }: Service): Health {
  const { clusterIP = '', externalName = '' } = spec ?? {}
  if (spec?.type !== 'LoadBalancer') return { is: 'Healthy', why: externalName || clusterIP }
  const [first] = status?.loadBalancer?.ingress ?? []
  if (!first) return { is: 'Progressing', why: 'waits for an address' }
  return { is: 'Healthy', why: first.ip ?? first.hostname ?? '' }
}

function budgetHealth({ metadata, status }: PodDisruptionBudget): Health {
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {}
  const behind = unseen(metadata.generation, status?.observedGeneration ?? 0)
  if (behind) return behind
  if (currentHealthy < desiredHealthy) return { is: 'Degraded', why: `${currentHealthy}/${desiredHealthy} healthy` }
  return { is: 'Healthy', why: `${disruptionsAllowed} may be disrupted` }
}

/** By kind and group. */
export const HEALTH_OF_PLACES: Readonly<Record<string, HealthRule>> = {
  Node: ruleOf(nodeHealth),
  PersistentVolumeClaim: ruleOf(claimHealth),
  Service: ruleOf(serviceHealth),
  'PodDisruptionBudget.policy': ruleOf(budgetHealth),
}
