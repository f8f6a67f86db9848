/** What claims are made from. */
import type { ResourceClaimTemplate } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'

/** ResourceClaimTemplate. Source: kubernetes pkg/registry/resource. */
export const resourceClaimTemplate = builtIn<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  scope: 'Namespaced',
  versions: [{ name: 'v1' }],
  rules: { generation: 'none', returnsDeleted: true },
})
