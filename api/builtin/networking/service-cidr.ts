/** A range from which services get their addresses. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, index, invalid, required } from '../../field-error.ts'
import { readRange, validateRange } from '../../ip-address.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { ServiceCIDR, ServiceCIDRSpec } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { keepMetadata } from '../status-metadata.ts'

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
  rules: {
    generation: 'none',
    prepareForUpdate({ metadata }, old, { subresource }) {
      if (subresource === 'status') keepMetadata(metadata, old.metadata)
    },
    validate: ({ metadata, spec }, { old }) =>
      old
        ? []
        : [...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'), ...validateRanges(spec ?? {})],
    validateUpdate: (next, old, { subresource }) => (subresource === 'status' ? [] : validateChange(next, old)),
  },
})

const PATH = 'spec.cidrs'

function validateRanges(spec: ServiceCIDRSpec): FieldError[] {
  const { cidrs = [] } = spec
  if (cidrs.length === 0) return [required(PATH, 'at least one CIDR required')]
  if (cidrs.length > 2) return [invalid(PATH, { CIDRs: cidrs }, 'may only hold up to 2 values')]
  const [first, second] = cidrs.map((cidr) => readRange(cidr)?.family)
  const why = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
  return [
    ...cidrs.flatMap((cidr, at) => validateRange(index(PATH, at), cidr)),
    ...(cidrs.length === 2 && first !== undefined && first === second ? [invalid(PATH, cidrs, why)] : []),
  ]
}

/** A range stays; a second, of the other family, may be added once. */
function validateChange({ spec = {} }: ServiceCIDR, { spec: old = {} }: ServiceCIDR): FieldError[] {
  const { cidrs: next = [] } = spec
  const { cidrs: before = [] } = old
  const fixed = before.flatMap((cidr, at) =>
    next[at] === cidr ? [] : [invalid(index(PATH, at), next[at] ?? '', 'field is immutable')],
  )
  if (next.length === before.length) return fixed
  if (before.length === 1 && next.length === 2) return [...fixed, ...validateRanges(spec)]
  return [invalid(PATH, next, 'field is immutable')]
}
