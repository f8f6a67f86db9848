/** How many pods of a set may be missing at once, when someone chooses that they be. */
import { NAME_COLUMN } from '../../columns.ts'
import type { PodDisruptionBudget } from '../../types/policy-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { INTEGER } from '../core/pod-spec/columns.ts'

/** PodDisruptionBudget. Source: kubernetes pkg/registry/policy/poddisruptionbudget, pkg/apis/policy. */
export const podDisruptionBudget = builtIn<PodDisruptionBudget>({
  group: 'policy',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column('Min Available', 'The minimum number of pods that must be available.', ({ spec }) =>
          String(spec?.minAvailable ?? 'N/A'),
        ),
        column('Max Unavailable', 'The maximum number of pods that may be unavailable.', ({ spec }) =>
          String(spec?.maxUnavailable ?? 'N/A'),
        ),
        column(
          'Allowed Disruptions',
          'Calculated number of pods that may be disrupted at this time.',
          ({ status }) => status?.disruptionsAllowed ?? 0,
          INTEGER,
        ),
        AGE_COLUMN,
      ],
      subresources: { status: true },
    },
  ],
  rules: { generation: 'spec', unconditionalUpdate: false },
})
