/** Devices that a driver has, and which nodes reach them. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, invalid, required } from '../../field-error.ts'
import { goQuote } from '../../go-text.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkSubdomain } from '../../names.ts'
import type { ResourcePool, ResourceSlice, ResourceSliceSpec } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { validateDriverName } from '../storage/driver-name.ts'
import { dropAlphaFields, validateCounterSet, validateDevice } from './device.ts'
import { validateSet } from './lists.ts'
import { validatePoolName } from './names.ts'

/** ResourceSlice. Source: kubernetes pkg/registry/resource/resourceslice, pkg/apis/resource. */
export const resourceSlice = builtIn<ResourceSlice>({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'Node',
          'NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.',
          ({ spec }) => spec.nodeName ?? '',
        ),
        column(
          'Driver',
          'Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.',
          ({ spec }) => spec.driver,
        ),
        column(
          'Pool',
          'Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.',
          ({ spec }) => spec.pool.name,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'spec',
    returnsDeleted: true,
    prepareForCreate: ({ spec }, { now }) => prepareDevices(spec, now),
    prepareForUpdate: ({ spec }, _old, { now }) => prepareDevices(spec, now),
    validate: ({ metadata, spec }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateSpec(spec),
    ],
    validateUpdate: ({ spec }, { spec: old }) => [
      ...immutable('spec.pool.name', spec.pool.name, old.pool.name),
      ...immutable('spec.driver', spec.driver, old.driver),
      ...immutable('spec.nodeName', spec.nodeName, old.nodeName),
    ],
    warnings: ({ spec: { driver } }) =>
      driver === driver.toLowerCase()
        ? []
        : [`spec.driver: driver names should be lowercase; ${goQuote(driver)} contains uppercase characters`],
    selectableFields: ['spec.nodeName', 'spec.driver'],
    fieldOf: ({ spec }, field) => (field === 'spec.driver' ? spec.driver : (spec.nodeName ?? '')),
  },
})

/** A taint is as old as its device's, if it does not say since when it is there. */
function prepareDevices({ devices }: ResourceSliceSpec, now: string): void {
  for (const device of devices ?? []) {
    dropAlphaFields(device)
    for (const taint of device.taints ?? []) taint.timeAdded ??= now
  }
}

const DEVICES_MAX = 128
/** Of devices with taints or counters, which are larger. */
const LARGE_DEVICES_MAX = 64
const COUNTER_SETS_MAX = 8

function validateSpec(spec: ResourceSliceSpec): FieldError[] {
  const devices = spec.devices ?? []
  const areLarge = devices.some(
    ({ taints, consumesCounters }) => (taints ?? []).length + (consumesCounters ?? []).length > 0,
  )
  return [
    ...validateDriverName(spec.driver, 'spec.driver'),
    ...validatePool(spec.pool ?? NO_POOL),
    ...validateNodes(spec),
    ...(spec.sharedCounters !== undefined && spec.devices !== undefined
      ? [invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed')]
      : []),
    ...validateSet(
      devices,
      areLarge ? LARGE_DEVICES_MAX : DEVICES_MAX,
      (device, path) => validateDevice(device, spec.perDeviceNodeSelection === true, path),
      ({ name }) => name,
      'spec.devices',
    ),
    ...validateSet(
      spec.sharedCounters,
      COUNTER_SETS_MAX,
      validateCounterSet,
      ({ name }) => name,
      'spec.sharedCounters',
    ),
  ]
}

const NO_POOL: ResourcePool = { name: '', generation: 0, resourceSliceCount: 0 }

const validatePool = ({ name, resourceSliceCount: slices = 0, generation = 0 }: ResourcePool): FieldError[] => [
  ...validatePoolName(name, 'spec.pool.name'),
  ...(slices > 0 ? [] : [invalid('spec.pool.resourceSliceCount', slices, 'must be greater than zero')]),
  ...(generation >= 0 ? [] : [invalid('spec.pool.generation', generation, 'must be greater than or equal to zero')]),
]

function validateNodes({ nodeName, nodeSelector, allNodes, perDeviceNodeSelection }: ResourceSliceSpec): FieldError[] {
  const errors: FieldError[] = []
  if (nodeName === '')
    errors.push(invalid('spec.nodeName', nodeName, 'must be either unset or set to a non-empty string'))
  if (nodeName) errors.push(...checkSubdomain(nodeName).map((why) => invalid('spec.nodeName', nodeName, why)))
  const terms = nodeSelector?.nodeSelectorTerms ?? []
  if (nodeSelector && terms.length !== 1) {
    const path = child('spec', 'nodeSelector', 'nodeSelectorTerms')
    errors.push(invalid(path, terms, 'must have exactly one node selector term'))
  }
  const eitherOr = 'must be either unset or set to true'
  if (allNodes === false) errors.push(invalid('spec.allNodes', false, eitherOr))
  if (perDeviceNodeSelection === false) errors.push(invalid('spec.perDeviceNodeSelection', false, eitherOr))
  const given = { nodeName, nodeSelector, allNodes, perDeviceNodeSelection }
  const set = Object.entries(given).flatMap(([field, value]) => (value ? [`\`${field}\``] : []))
  const why = `exactly one of ${Object.keys(given)
    .map((field) => `\`${field}\``)
    .join(', ')} is required`
  if (set.length === 0) errors.push(required('spec', why))
  if (set.length > 1) errors.push(invalid('spec', `{${set.join(', ')}}`, `${why}, but multiple fields are set`))
  return errors
}
