/** So many pods of one template: what a ReplicaSet was before there were Deployments. */

import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkSubdomain } from '../../names.ts'
import { filterOf } from '../../selector/labels.ts'
import type { ReplicationController, ReplicationControllerSpec } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { nonNegative } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { countScaling, validateChosen, validateCounts, validateParts, validateRunsOn } from '../workload.ts'
import { containerColumns, INTEGER, sayLabels, WIDE } from './pod-spec/columns.ts'
import { defaultPodTemplate } from './pod-spec/defaults.ts'
import { dropDisabledOfTemplate } from './pod-spec/disabled.ts'
import { validatePodTemplate } from './pod-spec/validate.ts'
import { warnOfName, warnOfTemplate } from './pod-spec/warnings.ts'

/** ReplicationController. Source: kubernetes pkg/registry/core/replicationcontroller. */
export const replicationController = builtIn<ReplicationController>({
  group: '',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  shortNames: ['rc'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultReplicationController,
      columns: [
        NAME_COLUMN,
        column(
          'Desired',
          'Replicas is the number of desired replicas. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
          ({ spec }) => spec?.replicas ?? 0,
          INTEGER,
        ),
        column(
          'Current',
          'Replicas is the most recently observed number of replicas. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
          ({ status }) => status?.replicas ?? 0,
          INTEGER,
        ),
        column(
          'Ready',
          'The number of ready replicas for this replication controller.',
          ({ status }) => status?.readyReplicas ?? 0,
          INTEGER,
        ),
        AGE_COLUMN,
        ...containerColumns<ReplicationController>(({ spec }) => spec?.template?.spec),
        column(
          'Selector',
          'Selector is a label query over pods that should match the Replicas count. If Selector is empty, it is defaulted to the labels present on the Pod template. Label keys and values that must match in order to be controlled by this replication controller, if empty defaulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
          ({ spec }) => sayLabels(spec?.selector),
          WIDE,
        ),
      ],
      subresources: {
        status: true,
        scale: {
          replicasPath: '.spec.replicas',
          statusReplicasPath: '.status.replicas',
          selectorPath: '.spec.selector',
        },
      },
    },
  ],
  rules: {
    generation: 'spec',
    // The one kind whose names are counted in bytes.
    name: (name) =>
      checkSubdomain(name).map((why) => why.replace(/^(must be no more than \d+) characters$/, '$1 bytes')),
    dependents: 'orphan',
    prepareForCreate: ({ spec }) => dropDisabledOfTemplate(spec?.template),
    prepareForUpdate(object, old, context) {
      dropDisabledOfTemplate(object.spec?.template)
      countScaling(object, old, context)
    },
    validate: (object, { subresource, old }) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...(subresource === 'status'
        ? validateStatus(object)
        : validateSpec(object.spec, (old as ReplicationController | undefined)?.spec)),
    ],
    warnings: ({ metadata, spec }, old) => [
      ...(old ? [] : warnOfName(metadata.name)),
      ...warnOfTemplate(spec?.template, 'spec.template', old?.spec?.template),
    ],
    selectableFields: ['status.replicas'],
    fieldOf: ({ status }) => String(status?.replicas ?? 0),
  },
})

/** What its pods are labelled, it chooses by, and is labelled itself. */
function defaultReplicationController({ metadata, spec }: ReplicationController): void {
  if (!spec) return
  const labels = spec.template?.metadata?.labels
  if (labels) {
    if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels }
    if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels }
  }
  spec.replicas ??= 1
  defaultPodTemplate(spec.template)
}

function validateSpec(
  spec: ReplicationControllerSpec | undefined,
  old: ReplicationControllerSpec | undefined,
): FieldError[] {
  const { selector = {}, template } = spec ?? {}
  return [
    ...nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds'),
    ...(Object.keys(selector).length === 0 ? [required('spec.selector')] : []),
    ...nonNegative(spec?.replicas, 'spec.replicas'),
    ...(template
      ? [
          ...validateChosen(filterOf(selector), template, 'spec.template'),
          ...validatePodTemplate(template, 'spec.template', old?.template),
          ...validateRunsOn(template, 'ReplicationController', 'spec.template'),
        ]
      : [required('spec.template')]),
  ]
}

const PARTS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']

function validateStatus({ status }: ReplicationController): FieldError[] {
  return [
    ...validateCounts(status, ['replicas', ...PARTS, 'observedGeneration'], 'status'),
    ...validateParts(status, PARTS, 'replicas', 'status.replicas', 'status'),
    ...validateParts(status, ['availableReplicas'], 'readyReplicas', 'readyReplicas', 'status'),
  ]
}
