/** A name for the pods that do one thing. */
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { Service } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { serviceColumns } from './service/columns.ts'
import { defaultService } from './service/defaults.ts'
import { validateServiceStatus } from './service/status.ts'
import { dropWhatTypeLacks } from './service/type-change.ts'
import { validateService, validateServiceChange } from './service/validate.ts'
import { warnOfService } from './service/warnings.ts'

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
    name: 'dns-label',
    createOnUpdate: true,
    returnsDeleted: true,
    prepareForCreate: dropInternalPolicy,
    prepareForUpdate(object, old, { subresource }) {
      dropInternalPolicy(object)
      if (subresource !== 'status') dropWhatTypeLacks(object, old)
    },
    validate: (object, { old }) =>
      old
        ? []
        : [...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'), ...validateService(object)],
    validateUpdate: (object, old, { subresource }) =>
      subresource === 'status'
        ? validateServiceStatus(object, old)
        : [...validateServiceChange(object, old), ...validateService(object, old)],
    warnings: warnOfService,
    selectableFields: ['spec.clusterIP', 'spec.type'],
    fieldOf: ({ spec }, field) => (field === 'spec.type' ? spec?.type : spec?.clusterIP) ?? '',
  },
})

/** A name of somewhere else has no traffic in the cluster, whatever is said of it. */
function dropInternalPolicy({ spec }: Service): void {
  if (spec?.type === 'ExternalName') delete spec.internalTrafficPolicy
}
