/** What is wrong with a stateful set, and what may change. Source: kubernetes pkg/apis/apps/validation ValidateStatefulSet. */

import { child, type FieldError, type FieldPath, forbidden, index, invalid, required } from '../../../field-error.ts'
import type { RuleContext } from '../../../kind.ts'
import { validateBuiltInFinalizers } from '../../../metadata/finalizers.ts'
import { validateAnnotations, validateLabels } from '../../../metadata/labels.ts'
import { checkLabel } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { StatefulSet, StatefulSetSpec } from '../../../types/apps-v1.ts'
import type { PodTemplateSpec } from '../../../types/core-v1.ts'
import {
  amountOf,
  complaints,
  nonNegative,
  notSupportedUnless,
  validateIntOrPercent,
  validatePercentMax,
} from '../../checks.ts'
import { validateClaimSpec } from '../../core/persistent-volume-claim/validate.ts'
import { validatePodAnnotations } from '../../core/pod-spec/annotations.ts'
import { validatePodTemplate } from '../../core/pod-spec/validate.ts'
import { goForm } from '../../go-form.ts'
import { goSelector } from '../../go-selector.ts'
import {
  tryFilter,
  validateChosen,
  validateCollisions,
  validateCounts,
  validateParts,
  validateRunsOn,
  validateSelector,
} from '../../workload.ts'

/** What is wrong with it, or with its status. */
export function validateStatefulSet(set: StatefulSet, { subresource, old }: RuleContext): FieldError[] {
  if (subresource === 'status') return validateStatus(set)
  const ofMetadata = validateBuiltInFinalizers(set.metadata.finalizers, 'metadata.finalizers')
  const before = (old as StatefulSet | undefined)?.spec // Of the kind that the rules are for.
  // A template that was wrong before may stay so.
  const isLenient = before !== undefined && validateSpec(before, before, false).length > 0
  return [...ofMetadata, ...validateSpec(set.spec, before, isLenient)]
}

/** What may not change. */
export function validateStatefulSetUpdate(
  set: StatefulSet,
  old: StatefulSet,
  { subresource }: RuleContext,
): FieldError[] {
  if (subresource === 'status') return validateCollisions(set.status, old.status)
  if (sameMeaning(fixedOf(set.spec), fixedOf(old.spec))) return []
  return [
    forbidden(
      'spec',
      "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ),
  ]
}

function fixedOf(spec: StatefulSetSpec | undefined): object {
  const { selector, serviceName, podManagementPolicy, volumeClaimTemplates } = spec ?? {}
  return { selector, serviceName, podManagementPolicy, volumeClaimTemplates }
}

function validateSpec(
  spec: StatefulSetSpec | undefined,
  old: StatefulSetSpec | undefined,
  isLenient: boolean,
): FieldError[] {
  const {
    podManagementPolicy: management = '',
    serviceName = '',
    persistentVolumeClaimRetentionPolicy: retention,
  } = spec ?? {}
  const path = 'spec'
  const retentionPath = child(path, 'persistentVolumeClaimRetentionPolicy')
  const isKnown = management === 'OrderedReady' || management === 'Parallel'
  return [
    ...(isKnown
      ? []
      : [invalid(child(path, 'podManagementPolicy'), management, "must be 'OrderedReady' or 'Parallel'")]),
    ...validateStrategy(spec?.updateStrategy, child(path, 'updateStrategy')),
    ...(['whenDeleted', 'whenScaled'] as const).flatMap((when) =>
      notSupportedUnless(retention?.[when] ?? '', ['Retain', 'Delete'], child(retentionPath, when)),
    ),
    ...(old ? [] : (spec?.volumeClaimTemplates ?? [])).flatMap((claim, at) =>
      validateClaimSpec(claim.spec ?? {}, child(index(child(path, 'volumeClaimTemplates'), at), 'spec')),
    ),
    ...nonNegative(spec?.replicas, child(path, 'replicas')),
    ...nonNegative(spec?.minReadySeconds, child(path, 'minReadySeconds')),
    ...nonNegative(spec?.ordinals?.start, child(path, 'ordinals.start')),
    ...(old || serviceName === '' ? [] : complaints(checkLabel, serviceName, child(path, 'serviceName'))),
    ...validateSelector(spec?.selector, 'statefulset', child(path, 'selector')),
    ...validateTemplate(spec, old, isLenient, path),
    ...validateRunsOn(spec?.template, 'StatefulSet', child(path, 'template')),
  ]
}

function validateTemplate(
  spec: StatefulSetSpec | undefined,
  old: StatefulSetSpec | undefined,
  isLenient: boolean,
  path: FieldPath,
): FieldError[] {
  const filter = tryFilter(spec?.selector)
  if (!filter) return [invalid(child(path, 'selector'), goSelector(spec?.selector), '')]
  const template = withClaims(spec)
  const place = child(path, 'template')
  const { labels, annotations } = template?.metadata ?? {}
  return [
    ...validateChosen(filter, template, place),
    ...(isLenient ? [] : validatePodTemplate(template, place, old?.template)),
    ...validateLabels(labels, child(place, 'labels')),
    ...validateAnnotations(annotations, child(place, 'annotations')),
    ...validatePodAnnotations(annotations, template?.spec ?? { containers: [] }, child(place, 'annotations')),
  ]
}

/** The template as its pods will be: with the volumes of their claims, and named by the set. */
function withClaims(spec: StatefulSetSpec | undefined): PodTemplateSpec | undefined {
  const pods = spec?.template?.spec
  if (!spec || !pods) return spec?.template
  const claims = (spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata.name ?? '')
  const { subdomain: _subdomain, hostname: _hostname, volumes = [], ...rest } = pods
  const own = volumes.filter(({ name }) => !claims.includes(name))
  const claimed = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
  return { ...spec.template, spec: { ...rest, volumes: [...claimed, ...own] } }
}

function validateStrategy(strategy: StatefulSetSpec['updateStrategy'], path: FieldPath): FieldError[] {
  const { type, rollingUpdate } = strategy ?? {}
  const place = child(path, 'rollingUpdate')
  switch (type) {
    case undefined:
    case '':
      return [required(path)]
    case 'OnDelete': {
      const shown = goForm('RollingUpdateStatefulSetStrategy', rollingUpdate)
      return rollingUpdate ? [invalid(place, shown, "only allowed for updateStrategy 'RollingUpdate'")] : []
    }
    case 'RollingUpdate': {
      const { maxUnavailable, partition } = rollingUpdate ?? {}
      const most = child(place, 'maxUnavailable')
      return [
        ...nonNegative(partition, child(place, 'partition')),
        ...(maxUnavailable === undefined
          ? []
          : [
              ...validateIntOrPercent(maxUnavailable, most),
              ...(amountOf(maxUnavailable) === 0 ? [invalid(most, maxUnavailable, 'cannot be 0')] : []),
              ...validatePercentMax(maxUnavailable, most),
            ]),
      ]
    }
    default:
      return [invalid(path, goForm('StatefulSetUpdateStrategy', strategy), "must be 'RollingUpdate' or 'OnDelete'")]
  }
}

const PARTS = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas']

function validateStatus({ status }: StatefulSet): FieldError[] {
  const path = 'status'
  return [
    ...validateCounts(status, ['replicas', ...PARTS, 'observedGeneration', 'collisionCount'], path),
    ...validateParts(status, PARTS, 'replicas', 'status.replicas', path),
    ...validateParts(status, ['availableReplicas'], 'readyReplicas', 'status.readyReplicas', path),
  ]
}
