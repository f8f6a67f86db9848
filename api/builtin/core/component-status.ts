/** How a component of the control plane says that it is. Nothing is kept. */
import { NAME_COLUMN } from '../../columns.ts'
import type { ComponentStatus } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { column } from '../columns.ts'

/** ComponentStatus. Source: kubernetes pkg/registry/core/componentstatus. */
export const componentStatus = builtIn<ComponentStatus>({
  group: '',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  scope: 'Cluster',
  verbs: ['get', 'list'],
  versions: [
    {
      name: 'v1',
      deprecated: { warning: 'v1 ComponentStatus is deprecated in v1.19+' },
      columns: [
        NAME_COLUMN,
        column('Status', 'Status of the component conditions', (component) => {
          const healthy = healthOf(component)
          if (!healthy) return 'Unknown'
          return healthy.status === 'True' ? 'Healthy' : 'Unhealthy'
        }),
        column('Message', 'Message of the component conditions', (component) => healthOf(component)?.message ?? ''),
        column('Error', 'Error of the component conditions', (component) => healthOf(component)?.error ?? ''),
      ],
    },
  ],
  rules: { generation: 'none' },
})

const healthOf = ({ conditions = [] }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy')
