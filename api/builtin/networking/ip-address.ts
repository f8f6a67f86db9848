/** An address that belongs to a service, so that it belongs to no other. */
import { NAME_COLUMN } from '../../columns.ts'
import type { IPAddress } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** IPAddress. Source: kubernetes pkg/registry/networking/ipaddress. */
export const ipAddress = builtIn<IPAddress>({
  group: 'networking.k8s.io',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  shortNames: ['ip'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'ParentRef',
          'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
          ({ spec }) => {
            const { group, resource = '', namespace, name = '' } = spec?.parentRef ?? {}
            const what = (group ? `${resource}.${group}` : resource).toLowerCase()
            return spec?.parentRef ? [what, namespace, name].filter((part) => part !== undefined).join('/') : '<none>'
          },
        ),
        // Kubernetes forgot to say what this cell is, and sends it all the same.
        { ...AGE_COLUMN, isUnnamed: true },
      ],
    },
  ],
  rules: { generation: 'spec' },
})
