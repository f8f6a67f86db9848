/** Where a container has the volumes of its pod. Source: kubernetes pkg/apis/core/validation ValidateVolumeMounts, ValidateVolumeDevices. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notFound,
  notSupported,
  required,
} from '../../../field-error.ts'
import type { Container, Volume, VolumeDevice, VolumeMount } from '../../../types/core-v1.ts'
import { optionalOneOf } from '../../checks.ts'
import { validateDescending } from './paths.ts'

type Volumes = ReadonlyMap<string, Volume>

/** What is wrong with the volumes that a container sees as files. */
export function validateMounts(container: Container, volumes: Volumes, path: FieldPath): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container
  const devicePaths = new Set(volumeDevices.map(({ devicePath }) => devicePath))
  const deviceNames = new Set(volumeDevices.map(({ name }) => name))
  const seen = new Set<string>()
  return volumeMounts.flatMap((mount, at) => {
    const { name, mountPath = '', subPath = '', subPathExpr = '' } = mount
    const place = index(path, at)
    const isTaken = seen.has(mountPath)
    seen.add(mountPath)
    const refuse = (field: string, value: string, why: string) => invalid(child(place, field), value, why)
    return [
      ...(name ? [] : [required(child(place, 'name'))]),
      ...(volumes.has(name) ? [] : [notFound(child(place, 'name'), name)]),
      ...(mountPath === '' ? [required(child(place, 'mountPath'))] : []),
      ...(isTaken ? [refuse('mountPath', mountPath, 'must be unique')] : []),
      ...(deviceNames.has(name) ? [refuse('name', name, 'must not already exist in volumeDevices')] : []),
      ...(devicePaths.has(mountPath)
        ? [refuse('mountPath', mountPath, 'must not already exist as a path in volumeDevices')]
        : []),
      ...(subPath === '' ? [] : validateDescending(subPath, child(path, 'subPath'))),
      ...(subPath !== '' && subPathExpr !== ''
        ? [refuse('subPathExpr', subPathExpr, 'subPathExpr and subPath are mutually exclusive')]
        : []),
      ...(subPathExpr === '' ? [] : validateDescending(subPathExpr, child(path, 'subPathExpr'))),
      ...validatePropagation(mount, container, child(path, 'mountPropagation')),
      ...validateRecursiveReadOnly(mount, child(path, 'recursiveReadOnly')),
    ]
  })
}

function validatePropagation(
  { mountPropagation }: VolumeMount,
  { securityContext }: Container,
  path: FieldPath,
): FieldError[] {
  const isRefused = mountPropagation === 'Bidirectional' && !securityContext?.privileged
  return [
    ...optionalOneOf(mountPropagation, ['Bidirectional', 'HostToContainer', 'None'], path),
    ...(isRefused
      ? [forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')]
      : []),
  ]
}

const RECURSIVE = ['Disabled', 'Enabled', 'IfPossible']

function validateRecursiveReadOnly(mount: VolumeMount, path: FieldPath): FieldError[] {
  const { recursiveReadOnly, readOnly, mountPropagation } = mount
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return []
  if (!RECURSIVE.includes(recursiveReadOnly)) return [notSupported(path, recursiveReadOnly, RECURSIVE)]
  return [
    ...(readOnly ? [] : [forbidden(path, 'may only be specified when readOnly is true')]),
    ...(mountPropagation === undefined || mountPropagation === 'None'
      ? []
      : [forbidden(path, 'may only be specified when mountPropagation is None or not specified')]),
  ]
}

/** What is wrong with the volumes that a container sees as devices. */
export function validateDevices(container: Container, volumes: Volumes, path: FieldPath): FieldError[] {
  const { volumeMounts = [], volumeDevices = [] } = container
  const mountPaths = new Set(volumeMounts.map(({ mountPath }) => mountPath))
  const mountNames = new Set(volumeMounts.map(({ name }) => name))
  const [paths, names] = [new Set<string>(), new Set<string>()]
  return volumeDevices.flatMap((device, at) => {
    const errors = validateDevice(device, volumes, { paths, names, mountPaths, mountNames }, index(path, at))
    if (!device.devicePath?.split('/').includes('..')) paths.add(device.devicePath)
    if (device.name) names.add(device.name)
    return errors
  })
}

type Taken = Readonly<Record<'paths' | 'names' | 'mountPaths' | 'mountNames', ReadonlySet<string>>>

function validateDevice(
  { name, devicePath = '' }: VolumeDevice,
  volumes: Volumes,
  taken: Taken,
  path: FieldPath,
): FieldError[] {
  const volume = volumes.get(name)
  const refuseName = (why: string) => [invalid(child(path, 'name'), name, why)]
  const refusePath = (why: string) => [invalid(child(path, 'devicePath'), devicePath, why)]
  const isBlock = volume?.persistentVolumeClaim || volume?.ephemeral
  return [
    ...(name ? [] : [required(child(path, 'name'))]),
    ...(taken.names.has(name) ? refuseName('must be unique') : []),
    ...(volume && !isBlock
      ? refuseName('can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode')
      : []),
    ...(volume ? [] : [notFound(child(path, 'name'), name)]),
    ...(devicePath === '' ? [required(child(path, 'devicePath'))] : []),
    ...(taken.paths.has(devicePath) ? refusePath('must be unique') : []),
    ...(devicePath.split('/').includes('..') ? refusePath("can not contain backsteps ('..')") : []),
    ...(taken.mountNames.has(name) ? refuseName('must not already exist in volumeMounts') : []),
    ...(taken.mountPaths.has(devicePath) ? refusePath('must not already exist as a path in volumeMounts') : []),
  ]
}
