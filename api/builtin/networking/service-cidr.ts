/** A range from which services get their addresses. */
import { NAME_COLUMN } from '../../columns.ts'
import type { ServiceCIDR } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** ServiceCIDR. Source: kubernetes pkg/registry/networking/servicecidr. */
export const serviceCIDR = builtIn<ServiceCIDR>({
  group: 'networking.k8s.io',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      columns: [
        NAME_COLUMN,
        column(
          'CIDRs',
          'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or "2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is allowed, one of each IP family. This field is immutable.',
          ({ spec }) => (spec?.cidrs ?? []).join(','),
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: { generation: 'spec' },
})
