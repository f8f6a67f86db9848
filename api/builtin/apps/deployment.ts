/** Pods of a template, and how they are replaced when it changes. */
import { NAME_COLUMN } from '../../columns.ts'
import type { Deployment } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'
import { SCALE } from './scale.ts'

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
  rules: { generation: 'spec' },
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
