/** Devices that a driver has. */
import type { ResourceSlice } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'

/** ResourceSlice. Source: kubernetes pkg/registry/resource. */
export const resourceSlice = builtIn<ResourceSlice>({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  versions: [{ name: 'v1' }],
  rules: { generation: 'none', returnsDeleted: true },
})
