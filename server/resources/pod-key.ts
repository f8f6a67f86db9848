/** The pod that a request is about, whichever path it came by; and the small words of its answers. */
import { type ApiResponse, answer, answerJson } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { encodeObject as encodeProtobuf, PROTOBUF_MEDIA_TYPE } from '@muster/api/protobuf/envelope.ts'
import { toStoredForm } from '@muster/api/schema/json-form.ts'
import type { Status } from '@muster/api/status.ts'
import { typeNameOf } from '@muster/api/tables/schemas.ts'
import type { Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { isKind } from '../auth/reads.ts'
import type { ObjectKey } from '../storage/key.ts'
import type { ResourceCall } from './call.ts'

const isPod = isKind<Pod>('v1', 'Pod')

/** The key of the pod of that name, in the call's namespace. */
export const podKey = ({ info }: ResourceCall, name: string = info.name): ObjectKey => ({
  group: '',
  resource: 'pods',
  cluster: info.cluster,
  namespace: info.namespace,
  name,
})

/** What is kept under a pod's key, as a pod. */
export function asPod(object: KubeObject | undefined): Pod {
  assert(object && isPod(object), 'what is kept under the key of a pod is one')
  return object
}

/** Says of a pod that something is true now; what was said of it before is replaced. Changes it. */
export function setPodCondition(pod: Pod, condition: PodCondition, now: string): void {
  pod.status ??= {}
  const conditions = pod.status.conditions ?? []
  const old = conditions.find(({ type }) => type === condition.type)
  const lastTransitionTime = (old?.status === condition.status && old.lastTransitionTime) || now
  const next = { ...condition, lastTransitionTime }
  pod.status.conditions = old ? conditions.map((one) => (one === old ? next : one)) : [...conditions, next]
  const typeName = typeNameOf('', 'v1', 'Pod')
  if (typeName !== undefined) toStoredForm(typeName, pod as never)
}

const DONE: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** It was done. In protobuf for those who ask for it first, as kubelets and schedulers do. */
export function answerDone({ request }: ResourceCall): ApiResponse {
  return (request.headers.accept ?? '').startsWith(PROTOBUF_MEDIA_TYPE)
    ? answer(201, PROTOBUF_MEDIA_TYPE, encodeProtobuf({ ...DONE, metadata: {} }))
    : answerJson(201, DONE)
}
