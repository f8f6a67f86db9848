/** Pods of a template, and how they are replaced when it changes. */

import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, type FieldPath, forbidden, invalid, notSupported } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { Deployment, DeploymentSpec, RollingUpdateDeployment } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { amountOf, nonNegative, validateIntOrPercent, validatePercentMax } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { warnOfName, warnOfTemplate } from '../core/pod-spec/warnings.ts'
import { goForm } from '../go-form.ts'
import { goSelector } from '../go-selector.ts'
import { immutable } from '../immutable.ts'
import { countScaling, validateCollisions, validateCounts, validateParts, validateSelector } from '../workload.ts'
import { SCALE } from './scale.ts'
import { validateTemplateOf } from './template.ts'

/** Deployment. Source: kubernetes pkg/registry/apps/deployment, pkg/apis/apps. */
export const deployment = builtIn<Deployment>({
  group: 'apps',
  kind: 'Deployment',
  plural: 'deployments',
  shortNames: ['deploy'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultDeployment,
      columns: [
        NAME_COLUMN,
        column('Ready', 'Number of the pod with ready state', ({ spec, status }) => {
          return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`
        }),
        column(
          'Up-to-date',
          'Total number of non-terminating pods targeted by this deployment that have the desired template spec.',
          ({ status }) => status?.updatedReplicas ?? 0,
        ),
        column(
          'Available',
          'Total number of available non-terminating pods (ready for at least minReadySeconds) targeted by this deployment.',
          ({ status }) => status?.availableReplicas ?? 0,
        ),
        AGE_COLUMN,
        ...containerColumns<Deployment>(({ spec }) => spec?.template.spec),
        column(
          'Selector',
          "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment. It must match the pod template's labels.",
          ({ spec }) => sayLabelSelector(spec?.selector),
          WIDE,
        ),
      ],
      subresources: { status: true, scale: SCALE },
    },
  ],
  rules: {
    generation: 'spec',
    prepareForCreate: ({ spec }) => dropDisabledOfTemplate(spec?.template),
    prepareForUpdate(object, old, context) {
      if (context.subresource === 'status') return keepLabels(object, old)
      dropDisabledOfTemplate(object.spec?.template)
      countScaling(object, old, context)
      countAnnotations(object, old)
    },
    validate: (object, { subresource, old }) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...(subresource === 'status'
        ? validateStatus(object)
        : validateSpec(object.spec, (old as Deployment | undefined)?.spec)),
    ],
    validateUpdate: ({ spec, status }, old, { subresource }) =>
      subresource === 'status'
        ? validateCollisions(status, old.status)
        : immutable('spec.selector', spec?.selector, old.spec?.selector, goSelector(spec?.selector)),
    warnings: ({ metadata, spec }, old) => [
      ...(old ? [] : warnOfName(metadata.name)),
      ...warnOfTemplate(spec?.template, 'spec.template', old?.spec?.template),
    ],
  },
})

function defaultDeployment({ spec }: Deployment): void {
  if (!spec) return
  spec.replicas ??= 1
  spec.strategy ??= {}
  const { strategy } = spec
  strategy.type ||= 'RollingUpdate'
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...strategy.rollingUpdate }
  }
  spec.revisionHistoryLimit ??= 10
  spec.progressDeadlineSeconds ??= 600
  spec.template ??= {}
  defaultPodTemplate(spec.template)
}

function keepLabels({ metadata }: Deployment, { metadata: { labels } }: Deployment): void {
  if (labels) metadata.labels = labels
  else delete metadata.labels
}

/** Annotations of a deployment are those of its replica sets, so that they count as part of what is wanted. */
function countAnnotations({ metadata }: Deployment, { metadata: old }: Deployment): void {
  if (!sameMeaning(metadata.annotations, old.annotations)) metadata.generation = (old.generation ?? 0) + 1
}

function validateSpec(spec: DeploymentSpec | undefined, old: DeploymentSpec | undefined): FieldError[] {
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec ?? {}
  const path = 'spec'
  return [
    ...nonNegative(spec?.replicas, child(path, 'replicas')),
    ...validateSelector(spec?.selector, 'deployment', child(path, 'selector')),
    ...validateTemplateOf(spec ?? {}, old, path),
    ...validateStrategy(spec?.strategy, child(path, 'strategy')),
    ...nonNegative(minReadySeconds, child(path, 'minReadySeconds')),
    ...nonNegative(spec?.revisionHistoryLimit, child(path, 'revisionHistoryLimit')),
    ...nonNegative(deadline, child(path, 'progressDeadlineSeconds')),
    ...(deadline !== undefined && deadline <= minReadySeconds
      ? [invalid(child(path, 'progressDeadlineSeconds'), deadline, 'must be greater than minReadySeconds')]
      : []),
  ]
}

function validateStrategy(strategy: DeploymentSpec['strategy'], path: FieldPath): FieldError[] {
  const { type, rollingUpdate } = strategy ?? {}
  const place = child(path, 'rollingUpdate')
  switch (type) {
    case 'Recreate':
      return rollingUpdate ? [forbidden(place, "may not be specified when strategy `type` is 'Recreate'")] : []
    case 'RollingUpdate':
      return rollingUpdate ? validateRollingUpdate(rollingUpdate, place) : []
    default:
      return [notSupported(path, goForm('DeploymentStrategy', strategy), ['Recreate', 'RollingUpdate'])]
  }
}

function validateRollingUpdate(update: RollingUpdateDeployment, path: FieldPath): FieldError[] {
  const { maxUnavailable = 0, maxSurge = 0 } = update
  const place = child(path, 'maxUnavailable')
  return [
    ...validateIntOrPercent(maxUnavailable, place),
    ...validateIntOrPercent(maxSurge, child(path, 'maxSurge')),
    ...(amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0
      ? [invalid(place, maxUnavailable, 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...validatePercentMax(maxUnavailable, place),
  ]
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
]

function validateStatus({ status }: Deployment): FieldError[] {
  const path = 'status'
  return [
    ...validateCounts(status, COUNTS, path),
    ...validateParts(
      status,
      ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
      'replicas',
      'status.replicas',
      path,
    ),
    ...validateParts(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas', path),
  ]
}
