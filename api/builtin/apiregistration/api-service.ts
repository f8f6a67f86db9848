/** One version of one group of the API, and who serves it. */
import type { APIService } from '../../types/apiregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** APIService. Source: kubernetes pkg/registry/apiregistration. */
export const apiService = builtIn<APIService>({
  group: 'apiregistration.k8s.io',
  kind: 'APIService',
  plural: 'apiservices',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1', subresources: { status: true } }],
  rules: { generation: 'none' },
})
