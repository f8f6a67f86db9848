/** A wish for devices, and which ones it got. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { ResourceClaim } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { keepMetadata } from '../status-metadata.ts'
import { sayClaimSpec } from './claim-form.ts'
import { defaultClaimSpec, validateClaimSpec } from './claim-spec.ts'
import { validateClaimStatus } from './claim-status.ts'

/** ResourceClaim. Source: kubernetes pkg/registry/resource/resourceclaim, pkg/apis/resource. */
export const resourceClaim = builtIn<ResourceClaim>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      default: ({ spec }) => defaultClaimSpec(spec),
      columns: [
        NAME_COLUMN,
        column('State', 'A summary of the current state (allocated, pending, reserved, etc.).', sayState),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    prepareForUpdate(claim, old, { subresource }) {
      if (subresource !== 'status') return
      keepMetadata(claim.metadata, old.metadata)
      // Devices that are given back have no status any more.
      if (old.status?.allocation && claim.status && !claim.status.allocation) delete claim.status.devices
    },
    // What a claim asks for is looked at once: it does not change.
    validate: ({ metadata, spec }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...(old ? [] : validateClaimSpec(spec, 'spec')),
    ],
    validateUpdate: (claim, old, { subresource }) =>
      subresource === 'status'
        ? validateClaimStatus(claim, old)
        : immutable('spec', claim.spec, old.spec, sayClaimSpec(claim.spec)),
  },
})

function sayState({ metadata: { deletionTimestamp }, status }: ResourceClaim): string {
  const isReserved = (status?.reservedFor ?? []).length > 0
  const states = status?.allocation ? ['allocated', ...(isReserved ? ['reserved'] : [])] : ['pending']
  if (!deletionTimestamp) return states.join(',')
  return ['deleted', ...states.filter((state) => state !== 'pending')].join(',')
}
