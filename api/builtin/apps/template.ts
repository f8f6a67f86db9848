/** The template of what makes pods without names of their own: Deployment and ReplicaSet. Source: kubernetes pkg/apis/apps/validation ValidatePodTemplateSpecForReplicaSet. */

import { child, type FieldError, type FieldPath, invalid } from '../../field-error.ts'
import type { LabelSelector } from '../../selector/label-selector.ts'
import type { PodTemplateSpec } from '../../types/core-v1.ts'
import { validatePodTemplate } from '../core/pod-spec/validate.ts'
import { goSelector } from '../go-selector.ts'
import { tryFilter, validateChosen, validateRunsOn } from '../workload.ts'

/** What chooses pods and makes them. */
interface Templated {
  readonly selector?: LabelSelector
  readonly template?: PodTemplateSpec
}

/** What is wrong with the template; nothing is said of it while the selector is none. */
export function validateTemplateOf(spec: Templated, old: Templated | undefined, path: FieldPath): FieldError[] {
  const filter = tryFilter(spec.selector)
  if (!filter) return [invalid(child(path, 'selector'), goSelector(spec.selector), 'invalid label selector')]
  const place = child(path, 'template')
  return [
    ...validateChosen(filter, spec.template, place),
    ...validatePodTemplate(spec.template, place, old?.template),
    ...validateRunsOn(spec.template, 'ReplicaSet', place),
  ]
}
