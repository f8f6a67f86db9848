/** Keeps the ReplicaSets of Deployments; see `decide/deployment.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { DEPLOYMENTS, PODS, REPLICA_SETS } from '@muster/client/kubernetes.ts'
import { byController } from '@muster/client/picture.ts'
import {
  type Controller,
  type ControllerContext,
  type Key,
  lookAgain,
  ownerKey,
  type Pictures,
  type Verdict,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { createEventRecorder, type EventRecorder } from '@muster/runtime/events.ts'
import { decideDeployment } from '../decide/deployment.ts'
import { candidates, claim } from './claim.ts'
import { actOnSets } from './deployment-sets.ts'
import { chooses, ownersOf } from './sets-of.ts'
import { writeStatus } from './write-status.ts'

/** Looks at Deployments. */
export const deploymentController: Controller = {
  name: 'deployment-controller',
  watches: DEPLOYMENTS,
  alsoWatches: [
    { resource: REPLICA_SETS, keysOf: (set, informer) => ownersOf(set, DEPLOYMENTS, informer) },
    { resource: PODS, keysOf: waitingFor },
  ],
  begin(deps) {
    const events = createEventRecorder({ ...deps, component: 'deployment-controller' })
    return { changed: () => {}, reconcile: (key, context) => look(key, context, events) }
  },
}

/** Who recreates his pods waits until the old ones are gone; of the others the ReplicaSets tell enough. */
function waitingFor(pod: KubeObject, informer: Pictures): readonly Key[] {
  return ownerKey(pod, REPLICA_SETS)
    .flatMap((key) => informer(REPLICA_SETS).get(key) ?? [])
    .flatMap((set) => ownerKey(set, DEPLOYMENTS))
    .filter((key) => informer(DEPLOYMENTS).get(key)?.spec?.strategy?.type === 'Recreate')
}

async function look(key: Key, { client, clock, informer }: ControllerContext, events: EventRecorder): Promise<Verdict> {
  const deployment = informer(DEPLOYMENTS).get(key)
  if (!deployment) return waitForChange
  const selector = deployment.spec?.selector
  if (sameMeaning(selector, {})) {
    const message = 'This deployment is selecting all pods. A non-empty selector is required.'
    events.say(client, deployment, { type: 'Warning', reason: 'SelectingAll', message })
    await writeStatus(client, DEPLOYMENTS, deployment, { observedGeneration: deployment.metadata.generation ?? 0 })
    return waitForChange
  }
  const owner = { ref: DEPLOYMENTS, object: deployment }
  const known = candidates(informer, REPLICA_SETS, deployment)
  const sets = await claim(client, owner, REPLICA_SETS, known, (set) => chooses(selector, set))
  const now = clock.now()
  const podsOf = ({ metadata }: KubeObject) => [...informer(PODS).by(byController, metadata.uid ?? '')]
  const decision = decideDeployment({ deployment, sets, podsOf, now })
  const isDone = await actOnSets({ deployment, client, events, now }, decision)
  if (!isDone) return waitForChange
  await writeStatus(client, DEPLOYMENTS, deployment, decision.status, decision.annotations)
  return decision.lookAfter === undefined ? waitForChange : lookAgain(decision.lookAfter)
}
