/** One device: what is known of it, and what it takes from others. Source: kubernetes pkg/apis/resource/validation validateDevice. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  key,
  notSupported,
  required,
  tooLong,
  tooMany,
} from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateLabelKey } from '../../metadata/labels.ts'
import { checkLabelValue, checkSubdomain } from '../../names.ts'
import type { Counter, CounterSet, Device, DeviceAttribute, DeviceTaint } from '../../types/resource-v1.ts'
import { validateItems, validateSet } from './lists.ts'
import { validateLabelName, validateQualifiedName } from './names.ts'

const ATTRIBUTES_AND_CAPACITIES_MAX = 32
const TAINTS_MAX = 16
const CONSUMPTIONS_MAX = 2
const COUNTERS_MAX = 32
const VALUE_BYTES_MAX = 64

/** What is wrong with a device; `choosesNodes` says that each device of its slice names its own nodes. */
export function validateDevice(device: Device, choosesNodes: boolean, path: FieldPath): FieldError[] {
  const { attributes = {}, capacity = {}, taints, consumesCounters, allowMultipleAllocations = false } = device
  const known = Object.keys(attributes).length + Object.keys(capacity).length
  const named = (name: string, field: string) => key(child(path, field), name)
  return [
    ...validateLabelName(device.name, child(path, 'name')),
    ...(known > ATTRIBUTES_AND_CAPACITIES_MAX
      ? [
          invalid(
            path,
            known,
            `the total number of attributes and capacities must not exceed ${ATTRIBUTES_AND_CAPACITIES_MAX}`,
          ),
        ]
      : []),
    ...Object.entries(attributes).flatMap(([name, attribute]) => [
      ...validateQualifiedName(name, named(name, 'attributes')),
      ...validateAttribute(attribute, named(name, 'attributes')),
    ]),
    ...Object.entries(capacity).flatMap(([name, { requestPolicy }]) => [
      ...validateQualifiedName(name, named(name, 'capacity')),
      ...(requestPolicy && !allowMultipleAllocations
        ? [forbidden(child(named(name, 'capacity'), 'requestPolicy'), 'allowMultipleAllocations must be true')]
        : []),
    ]),
    ...validateItems(taints, TAINTS_MAX, validateTaint, child(path, 'taints')),
    ...validateSet(
      consumesCounters,
      CONSUMPTIONS_MAX,
      ({ counterSet, counters }, own) => [
        ...validateCounterSetName(counterSet, child(own, 'counterSet')),
        ...validateCounters(counters, child(own, 'counters')),
      ],
      ({ counterSet }) => counterSet,
      child(path, 'consumesCounters'),
    ),
    ...validateNodes(device, choosesNodes, path),
  ]
}

/** Takes away fields of features that are off: list-valued attributes, and what counts against a node. */
export function dropAlphaFields(device: Device): void {
  delete device.nodeAllocatableResourceMappings
  for (const attribute of Object.values(device.attributes ?? {})) {
    for (const field of ['bools', 'ints', 'strings', 'versions'] as const) delete attribute[field]
  }
}

/** What is wrong with counters that devices share. */
export const validateCounterSet = ({ name, counters }: CounterSet, path: FieldPath): FieldError[] => [
  ...validateCounterSetName(name, child(path, 'name')),
  ...validateCounters(counters, child(path, 'counters')),
]

const validateCounterSetName = (name: string | undefined, path: FieldPath): FieldError[] =>
  name ? validateLabelName(name, path) : [required(path)]

function validateCounters(counters: Readonly<Record<string, Counter>> | undefined, path: FieldPath): FieldError[] {
  const names = Object.keys(counters ?? {})
  if (names.length === 0) return [required(path)]
  if (names.length > COUNTERS_MAX) return [tooMany(path, names.length, COUNTERS_MAX)]
  return names.flatMap((name) => validateLabelName(name, key(path, name)))
}

/** Three numbers, what comes before a release, and what was built. Source: semver.org 2.0.0. */
const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$/

function validateAttribute(attribute: DeviceAttribute, path: FieldPath): FieldError[] {
  const { string, version } = attribute
  const values = [attribute.bool, attribute.int, string, version].filter((value) => value !== undefined)
  const short = (value: string | undefined, field: string) =>
    byteLength(value ?? '') > VALUE_BYTES_MAX ? [tooLong(child(path, field), VALUE_BYTES_MAX)] : []
  const isVersion = version === undefined || VERSION.test(version)
  return [
    ...short(string, 'string'),
    ...(isVersion
      ? []
      : [invalid(child(path, 'version'), version, 'must be a string compatible with semver.org spec 2.0.0')]),
    ...short(version, 'version'),
    ...(values.length === 1
      ? []
      : [invalid(path, values.length === 0 ? '' : attribute, 'exactly one value must be specified')]),
  ]
}

const EFFECTS = ['NoExecute', 'NoSchedule', 'None']

const validateTaint = ({ key: name, value = '', effect }: DeviceTaint, path: FieldPath): FieldError[] => [
  ...validateLabelKey(name ?? '', child(path, 'key')),
  ...checkLabelValue(value).map((why) => invalid(child(path, 'value'), value, why)),
  ...(effect ? [] : [required(child(path, 'effect'))]),
  ...(!effect || EFFECTS.includes(effect) ? [] : [notSupported(child(path, 'effect'), effect, EFFECTS)]),
]

function validateNodes(
  { nodeName, nodeSelector, allNodes }: Device,
  choosesNodes: boolean,
  path: FieldPath,
): FieldError[] {
  const given = { nodeName, nodeSelector, allNodes }
  const isSaid = Object.values(given).some((value) => value !== undefined)
  if (!choosesNodes) {
    const why =
      '`nodeName`, `nodeSelector` and `allNodes` can only be set if `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
    return isSaid ? [invalid(path, null, why)] : []
  }
  const set = Object.entries(given).flatMap(([field, value]) => (value ? [`\`${field}\``] : []))
  const why =
    'exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec'
  return [
    ...(nodeName === '' ? [invalid(child(path, 'nodeName'), nodeName, 'must not be empty')] : []),
    ...(nodeName ? checkSubdomain(nodeName).map((wrong) => invalid(child(path, 'nodeName'), nodeName, wrong)) : []),
    ...(allNodes === false ? [invalid(child(path, 'allNodes'), false, 'must be either unset or set to true')] : []),
    ...(set.length === 0 ? [required(path, why)] : []),
    ...(set.length > 1 ? [invalid(path, `{${set.join(', ')}}`, why)] : []),
  ]
}
