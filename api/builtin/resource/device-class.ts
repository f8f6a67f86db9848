/** A class of devices: which ones belong to it, and how they are set up. */
import { NAME_COLUMN } from '../../columns.ts'
import { invalid } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkLabelKey, checkSubdomain } from '../../names.ts'
import type { DeviceClass } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN } from '../columns.ts'
import { validateConfiguration, validateSelectors } from './device-rules.ts'
import { validateItems } from './lists.ts'

/** DeviceClass. Source: kubernetes pkg/registry/resource/deviceclass, pkg/apis/resource. */
export const deviceClass = builtIn<DeviceClass>({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  scope: 'Cluster',
  versions: [{ name: 'v1', columns: [NAME_COLUMN, AGE_COLUMN] }],
  rules: {
    generation: 'spec',
    returnsDeleted: true,
    // The only kind whose name is checked by declarations, which count in bytes and say so.
    name: (name) => checkSubdomain(name).map((why) => why.replace('253 characters', '253 bytes')),
    validate: ({ metadata, spec: { selectors, config, extendedResourceName: extended } }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateSelectors(selectors, 'spec.selectors'),
      ...validateItems(config, CONFIG_MAX, validateConfiguration, 'spec.config'),
      ...(extended === undefined || isExtendedResource(extended)
        ? []
        : [invalid('spec.extendedResourceName', extended, 'must be a valid extended resource name')]),
    ],
  },
})

const CONFIG_MAX = 32

/** A resource that is not Kubernetes' own. Source: kubernetes pkg/apis/core/v1/helper IsExtendedResourceName. */
const isExtendedResource = (name: string): boolean =>
  name.includes('/') &&
  !name.includes('kubernetes.io/') &&
  !name.startsWith('requests.') &&
  checkLabelKey(`requests.${name}`).length === 0
