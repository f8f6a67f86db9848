/** A pod on every node. */
import { NAME_COLUMN } from '../../columns.ts'
import type { DaemonSet, DaemonSetStatus } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, sayLabels, WIDE } from '../core/pod-spec/columns.ts'
import { defaultPodTemplate } from '../core/pod-spec/defaults.ts'

/** DaemonSet. Source: kubernetes pkg/registry/apps/daemonset, pkg/apis/apps. */
export const daemonSet = builtIn<DaemonSet>({
  group: 'apps',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultDaemonSet,
      columns: [
        NAME_COLUMN,
        countColumn(
          'Desired',
          'The total number of nodes that should be running the daemon pod (including nodes correctly running the daemon pod). More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
          'desiredNumberScheduled',
        ),
        countColumn(
          'Current',
          'The number of nodes that are running at least 1 daemon pod and are supposed to run the daemon pod. More info: https://kubernetes.io/docs/concepts/workloads/controllers/daemonset/',
          'currentNumberScheduled',
        ),
        countColumn(
          'Ready',
          'numberReady is the number of nodes that should be running the daemon pod and have one or more of the daemon pod running with a Ready Condition.',
          'numberReady',
        ),
        countColumn(
          'Up-to-date',
          'The total number of nodes that are running updated daemon pod',
          'updatedNumberScheduled',
        ),
        countColumn(
          'Available',
          'The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and available (ready for at least spec.minReadySeconds)',
          'numberAvailable',
        ),
        column(
          'Node Selector',
          "NodeSelector is a selector which must be true for the pod to fit on a node. Selector which must match a node's labels for the pod to be scheduled on that node. More info: https://kubernetes.io/docs/concepts/configuration/assign-pod-node/",
          ({ spec }) => sayLabels(spec?.template.spec?.nodeSelector),
        ),
        AGE_COLUMN,
        ...containerColumns<DaemonSet>(({ spec }) => spec?.template.spec),
        column(
          'Selector',
          "A label query over pods that are managed by the daemon set. Must match in order to be controlled. It must match the pod template's labels. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
          ({ spec }) => sayLabelSelector(spec?.selector),
          WIDE,
        ),
      ],
      subresources: { status: true },
    },
  ],
  rules: { generation: 'spec' },
})

type Count = keyof DaemonSetStatus & `${string}umber${string}`

function countColumn(name: string, description: string, count: Count) {
  return column<DaemonSet>(name, description, ({ status }) => status?.[count] ?? 0, INTEGER)
}

function defaultDaemonSet({ spec }: DaemonSet): void {
  if (!spec) return
  spec.updateStrategy ??= {}
  const { updateStrategy } = spec
  updateStrategy.type ||= 'RollingUpdate'
  if (updateStrategy.type === 'RollingUpdate') {
    updateStrategy.rollingUpdate = { maxUnavailable: 1, maxSurge: 0, ...updateStrategy.rollingUpdate }
  }
  spec.revisionHistoryLimit ??= 10
  spec.template ??= {}
  defaultPodTemplate(spec.template)
}
