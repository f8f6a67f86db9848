/** Says who holds something, and until when. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, forbidden, invalid, notSupported } from '../../field-error.ts'
import { checkLabelKey } from '../../names.ts'
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
  rules: {
    generation: 'none',
    createOnUpdate: true,
    unconditionalUpdate: false,
    prepareForCreate: dropStrategy,
    prepareForUpdate: dropStrategy,
    validate,
  },
})

/** Choosing a leader together is not yet served by default. */
function dropStrategy({ spec }: Lease, old?: Lease | object): void {
  const before = old && 'spec' in old ? old.spec : undefined
  if (before?.strategy === undefined) delete spec?.strategy
  if (before?.preferredHolder === undefined) delete spec?.preferredHolder
}

const STRATEGIES = ['OldestEmulationVersion']

function validate({ spec = {} }: Lease): FieldError[] {
  const { leaseDurationSeconds: length = 1, leaseTransitions: transitions = 0, strategy, preferredHolder } = spec
  return [
    ...(length > 0 ? [] : [invalid('spec.leaseDurationSeconds', length, 'must be greater than 0')]),
    ...(transitions >= 0 ? [] : [invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]),
    ...(strategy === undefined ? [] : validateStrategy(strategy)),
    ...(preferredHolder && !strategy
      ? [forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined')]
      : []),
  ]
}

/** The paths say strategy twice, as in Kubernetes. */
function validateStrategy(strategy: string): FieldError[] {
  const path = 'spec.strategy.strategy'
  if (strategy.includes('/')) return checkLabelKey(strategy).map((why) => invalid(path, strategy, why))
  return STRATEGIES.includes(strategy) ? [] : [notSupported(path, strategy, STRATEGIES)]
}
