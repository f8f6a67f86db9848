/** A wish for devices. */
import type { ResourceClaim } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'

/** ResourceClaim. Source: kubernetes pkg/registry/resource. */
export const resourceClaim = builtIn<ResourceClaim>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  scope: 'Namespaced',
  versions: [{ name: 'v1', subresources: { status: true } }],
  rules: { generation: 'none', returnsDeleted: true },
})
