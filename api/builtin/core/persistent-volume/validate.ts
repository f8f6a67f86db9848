/** What a volume may not say. Source: kubernetes ValidatePersistentVolume, ValidatePersistentVolumeUpdate. */
import { type FieldError, forbidden, key, notSupported, required } from '../../../field-error.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { PersistentVolume, PersistentVolumeSpec } from '../../../types/core-v1.ts'
import { immutable } from '../../immutable.ts'
import { diffValues } from '../../unified-diff.ts'
import { STORAGE_CLASS_ANNOTATION } from '../access-modes.ts'
import { validatePositiveAmount } from '../resource-names.ts'
import { validateAccessModes, validateBasicAmount, validateClassName, validateVolumeMode } from '../storage-rules.ts'
import { goSource } from './go-source.ts'
import { SOURCE_FIELDS, validateSources } from './sources.ts'

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']

/** What is wrong with a volume. */
export function validateVolume({ spec = {} }: PersistentVolume): FieldError[] {
  const { accessModes = [], capacity = {}, nodeAffinity, persistentVolumeReclaimPolicy: policy = '' } = spec
  const isRoot = /^\/*$/.test(spec.hostPath?.path ?? '-') && policy === 'Recycle'
  return [
    ...(accessModes.length === 0 ? [required('spec.accessModes')] : []),
    ...validateAccessModes(accessModes, 'spec.accessModes'),
    ...validateCapacity(capacity),
    ...(policy === '' || RECLAIM_POLICIES.includes(policy)
      ? []
      : [notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES)]),
    ...(nodeAffinity && !nodeAffinity.required
      ? [required('spec.nodeAffinity.required', 'must specify required node constraints')]
      : []),
    ...validateSources(spec, 'spec'),
    ...(isRoot
      ? [forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")]
      : []),
    ...validateClassName(spec.storageClassName, 'spec.storageClassName'),
    ...validateVolumeMode(spec.volumeMode, 'spec.volumeMode'),
    ...validateAttributesClass(spec),
  ]
}

function validateCapacity(capacity: Readonly<Record<string, string | number>>): FieldError[] {
  const names = Object.keys(capacity)
  const isStorageAlone = names.length === 1 && names[0] === 'storage'
  return [
    ...(names.length === 0 ? [required('spec.capacity')] : []),
    ...(isStorageAlone
      ? []
      : [notSupported('spec.capacity', names.length === 0 ? null : inOrder(capacity), ['storage'])]),
    ...Object.entries(capacity).flatMap(([name, amount]) => [
      ...validateBasicAmount(amount, key('spec.capacity', name)),
      ...validatePositiveAmount(amount, key('spec.capacity', name)),
    ]),
  ]
}

/** As Go prints a map. */
const inOrder = (amounts: Readonly<Record<string, string | number>>): object =>
  Object.fromEntries(Object.entries(amounts).sort(([one], [other]) => (one < other ? -1 : 1)))

function validateAttributesClass({ volumeAttributesClassName: name, csi }: PersistentVolumeSpec): FieldError[] {
  const path = 'spec.volumeAttributesClassName'
  if (name === undefined) return []
  return [
    ...(name === '' ? [required(path, 'an empty string is disallowed')] : validateClassName(name, path)),
    ...(csi ? [] : [required('spec.csi', 'has to be specified when using volumeAttributesClassName')]),
  ]
}

/** What may not change: where the bytes are, and how they are mounted. */
export function validateVolumeChange(
  { spec = {} }: PersistentVolume,
  { spec: old = {} }: PersistentVolume,
): FieldError[] {
  const [next, before] = [sourceOf(spec), sourceOf(old)]
  // A volume may learn later who is to enlarge it.
  if (old.csi && !old.csi.controllerExpandSecretRef && next.csi) {
    const { controllerExpandSecretRef: _secret, ...csi } = next.csi
    next.csi = csi
  }
  const lostClass = old.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined
  return [
    ...(sameMeaning(next, before)
      ? []
      : [
          forbidden(
            'spec.persistentvolumesource',
            `spec.persistentvolumesource is immutable after creation\n${diffValues(goSource(before), goSource(next))}`,
          ),
        ]),
    ...immutable('volumeMode', spec.volumeMode, old.volumeMode),
    ...(old.nodeAffinity && !sameMeaning(spec.nodeAffinity, old.nodeAffinity)
      ? immutable('nodeAffinity', spec.nodeAffinity, old.nodeAffinity).map((error) => ({
          ...error,
          message: `${error.message}, except for updating from beta label to GA`,
        }))
      : []),
    ...(lostClass
      ? [forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')]
      : []),
  ]
}

const sourceOf = (spec: PersistentVolumeSpec): PersistentVolumeSpec =>
  Object.fromEntries(Object.entries(spec).filter(([field]) => SOURCE_FIELDS.includes(field)))

/** Kinds of storage that had their day: how their fields are called, and since when they do nothing. */
const GONE = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
] as const

const ANNOTATIONS = [
  [STORAGE_CLASS_ANNOTATION, 'deprecated since v1.8; use "storageClassName" attribute instead'],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const

/** What to tell who writes a volume. */
export function warnOfVolume({ metadata, spec = {} }: PersistentVolume): string[] {
  return [
    ...ANNOTATIONS.filter(([name]) => Object.hasOwn(metadata.annotations ?? {}, name)).map(
      ([name, why]) => `${key('metadata.annotations', name)}: ${why}`,
    ),
    ...(spec.persistentVolumeReclaimPolicy === 'Recycle'
      ? [
          'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
        ]
      : []),
    ...GONE.filter(([field]) => spec[field]).map(([, shown, why]) => `spec.${shown}: ${why}`),
  ]
}
