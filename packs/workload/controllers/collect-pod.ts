/** Ends a pod that nobody else will. Source: kubernetes pkg/controller/podgc markFailedAndDeletePodWithCondition. */
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import { disruptionTarget, type Target } from '../decide/pod-condition.ts'
import { isPodTerminal } from '../pods.ts'

/** Says that it failed, since no node will, and deletes it at once, unless it is gone. */
export async function collectPod(client: Client, pod: Pod, now: Instant, why?: Target): Promise<void> {
  const { name = '', namespace = '', uid, generation } = pod.metadata
  const pods = client.resource(PODS)
  try {
    if (!isPodTerminal(pod)) {
      const status = {
        phase: 'Failed',
        ...(generation === undefined ? {} : { observedGeneration: generation }),
        ...(why ? { conditions: [disruptionTarget(pod, why, now)] } : {}),
      }
      const value = { metadata: { uid }, status }
      await pods.patch({ namespace, name }, { patch: 'strategic', value }, { subresource: 'status' })
    }
    await pods.delete({ namespace, name }, { ...(uid ? { uid } : {}), gracePeriodSeconds: 0 })
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}
