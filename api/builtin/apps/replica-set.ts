/** So many pods of one template. */

import { NAME_COLUMN } from '../../columns.ts'
import type { FieldError } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { ReplicaSet } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { nonNegative } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { warnOfName, warnOfTemplate } from '../core/pod-spec/warnings.ts'
import { goSelector } from '../go-selector.ts'
import { immutable } from '../immutable.ts'
import { countScaling, validateCounts, validateParts, validateSelector } from '../workload.ts'
import { SCALE } from './scale.ts'
import { validateTemplateOf } from './template.ts'

/** ReplicaSet. Source: kubernetes pkg/registry/apps/replicaset, pkg/apis/apps. */
export const replicaSet = builtIn<ReplicaSet>({
  group: 'apps',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default({ spec }) {
        if (!spec) return
        spec.replicas ??= 1
        defaultPodTemplate(spec.template)
      },
      columns: [
        NAME_COLUMN,
        column(
          'Desired',
          'Replicas is the number of desired pods. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
          ({ spec }) => spec?.replicas ?? 0,
          INTEGER,
        ),
        column(
          'Current',
          'Replicas is the most recently observed number of non-terminating pods. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicaset',
          ({ status }) => status?.replicas ?? 0,
          INTEGER,
        ),
        column(
          'Ready',
          'The number of non-terminating pods targeted by this ReplicaSet with a Ready Condition.',
          ({ status }) => status?.readyReplicas ?? 0,
          INTEGER,
        ),
        AGE_COLUMN,
        ...containerColumns<ReplicaSet>(({ spec }) => spec?.template?.spec),
        column(
          'Selector',
          "Selector is a label query over pods that should match the replica count. Label keys and values that must match in order to be controlled by this replica set. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
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
      dropDisabledOfTemplate(object.spec?.template)
      countScaling(object, old, context)
    },
    validate: (object, { subresource, old }) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...(subresource === 'status'
        ? validateStatus(object)
        : validateReplicaSet(object, old as ReplicaSet | undefined)),
    ],
    validateUpdate: ({ spec }, old, { subresource }) =>
      subresource === 'status'
        ? []
        : immutable('spec.selector', spec?.selector, old.spec?.selector, goSelector(spec?.selector)),
    warnings: ({ metadata, spec }, old) => [
      ...(old ? [] : warnOfName(metadata.name)),
      ...warnOfTemplate(spec?.template, 'spec.template', old?.spec?.template),
    ],
    selectableFields: ['status.replicas'],
    fieldOf: ({ status }) => String(status?.replicas ?? 0),
  },
})

function validateReplicaSet({ spec }: ReplicaSet, old: ReplicaSet | undefined): FieldError[] {
  return [
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    // Kubernetes calls it a deployment here.
    ...validateSelector(spec?.selector, 'deployment', 'spec.selector'),
    ...validateTemplateOf(spec ?? {}, old?.spec, 'spec'),
  ]
}

const COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration']

function validateStatus({ status }: ReplicaSet): FieldError[] {
  const path = 'status'
  return [
    ...validateCounts(status, [...COUNTS, 'terminatingReplicas'], path),
    ...validateParts(
      status,
      ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
      'replicas',
      'status.replicas',
      path,
    ),
    ...validateParts(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas', path),
  ]
}
