/**
 * In what state an object is, told from nothing but itself: of every kind, also of kinds that nobody here has heard of.
 *
 *     being deleted? ──► its own rule, where its kind has one ──► conditions that all kinds share
 *
 * An answer says why, and since when. Source: sigs.k8s.io/cli-utils pkg/kstatus, whose InProgress, Failed and Terminating
 * are told apart further, for those who look and do not wait.
 */
import type { KubeObject } from '../object.ts'
import type { Condition } from '../types/meta-v1.ts'
import { type Health, type HealthRule, ruleOf, told, unseen } from './health.ts'
import { HEALTH_OF_JOBS } from './jobs.ts'
import { HEALTH_OF_PLACES } from './places.ts'
import { podHealth } from './pod.ts'
import { HEALTH_OF_WORKLOADS } from './workloads.ts'

const RULES: Readonly<Record<string, HealthRule>> = {
  Pod: ruleOf(podHealth),
  ...HEALTH_OF_PLACES,
  ...HEALTH_OF_WORKLOADS,
  ...HEALTH_OF_JOBS,
}

/** The state of an object. */
export function healthOf(object: KubeObject): Health {
  return leaving(object) ?? RULES[keyOf(object)]?.(object) ?? generalHealth(object)
}

/** `Pod`, `Deployment.apps`. */
const keyOf = ({ apiVersion, kind }: KubeObject): string =>
  apiVersion.includes('/') ? `${kind}.${apiVersion.split('/')[0]}` : kind

function leaving({ metadata }: KubeObject): Health | undefined {
  const { deletionTimestamp, finalizers = [] } = metadata
  if (deletionTimestamp === undefined) return undefined
  const held = finalizers.length === 0 ? '' : `, held by ${finalizers.join(', ')}`
  return { is: 'Progressing', why: `terminating${held}`, since: deletionTimestamp }
}

/** Of a kind without a rule: what its controller says in the conditions that controllers agree on. */
function generalHealth({ metadata, status }: KubeObject): Health {
  const { observedGeneration, conditions } = (status ?? {}) as {
    observedGeneration?: number
    conditions?: readonly Condition[]
  }
  const behind = unseen(metadata.generation, observedGeneration)
  if (behind) return behind
  // Kinds of others may mean something else by the word.
  const find = (type: string) =>
    Array.isArray(conditions) ? conditions.find((condition: Condition) => condition.type === type) : undefined
  const stalled = find('Stalled')
  if (stalled?.status === 'True') return { is: 'Failed', ...told(stalled) }
  const reconciling = find('Reconciling')
  if (reconciling?.status === 'True') return { is: 'Progressing', ...told(reconciling) }
  const ready = find('Ready') ?? find('Available') ?? find('Established')
  if (ready?.status === 'False') return { is: 'Progressing', ...told(ready) }
  if (ready?.status === 'Unknown') return { is: 'Unknown', ...told(ready) }
  return { is: 'Healthy', why: '' }
}
