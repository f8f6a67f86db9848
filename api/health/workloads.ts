/** The states of what keeps pods. Source: cli-utils pkg/kstatus/status/core.go; kubectl pkg/polymorphichelpers/rollout_status.go. */
import type { DaemonSet, Deployment, DeploymentCondition, ReplicaSet, StatefulSet } from '../types/apps-v1.ts'
import { type Health, type HealthRule, ruleOf, sinceTime, told, unseen } from './health.ts'

function deploymentHealth({ metadata, spec, status = {} }: Deployment): Health {
  const { replicas: wanted = 1, paused } = spec ?? {}
  const { replicas = 0, updatedReplicas: updated = 0, availableReplicas: available = 0, conditions } = status
  const counts = `${available}/${wanted} available`
  const behind = unseen(metadata.generation, status.observedGeneration ?? 0)
  if (behind) return behind
  const progressing = find(conditions, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return { is: 'Failed', ...told(progressing) }
  const failure = find(conditions, 'ReplicaFailure')
  if (failure?.status === 'True') return { is: 'Degraded', ...told(failure) }
  if (paused) return { is: 'Paused', why: counts }
  const since = sinceTime(progressing?.lastUpdateTime)
  if (updated < wanted) return { is: 'Progressing', why: `${updated}/${wanted} updated`, ...since }
  if (replicas > updated) return { is: 'Progressing', why: `${replicas - updated} old to go`, ...since }
  const lacking = find(conditions, 'Available')
  if (available < wanted) return { is: 'Progressing', why: counts, ...sinceTime(lacking?.lastTransitionTime) }
  return { is: 'Healthy', why: counts, ...since }
}

function replicaSetHealth({ metadata, spec, status }: ReplicaSet): Health {
  const { replicas: wanted = 1 } = spec ?? {}
  const { replicas = 0, readyReplicas: ready = 0, conditions } = status ?? {}
  const behind = unseen(metadata.generation, status?.observedGeneration ?? 0)
  if (behind) return behind
  const failure = conditions?.find(({ type }) => type === 'ReplicaFailure')
  if (failure?.status === 'True') return { is: 'Degraded', ...told(failure) }
  const why = `${ready}/${wanted} ready`
  return { is: ready === wanted && replicas === wanted ? 'Healthy' : 'Progressing', why }
}

function statefulSetHealth({ metadata, spec, status }: StatefulSet): Health {
  const { replicas: wanted = 1, updateStrategy } = spec ?? {}
  const { replicas = 0, readyReplicas: ready = 0, updatedReplicas: updated = 0 } = status ?? {}
  const behind = unseen(metadata.generation, status?.observedGeneration ?? 0)
  if (behind) return behind
  const why = `${ready}/${wanted} ready`
  if (ready !== wanted || replicas !== wanted) return { is: 'Progressing', why }
  if (updateStrategy?.type === 'OnDelete') return { is: 'Healthy', why }
  const toUpdate = wanted - (updateStrategy?.rollingUpdate?.partition ?? 0)
  if (status?.currentRevision !== status?.updateRevision && updated < toUpdate) {
    return { is: 'Progressing', why: `${updated}/${toUpdate} updated` }
  }
  return { is: 'Healthy', why }
}

function daemonSetHealth({ metadata, spec, status }: DaemonSet): Health {
  const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled: updated = 0, numberAvailable = 0 } = status ?? {}
  const behind = unseen(metadata.generation, status?.observedGeneration ?? 0)
  if (behind) return behind
  if (spec?.updateStrategy?.type !== 'OnDelete' && updated < wanted) {
    return { is: 'Progressing', why: `${updated}/${wanted} updated` }
  }
  return { is: numberAvailable < wanted ? 'Progressing' : 'Healthy', why: `${numberAvailable}/${wanted} available` }
}

const find = (conditions: readonly DeploymentCondition[] = [], type: string) =>
  conditions.find((condition) => condition.type === type)

/** By kind and group. */
export const HEALTH_OF_WORKLOADS: Readonly<Record<string, HealthRule>> = {
  'Deployment.apps': ruleOf(deploymentHealth),
  'ReplicaSet.apps': ruleOf(replicaSetHealth),
  'StatefulSet.apps': ruleOf(statefulSetHealth),
  'DaemonSet.apps': ruleOf(daemonSetHealth),
}
