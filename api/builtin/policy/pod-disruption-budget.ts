/** How many pods of a set may be missing at once, when someone chooses that they be. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateConditions } from '../../conditions.ts'
import { child, type FieldError, invalid } from '../../field-error.ts'
import { validateLabelSelector } from '../../selector/label-selector.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../../types/policy-v1.ts'
import { builtIn } from '../built-in.ts'
import { optionalOneOf, validateIntOrPercent, validatePercentMax } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { INTEGER } from '../core/pod-spec/columns.ts'
import { goForm } from '../go-form.ts'
import { validateCounts } from '../workload.ts'

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
  rules: {
    generation: 'spec',
    unconditionalUpdate: false,
    // Kubernetes looks only at whether it fits into a path.
    name: 'path-segment',
    validate: ({ spec, status }, { subresource, old }) =>
      subresource === 'status'
        ? [
            ...validateConditions(status?.conditions ?? [], 'status.conditions'),
            ...validateCounts(status, COUNTS, 'status'),
          ]
        : validateSpec(spec, (old as PodDisruptionBudget | undefined)?.spec),
  },
})

const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']
const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

function validateSpec(spec: PodDisruptionBudgetSpec = {}, old: PodDisruptionBudgetSpec | undefined): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec
  const both = 'minAvailable and maxUnavailable cannot be both set'
  const allowInvalidValues = validateLabelSelector(old?.selector, '').length > 0
  const amount = (value: number | string | undefined, field: string) => {
    const path = child('spec', field)
    return value === undefined ? [] : [...validateIntOrPercent(value, path), ...validatePercentMax(value, path)]
  }
  return [
    ...(minAvailable !== undefined && maxUnavailable !== undefined
      ? [invalid('spec', goForm('PodDisruptionBudgetSpec', spec), both)]
      : []),
    ...amount(minAvailable, 'minAvailable'),
    ...amount(maxUnavailable, 'maxUnavailable'),
    ...validateLabelSelector(selector, 'spec.selector', { allowInvalidValues }),
    ...optionalOneOf(unhealthyPodEvictionPolicy, EVICTION_POLICIES, 'spec.unhealthyPodEvictionPolicy'),
  ]
}
