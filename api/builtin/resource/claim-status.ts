/** What a claim got, and who uses it. Source: kubernetes pkg/apis/resource/validation validateResourceClaimStatusUpdate. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type {
  AllocatedDeviceStatus,
  AllocationResult,
  DeviceRequestAllocationResult,
  ResourceClaim,
  ResourceClaimConsumerReference,
} from '../../types/resource-v1.ts'
import { validateDriverName } from '../storage/driver-name.ts'
import { requestNames, validateReference } from './claim-spec.ts'
import { validateConfiguration } from './device-rules.ts'
import { validateItems, validateSet } from './lists.ts'
import { validateLabelName, validatePoolName } from './names.ts'

const CONSUMERS_MAX = 256
const RESULTS_MAX = 32
/** Those of the class and those of the claim. */
const CONFIG_MAX = 64
const REQUESTS_MAX = 32

/** What is wrong with the status that a claim is to have. */
export function validateClaimStatus({ metadata, spec, status = {} }: ResourceClaim, old: ResourceClaim): FieldError[] {
  const { reservedFor, devices, allocation } = status
  const before = old.status ?? {}
  const allocated = new Set((allocation?.devices?.results ?? []).map(deviceId))
  return [
    ...validateSet(reservedFor, CONSUMERS_MAX, validateConsumer, ({ uid }) => uid, 'status.reservedFor'),
    ...validateSet(
      devices,
      Number.POSITIVE_INFINITY,
      (device, path) => validateDevice(device, allocated, path),
      deviceId,
      'status.devices',
    ),
    ...validateReservation(reservedFor ?? [], before.reservedFor ?? [], {
      isAllocated: allocation !== undefined,
      isGoing: Boolean(metadata.deletionTimestamp),
    }),
    ...validateAllocation(allocation, before.allocation, requestNames(spec.devices ?? {})),
  ]
}

const deviceId = ({
  driver,
  pool,
  device,
  shareID = '',
}: DeviceRequestAllocationResult | AllocatedDeviceStatus): string =>
  [driver, pool, device, ...(shareID ? [shareID] : [])].join('/')

const validateConsumer = ({ resource, name, uid }: ResourceClaimConsumerReference, path: FieldPath): FieldError[] => [
  ...(resource ? [] : [required(child(path, 'resource'))]),
  ...(name ? [] : [required(child(path, 'name'))]),
  ...(uid ? [] : [required(child(path, 'uid'))]),
]

const validateDevice = (
  status: AllocatedDeviceStatus,
  allocated: ReadonlySet<string>,
  path: FieldPath,
): FieldError[] => [
  ...validateDriverName(status.driver, child(path, 'driver')),
  ...validatePoolName(status.pool, child(path, 'pool')),
  ...validateLabelName(status.device, child(path, 'device')),
  ...(allocated.has(deviceId(status))
    ? []
    : [invalid(path, deviceId(status), 'must be an allocated device in the claim')]),
]

function validateReservation(
  consumers: readonly ResourceClaimConsumerReference[],
  before: readonly ResourceClaimConsumerReference[],
  { isAllocated, isGoing }: { readonly isAllocated: boolean; readonly isGoing: boolean },
): FieldError[] {
  if (consumers.length === 0) return []
  if (!isAllocated) return [forbidden('status.reservedFor', 'may not be specified when `allocated` is not set')]
  const isMore = consumers.some((consumer) => !before.some((one) => sameMeaning(one, consumer)))
  const why = 'new entries may not be added while `deallocationRequested` or `deletionTimestamp` are set'
  return isGoing && isMore ? [forbidden('status.reservedFor', why)] : []
}

function validateAllocation(
  allocation: AllocationResult | undefined,
  old: AllocationResult | undefined,
  names: ReadonlySet<string>,
): FieldError[] {
  if (!allocation) return []
  if (old) return sameMeaning(allocation, old) ? [] : [invalid('status.allocation', allocation, 'field is immutable')]
  const { results, config } = allocation.devices ?? {}
  const path = 'status.allocation.devices'
  const reference = (name: string, own: FieldPath) => validateReference(name, names, own)
  return [
    ...validateItems(
      results,
      RESULTS_MAX,
      ({ request, driver, pool, device }, own) => [
        ...validateReference(request, names, child(own, 'request')),
        ...validateDriverName(driver, child(own, 'driver')),
        ...validatePoolName(pool, child(own, 'pool')),
        ...validateLabelName(device, child(own, 'device')),
      ],
      child(path, 'results'),
    ),
    ...validateItems(
      config,
      CONFIG_MAX,
      (one, own) => [
        ...validateSource(one.source, child(own, 'source')),
        ...validateSet(one.requests, REQUESTS_MAX, reference, String, child(own, 'requests')),
        ...validateConfiguration(one, own),
      ],
      child(path, 'config'),
    ),
  ]
}

const SOURCES = ['FromClaim', 'FromClass']

function validateSource(source: string | undefined, path: FieldPath): FieldError[] {
  if (!source) return [required(path)]
  return SOURCES.includes(source) ? [] : [notSupported(path, source, SOURCES)]
}
