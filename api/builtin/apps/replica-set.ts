/** So many pods of one template. */
import { NAME_COLUMN } from '../../columns.ts'
import type { ReplicaSet } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'
import { SCALE } from './scale.ts'

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
    selectableFields: ['status.replicas'],
    fieldOf: ({ status }) => String(status?.replicas ?? 0),
  },
})
