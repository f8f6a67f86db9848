/** Says who holds something, and until when. */
import { NAME_COLUMN } from '../../columns.ts'
import type { Lease } from '../../types/coordination-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** Lease. Source: kubernetes pkg/registry/coordination/lease. */
export const lease = builtIn<Lease>({
  group: 'coordination.k8s.io',
  kind: 'Lease',
  plural: 'leases',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'Holder',
          'holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.',
          ({ spec }) => spec?.holderIdentity ?? '',
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: { generation: 'none', createOnUpdate: true, unconditionalUpdate: false },
})
