/** A name for the pods that do one thing. */
import type { Service } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { serviceColumns } from './service/columns.ts'
import { defaultService } from './service/defaults.ts'

/** Service. Source: kubernetes pkg/registry/core/service. Its addresses and ports are given by the server. */
export const service = builtIn<Service>({
  group: '',
  kind: 'Service',
  plural: 'services',
  shortNames: ['svc'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultService,
      columns: serviceColumns,
      subresources: {
        status: true,
        others: [{ name: 'proxy', kind: 'ServiceProxyOptions', verbs: ['connect'] }],
      },
    },
  ],
  rules: {
    generation: 'none',
    name: 'dns-1035-label',
    createOnUpdate: true,
    returnsDeleted: true,
    selectableFields: ['spec.clusterIP', 'spec.type'],
    fieldOf: ({ spec }, field) => (field === 'spec.type' ? spec?.type : spec?.clusterIP) ?? '',
  },
})
