/**
 * How the sets of a Deployment get their sizes, and what is done when somebody scales the Deployment.
 * Source: kubernetes pkg/controller/deployment/sync.go.
 */
import type { Deployment, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import { byAge, countIn, DESIRED_REPLICAS, MAX_REPLICAS, scaleAnnotations } from './deployment-sets.ts'
import { replicasOf } from './replica-set.ts'
import { boundsOf, proportionalSizes } from './rolling.ts'

/** One thing to do. */
export type DeploymentStep =
  | { readonly do: 'create'; readonly set: ReplicaSet }
  | { readonly do: 'change'; readonly set: ReplicaSet; readonly change: SetChange }
  | { readonly do: 'delete'; readonly set: ReplicaSet }

/** What becomes otherwise of a set. */
export interface SetChange {
  readonly replicas?: number
  readonly minReadySeconds?: number
  readonly annotations?: Readonly<Record<string, string>>
}

/** A Deployment and the sets that it manages. */
export interface DeploymentSets {
  readonly deployment: Deployment
  readonly sets: readonly ReplicaSet[]
  /** The one of them that has the template, if there is one. */
  readonly newSet?: ReplicaSet
  /** The others, oldest first. */
  readonly oldSets: readonly ReplicaSet[]
}

/** True when somebody wants another number of pods than when a set was scaled last. */
export const isScaled = ({ deployment, sets }: DeploymentSets): boolean =>
  sets.some((set) => {
    const desired = replicasOf(set) > 0 ? countIn(set, DESIRED_REPLICAS) : undefined
    return desired !== undefined && desired !== boundsOf(deployment).replicas
  })

/** Each set keeps its share; a rollout neither goes on nor back. */
export function scaleSteps(look: DeploymentSets): readonly DeploymentStep[] {
  const { deployment, newSet, oldSets } = look
  const bounds = boundsOf(deployment)
  const active = look.sets.filter(isActive)
  if (active.length <= 1) {
    const target = active[0] ?? newSet ?? oldSets.at(-1)
    return target ? resized(look, target, bounds.replicas) : []
  }
  if (newSet && isSaturated(deployment, newSet)) {
    return oldSets.filter(isActive).flatMap((set) => resized(look, set, 0))
  }
  if (deployment.spec?.strategy?.type !== 'RollingUpdate') return []
  const isToGrow = sizeOfAll(active) < bounds.replicas + bounds.surge && bounds.replicas > 0
  const ordered = active.toSorted(
    (one, other) => replicasOf(other) - replicasOf(one) || (isToGrow ? byAge(other, one) : byAge(one, other)),
  )
  const before = deployment.status?.replicas ?? 0
  const sizes = proportionalSizes(
    bounds,
    ordered.map((set) => ({ size: replicasOf(set), maxBefore: countIn(set, MAX_REPLICAS) || before })),
  )
  return ordered.flatMap((set, at) => annotated(look, set, sizes[at] ?? replicasOf(set)))
}

/** True when the new set has all pods, and all of them are available. */
function isSaturated(deployment: Deployment, set: ReplicaSet): boolean {
  const { replicas } = boundsOf(deployment)
  return [replicasOf(set), countIn(set, DESIRED_REPLICAS), set.status?.availableReplicas ?? 0].every(
    (count) => count === replicas,
  )
}

/** A set of another size; nothing when it has it. */
export const resized = (look: DeploymentSets, set: ReplicaSet, size: number): readonly DeploymentStep[] =>
  replicasOf(set) === size ? [] : annotated(look, set, size)

/** A set of a size, and annotations that tell of it. */
function annotated({ deployment }: DeploymentSets, set: ReplicaSet, size: number): readonly DeploymentStep[] {
  const annotations = scaleAnnotations(deployment)
  const isTold = Object.entries(annotations).every(([key, value]) => set.metadata.annotations?.[key] === value)
  const isSized = replicasOf(set) === size
  if (isTold && isSized) return []
  return [{ do: 'change', set, change: { ...(isSized ? {} : { replicas: size }), annotations } }]
}

/** True for a set that is to have pods. */
export const isActive = (set: ReplicaSet): boolean => replicasOf(set) > 0
/** Pods that all of them are to have. */
export const sizeOfAll = (sets: readonly ReplicaSet[]): number =>
  sets.reduce((total, set) => total + replicasOf(set), 0)
