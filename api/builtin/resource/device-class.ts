/** A class of devices. */
import type { DeviceClass } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'

/** DeviceClass. Source: kubernetes pkg/registry/resource. */
export const deviceClass = builtIn<DeviceClass>({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1' }],
  rules: { generation: 'none', returnsDeleted: true },
})
