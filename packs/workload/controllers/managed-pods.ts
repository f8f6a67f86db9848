/** Makes and deletes the pods of an owner, and says so. Source: kubernetes pkg/controller/controller_utils.go (RealPodControl). */
import type { KubeObject } from '@muster/api/object.ts'
import type { Status } from '@muster/api/status.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import type { EventRecorder } from '@muster/runtime/events.ts'

/** What acting on an owner's pods takes. */
export interface PodActions {
  readonly owner: KubeObject
  readonly client: Client
  readonly events: Pick<EventRecorder, 'say'>
}

/** Makes a pod. Nothing comes of it in a namespace that goes: it takes the owner with it. */
export async function createPod({ owner, client, events }: PodActions, pod: Pod): Promise<void> {
  try {
    const { metadata } = await client.resource(PODS).create(pod)
    const message = `Created pod: ${metadata.name}`
    events.say(client, owner, { type: 'Normal', reason: 'SuccessfulCreate', message })
  } catch (error) {
    if (isNamespaceLeaving(error)) return
    const message = `Error creating: ${messageOf(error)}`
    events.say(client, owner, { type: 'Warning', reason: 'FailedCreate', message })
    throw error
  }
}

/** Deletes a pod, unless it is gone. */
export async function deletePod({ owner, client, events }: PodActions, { metadata }: Pod): Promise<void> {
  const { name = '', namespace = '', uid } = metadata
  try {
    await client.resource(PODS).delete({ namespace, name }, uid ? { uid } : {})
    events.say(client, owner, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${name}` })
  } catch (error) {
    if (hasCode(error, 'NotFound')) return
    const message = `Error deleting: ${messageOf(error)}`
    events.say(client, owner, { type: 'Warning', reason: 'FailedDelete', message })
    throw error
  }
}

/** True when something was refused because its namespace is being deleted: there is nothing to tell, and nothing to try again. */
export const isNamespaceLeaving = (error: unknown): boolean =>
  isControlError(error) &&
  ((error.details as Status | undefined)?.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')

/** What an error says. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
