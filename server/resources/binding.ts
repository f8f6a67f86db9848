/**
 * `pods/NAME/binding` and `bindings`: a pod gets its node, once and for all.
 * Source: kubernetes pkg/registry/core/pod/storage BindingREST.
 */

import { validatePodBinding } from '@muster/api/builtin/core/binding.ts'
import { sayFieldErrors } from '@muster/api/field-error.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, conflict, methodNotServed, plainFailure } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Binding, Pod } from '@muster/api/types/core-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { isKind } from '../auth/reads.ts'
import type { SubresourceHandler } from './answer.ts'
import { decodePassing, passingKind } from './answer-object.ts'
import type { ResourceCall } from './call.ts'
import { answerDone, asPod, podKey, setPodCondition } from './pod-key.ts'
import { type Admitted, admitPassing, writeRequest } from './writing.ts'

const BINDING = passingKind('', 'v1', 'Binding')
const isBinding = isKind<Binding>('v1', 'Binding')

/** Binds a pod to the node that the Binding names. */
export const bindingHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb !== 'create') throw methodNotServed()
  const { object: binding, options } = decodePassing(call, BINDING)
  assert(isBinding(binding), 'a body was decoded by the schema of its kind')
  const { name = '', uid, resourceVersion } = binding.metadata
  const isOfPod = call.info.subresource !== ''
  if (isOfPod && name !== call.info.name) throw badRequest('name in URL does not match name in Binding object')
  const wrong = validatePodBinding(binding)
  if (wrong.length > 0) throw plainFailure(sayFieldErrors(wrong))

  const admitted: Admitted = { guards: [] }
  await admitPassing(call, deps, binding, BINDING, options.dryRun, admitted)
  await deps.objects.update(podKey(call, name), {
    ...writeRequest(call, deps, options.dryRun, admitted),
    // Only below the pod's own path may a Binding say which pod it means.
    preconditions: { ...(isOfPod && uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
    change: (current) => bound(call, asPod(current), binding),
  })
  return answerDone(call)
}

function bound({ now }: ResourceCall, pod: Pod, { metadata, target }: Binding): KubeObject {
  const why = whyNot(pod)
  if (why !== undefined) throw conflict({ group: '', resource: 'pods/binding' }, pod.metadata.name ?? '', why)
  const { annotations, labels } = metadata
  if (annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...annotations }
  if (labels) pod.metadata.labels = { ...pod.metadata.labels, ...labels }
  pod.spec = { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: target.name ?? '' }
  // The scheduler's hint has served its purpose.
  delete pod.status?.nominatedNodeName
  setPodCondition(pod, { type: 'PodScheduled', status: 'True' }, timestamp(now))
  return pod
}

function whyNot({ metadata: { name, deletionTimestamp }, spec }: Pod): string | undefined {
  if (deletionTimestamp !== undefined) return `pod ${name} is being deleted, cannot be assigned to a host`
  if (spec?.nodeName) return `pod ${name} is already assigned to node ${JSON.stringify(spec.nodeName)}`
  return spec?.schedulingGates?.length ? `pod ${name} has non-empty .spec.schedulingGates` : undefined
}
