/** Makes, changes and deletes the ReplicaSets of a Deployment, and says so. Source: kubernetes pkg/controller/deployment/sync.go. */
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import type { Deployment, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { DEPLOYMENTS, REPLICA_SETS } from '@muster/client/kubernetes.ts'
import type { EventRecorder } from '@muster/runtime/events.ts'
import type { DeploymentDecision } from '../decide/deployment.ts'
import type { DeploymentStep, SetChange } from '../decide/deployment-scaling.ts'
import { isOfTemplate } from '../decide/deployment-sets.ts'
import { withProgressing } from '../decide/deployment-status.ts'
import { replicasOf } from '../decide/replica-set.ts'
import { isNamespaceLeaving, messageOf } from './managed-pods.ts'
import { writeStatus } from './write-status.ts'

/** What acting on a Deployment's sets takes. */
export interface SetActions {
  readonly deployment: Deployment
  readonly client: Client
  readonly events: Pick<EventRecorder, 'say'>
  readonly now: Instant
}

/** Whether the steps after one may be done. */
type Outcome = 'done' | 'stop'

/**
 * Does one step after the other. False when a name was taken or the namespace goes: then nothing else is to be done now.
 * Throws what fails.
 */
export async function actOnSets(actions: SetActions, { steps }: DeploymentDecision): Promise<boolean> {
  for (const step of steps) {
    if ((await actOnSet(actions, step)) === 'stop') return false
  }
  return true
}

async function actOnSet(actions: SetActions, step: DeploymentStep): Promise<Outcome> {
  switch (step.do) {
    case 'create':
      return create(actions, step.set)
    case 'change':
      await change(actions, step.set, step.change)
      return 'done'
    case 'delete':
      await remove(actions, step.set)
      return 'done'
    default:
      return step satisfies never
  }
}

async function create(actions: SetActions, set: ReplicaSet): Promise<Outcome> {
  try {
    await actions.client.resource(REPLICA_SETS).create(set)
  } catch (error) {
    if (hasCode(error, 'AlreadyExists')) return countCollision(actions, set)
    if (isNamespaceLeaving(error)) return 'stop'
    await tellOfFailure(actions, `Failed to create new replica set "${set.metadata.name}": ${messageOf(error)}`)
    throw error
  }
  if (replicasOf(set) > 0) sayScaled(actions, set, 0, replicasOf(set))
  return 'done'
}

/** The set may be there though pictures do not show it; of another template or owner, it makes the next name another. */
async function countCollision({ client, deployment }: SetActions, wanted: ReplicaSet): Promise<Outcome> {
  const { namespace = '', name = '' } = wanted.metadata
  const found = await client.resource(REPLICA_SETS).get({ namespace, name })
  const isOurs = controllerOf(found.metadata)?.uid === deployment.metadata.uid
  if (isOurs && isOfTemplate(found.spec?.template, deployment.spec?.template ?? {})) return 'done'
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
  await writeStatus(client, DEPLOYMENTS, deployment, { collisionCount })
  return 'stop'
}

async function tellOfFailure({ client, deployment, events, now }: SetActions, message: string): Promise<void> {
  const reason = 'ReplicaSetCreateError'
  events.say(client, deployment, { type: 'Warning', reason, message })
  const known = deployment.status?.conditions ?? []
  const conditions = [...withProgressing(deployment, known, { status: 'False', reason, message }, now)]
  await writeStatus(client, DEPLOYMENTS, deployment, { conditions })
}

async function change(actions: SetActions, set: ReplicaSet, wanted: SetChange): Promise<void> {
  const { uid, namespace = '', name = '' } = set.metadata
  const { annotations, ...spec } = wanted
  const value = { metadata: { uid, ...(annotations ? { annotations } : {}) }, spec }
  await actions.client.resource(REPLICA_SETS).patch({ namespace, name }, { patch: 'merge', value })
  const { replicas } = wanted
  if (replicas !== undefined && replicas !== replicasOf(set)) sayScaled(actions, set, replicasOf(set), replicas)
}

function sayScaled(
  { client, deployment, events }: SetActions,
  { metadata }: ReplicaSet,
  from: number,
  to: number,
): void {
  const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`
  events.say(client, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
}

async function remove({ client }: SetActions, { metadata }: ReplicaSet): Promise<void> {
  const { uid, namespace = '', name = '' } = metadata
  try {
    await client.resource(REPLICA_SETS).delete({ namespace, name }, uid ? { uid } : {})
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}
