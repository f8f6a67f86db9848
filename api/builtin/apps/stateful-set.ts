/** Pods with names and volumes that stay theirs. */
import { NAME_COLUMN } from '../../columns.ts'
import type { StatefulSet } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns } from '../core/pod-spec/columns.ts'
import { SCALE } from './scale.ts'
import { defaultStatefulSet } from './stateful-set/defaults.ts'

/** StatefulSet. Source: kubernetes pkg/registry/apps/statefulset, pkg/apis/apps. */
export const statefulSet = builtIn<StatefulSet>({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultStatefulSet,
      columns: [
        NAME_COLUMN,
        column('Ready', 'Number of the pod with ready state', ({ spec, status }) => {
          return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`
        }),
        AGE_COLUMN,
        ...containerColumns<StatefulSet>(({ spec }) => spec?.template.spec),
      ],
      subresources: { status: true, scale: SCALE },
    },
  ],
  rules: { generation: 'spec' },
})
