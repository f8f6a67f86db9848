/** What is wrong with a pod, at its creation and whenever it is written. Source: kubernetes pkg/registry/core/pod/strategy.go. */

import { child, type FieldError, forbidden, index } from '../../../field-error.ts'
import type { RuleContext } from '../../../kind.ts'
import { validateBuiltInFinalizers } from '../../../metadata/finalizers.ts'
import type { Pod, PodSpec } from '../../../types/core-v1.ts'
import { validatePodAnnotations, validateProfiles } from '../pod-spec/annotations.ts'
import { validateImageSpace } from '../pod-spec/container-rules.ts'
import { validatePodSpec } from '../pod-spec/validate.ts'
import { refuseResize, validateResize } from './resize.ts'
import { validatePodStatus } from './status.ts'
import { validateAnnotationChange, validateEphemeralChange, validatePodChange } from './update.ts'

const NOTHING: PodSpec = { containers: [] }

/** What is wrong with the pod itself; a write of the status is judged by the change alone. */
export function validatePod(pod: Pod, { subresource, old }: RuleContext): FieldError[] {
  if (subresource === 'status') return []
  const before = old as Pod | undefined // Of the kind that the rules are for.
  // What cannot be resized at all is told that and nothing else.
  if (subresource === 'resize' && before && refuseResize(before).length > 0) return []
  const { metadata, spec = NOTHING } = pod
  return [
    ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    ...validatePodAnnotations(metadata.annotations, spec, 'metadata.annotations', before?.metadata.annotations ?? {}),
    ...validatePodSpec(spec, 'spec', { isPod: true, metadata, old: before?.spec }),
    ...validateTokens(spec),
    ...(spec.containers ?? []).flatMap((one, at) => validateImageSpace(one, index('spec.containers', at))),
    ...(spec.initContainers ?? []).flatMap((one, at) => validateImageSpace(one, index('spec.initContainers', at))),
    ...(before ? [] : validateNew(pod, spec)),
  ]
}

/** Without a service account there is nobody to have a token. */
function validateTokens({ serviceAccountName, volumes = [] }: PodSpec): FieldError[] {
  if (serviceAccountName) return []
  return volumes.flatMap(({ projected }, at) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, sourceAt) => {
      const path = index(child(index('spec.volumes', at), 'projected', 'sources'), sourceAt)
      const why = 'must not be specified when serviceAccountName is not set'
      return serviceAccountToken ? [forbidden(child(path, 'serviceAccountToken'), why)] : []
    }),
  )
}

function validateNew({ metadata }: Pod, spec: PodSpec): FieldError[] {
  return [
    ...(spec.ephemeralContainers?.length ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : []),
    ...(spec.nodeName && spec.schedulingGates?.length
      ? [forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')]
      : []),
    ...validateProfiles(metadata.annotations, spec, 'spec'),
  ]
}

/** What is wrong with a change, by what is written. */
export function validatePodUpdate(pod: Pod, old: Pod, { subresource }: RuleContext): FieldError[] {
  switch (subresource) {
    case 'status':
      return [...validateAnnotationChange(pod, old), ...validatePodStatus(pod, old)]
    case 'ephemeralcontainers':
      return [...validateAnnotationChange(pod, old), ...validateEphemeralChange(pod, old)]
    case 'resize': {
      const refused = refuseResize(old)
      return refused.length > 0 ? refused : validateResize(pod, old)
    }
    default:
      return [...validateAnnotationChange(pod, old), ...validatePodChange(pod, old)]
  }
}
