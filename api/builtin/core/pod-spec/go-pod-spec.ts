/** The spec of a pod as Kubernetes' own types have it: what it shares with its node is part of its security context. */
import type { Json } from '../../../object.ts'
import type { PodSpec, PodTemplateSpec } from '../../../types/core-v1.ts'
import { goForm } from '../../go-form.ts'

/** The spec of a pod, as messages show it. */
export const goPodSpec = (spec: PodSpec | undefined): Readonly<Record<string, Json>> =>
  goForm('PodSpec', { ...spec, securityContext: securityOf(spec) })

/** A template of pods, as messages show it. */
export function goPodTemplate(template: PodTemplateSpec | undefined): Readonly<Record<string, Json>> {
  const { metadata = {}, spec } = template ?? {}
  const shown = goForm('PodTemplateSpec', { metadata })
  return { ...shown, Spec: goPodSpec(spec) as Json }
}

function securityOf({
  securityContext,
  hostNetwork,
  hostPID,
  hostIPC,
  shareProcessNamespace,
  hostUsers,
}: Partial<PodSpec> = {}) {
  return { ...securityContext, hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers }
}
