/** Carries out what was decided about the pods of a StatefulSet, and says so; see `decide/stateful-set.ts`. */
import type { StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { ControlError, hasCode, isControlError } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { CLAIMS, PODS } from '@muster/client/kubernetes.ts'
import type { EventRecorder } from '@muster/runtime/events.ts'
import { decideClaimOwners } from '../decide/claim-retention.ts'
import { claimsOf, ordinalOf, repairOf } from '../decide/stateful-identity.ts'
import type { StatefulStep } from '../decide/stateful-set.ts'

/** What acting on a set's pods takes. */
export interface StatefulActions {
  readonly set: StatefulSet
  readonly client: Client
  readonly events: Pick<EventRecorder, 'say'>
  claim(name: string): PersistentVolumeClaim | undefined
}

/** Does one step. Throws what the server answered, after an event has told of it. */
export async function actOnPod(actions: StatefulActions, { do: what, pod }: StatefulStep): Promise<void> {
  switch (what) {
    case 'create':
      return told(actions, 'Create', pod, async () => {
        await makeClaims(actions, pod)
        await actions.client.resource(PODS).create(pod)
        await ownClaims(actions, pod)
      })
    case 'delete':
      return told(actions, 'Delete', pod, () => remove(actions, pod))
    case 'make-claims':
      await makeClaims(actions, pod)
      return told(actions, 'Update', pod, () => ownClaims(actions, pod), 'failures')
    case 'own-claims':
      await ownClaims(actions, pod)
      return
    case 'repair':
      return told(actions, 'Update', pod, () => repair(actions, pod))
    default:
      return what satisfies never
  }
}

async function remove({ client }: StatefulActions, { metadata }: Pod): Promise<void> {
  const { name = '', namespace = '', uid } = metadata
  try {
    await client.resource(PODS).delete({ namespace, name }, uid ? { uid } : {})
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}

async function repair(actions: StatefulActions, pod: Pod): Promise<void> {
  await makeClaims(actions, pod)
  await ownClaims(actions, pod)
  const value = repairOf(actions.set, pod)
  const { name = '', namespace = '' } = pod.metadata
  if (value) await actions.client.resource(PODS).patch({ namespace, name }, { patch: 'merge', value })
}

/** Makes the claims that are not there. Throws when one of them is on its way out. */
async function makeClaims(actions: StatefulActions, pod: Pod): Promise<void> {
  const { set, client, events } = actions
  const failures: unknown[] = []
  for (const claim of claimsOf(set, ordinalOf(pod) ?? 0)) {
    const { name = '' } = claim.metadata
    const known = actions.claim(name)
    if (known) {
      if (known.metadata.deletionTimestamp === undefined) continue
      failures.push(new ControlError('Conflict', `pvc ${name} is being deleted`))
      continue
    }
    const of = `Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
    try {
      await client.resource(CLAIMS).create(claim)
      events.say(client, set, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Create Claim ${name} ${of} success`,
      })
    } catch (error) {
      failures.push(new ControlError(codeOf(error), `failed to create PVC ${name}: ${messageOf(error)}`, error))
      if (hasCode(error, 'AlreadyExists')) continue
      const message = `Create Claim ${name} for ${of} failed error: ${messageOf(error)}`
      events.say(client, set, { type: 'Warning', reason: 'FailedCreate', message })
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** Gives the claims of a pod the owners that their policy asks for. */
async function ownClaims({ set, client, events, claim: find }: StatefulActions, pod: Pod): Promise<void> {
  for (const { metadata } of claimsOf(set, ordinalOf(pod) ?? 0)) {
    const claim = find(metadata.name ?? '')
    const decided = claim && decideClaimOwners(set, pod, claim)
    if (!claim || decided?.owners !== 'write') continue
    const { name = '', namespace = '', uid, resourceVersion } = claim.metadata
    if (decided.conflicting) {
      const message = `PersistentVolumeClaim ${name} has a conflicting OwnerReference that acts as a manging controller, the retention policy is ignored for this claim`
      events.say(client, set, { type: 'Warning', reason: 'ConflictingController', message })
    }
    const value = { metadata: { uid, resourceVersion, ownerReferences: decided.references } }
    await client.resource(CLAIMS).patch({ namespace, name }, { patch: 'merge', value })
  }
}

/** Does something and tells how it went. A name that is taken is tried again, and not told of. */
async function told(
  { set, client, events }: StatefulActions,
  verb: 'Create' | 'Update' | 'Delete',
  pod: Pod,
  act: () => Promise<void>,
  of: 'all' | 'failures' = 'all',
): Promise<void> {
  const what = `${verb} Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`
  try {
    await act()
  } catch (error) {
    if (!(verb === 'Create' && hasCode(error, 'AlreadyExists'))) {
      const message = `${what} failed error: ${messageOf(error)}`
      events.say(client, set, { type: 'Warning', reason: `Failed${verb}`, message })
    }
    throw error
  }
  if (of === 'all') {
    events.say(client, set, { type: 'Normal', reason: `Successful${verb}`, message: `${what} successful` })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const codeOf = (error: unknown) => (isControlError(error) ? error.code : 'Internal')
