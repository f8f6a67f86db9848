/**
 * How claims are counted: those for volumes by what they ask for, altogether and by storage class; those for devices by
 * the most devices that they may get of each class.
 * Source: kubernetes pkg/quota/v1/evaluator/core/persistent_volume_claims.go, resource_claims.go.
 */
import type { KubeObject } from '../object.ts'
import {
  addQuantities,
  compareQuantities,
  countQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
} from '../quantity.ts'
import type { PersistentVolumeClaim } from '../types/core-v1.ts'
import type { DeviceSubRequest, ResourceClaim } from '../types/resource-v1.ts'
import { type Counter, countName, fitsScope, oneOfEach } from './counter.ts'

const CLAIMS = 'persistentvolumeclaims'
const STORAGE = 'requests.storage'
const COUNT_CLAIMS = countName({ group: '', resource: CLAIMS })
const OF_STORAGE_CLASS = '.storageclass.storage.k8s.io/'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

/** Of claims for volumes. */
export const volumeClaimCounter: Counter = {
  counts: (name) =>
    [COUNT_CLAIMS, CLAIMS, STORAGE].includes(name) ||
    name.endsWith(`${OF_STORAGE_CLASS}${CLAIMS}`) ||
    name.endsWith(`${OF_STORAGE_CLASS}${STORAGE}`),

  usage(object) {
    if (!isVolumeClaim(object)) return new Map()
    const storageClass = object.metadata.annotations?.[CLASS_ANNOTATION] ?? object.spec?.storageClassName ?? ''
    const both = (name: string) => (storageClass === '' ? [name] : [name, `${storageClass}${OF_STORAGE_CLASS}${name}`])
    const usage = oneOfEach(COUNT_CLAIMS, ...both(CLAIMS))
    const storage = storageOf(object)
    if (storage) for (const name of both(STORAGE)) usage.set(name, storage)
    return usage
  },

  isInScope(scope, object) {
    if (scope.scopeName !== 'VolumeAttributesClass' || !isVolumeClaim(object)) return false
    const { spec, status } = object
    const { currentVolumeAttributesClassName: current, modifyVolumeStatus } = status ?? {}
    const names = [spec?.volumeAttributesClassName, current, modifyVolumeStatus?.targetVolumeAttributesClassName]
    const known = names.filter((name) => name !== undefined && name !== '')
    return known.length === 0 ? fitsScope(scope, undefined) : known.some((name) => fitsScope(scope, name))
  },
}

const isVolumeClaim = (object: KubeObject): object is PersistentVolumeClaim =>
  object.kind === 'PersistentVolumeClaim' && object.apiVersion === 'v1'

/** In whole bytes. While a volume grows, or after that failed, what was promised counts when it is more. */
function storageOf({ spec, status }: PersistentVolumeClaim): Quantity | undefined {
  const asked = spec?.resources?.requests?.storage
  if (asked === undefined) return undefined
  const wanted = parseQuantity(asked)
  const promised = parseQuantity(status?.allocatedResources?.storage ?? '0')
  return wholeBytes(compareQuantities(promised, wanted) > 0 ? promised : wanted)
}

const wholeBytes = (amount: Quantity): Quantity =>
  amount.exponent >= 0 ? amount : quantityOf(countQuantity(amount), 0, amount.format)

const DEVICE_CLAIMS = countName({ group: 'resource.k8s.io', resource: 'resourceclaims' })
const OF_DEVICE_CLASS = '.deviceclass.resource.k8s.io/devices'
/** Source: kubernetes resource/v1 AllocationResultsMaxSize. */
const DEVICES_MAX = 32

/** Of claims for devices. */
export const deviceClaimCounter: Counter = {
  counts: (name) => name === DEVICE_CLAIMS || name.endsWith(OF_DEVICE_CLASS),
  usage(object) {
    if (!isDeviceClaim(object)) return new Map()
    const usage = oneOfEach(DEVICE_CLAIMS)
    for (const { exactly, firstAvailable = [] } of object.spec.devices?.requests ?? []) {
      const most = new Map<string, number>()
      for (const one of exactly ? [exactly] : firstAvailable) {
        most.set(one.deviceClassName, Math.max(most.get(one.deviceClassName) ?? 0, devicesOf(one)))
      }
      for (const [deviceClass, count] of most) {
        const name = `${deviceClass}${OF_DEVICE_CLASS}`
        usage.set(name, addQuantities(usage.get(name) ?? quantityOf(0), quantityOf(count)))
      }
    }
    return usage
  },
}

const isDeviceClaim = (object: KubeObject): object is ResourceClaim =>
  object.kind === 'ResourceClaim' && object.apiVersion === 'resource.k8s.io/v1'

function devicesOf({ allocationMode, count = 0 }: Pick<DeviceSubRequest, 'allocationMode' | 'count'>): number {
  if (allocationMode === 'All') return DEVICES_MAX
  return allocationMode === 'ExactCount' ? count : 0
}
