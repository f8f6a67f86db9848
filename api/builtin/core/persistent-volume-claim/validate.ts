/** What a claim may not say. Source: kubernetes ValidatePersistentVolumeClaim, …Update, …StatusUpdate. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  key,
  notSupported,
  required,
} from '../../../field-error.ts'
import { checkLabel, checkLabelKey, checkSubdomain } from '../../../names.ts'
import { compareQuantities, countQuantity, formatQuantity, parseQuantity } from '../../../quantity.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import { validateLabelSelector } from '../../../selector/label-selector.ts'
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../../types/core-v1.ts'
import { immutable } from '../../immutable.ts'
import { diffValues } from '../../unified-diff.ts'
import { STORAGE_CLASS_ANNOTATION } from '../access-modes.ts'
import { isNativeResource, validateAmount, validatePositiveAmount } from '../resource-names.ts'
import { validateAccessModes, validateBasicAmount, validateClassName, validateVolumeMode } from '../storage-rules.ts'
import { goSpec } from './go-spec.ts'

/** What is wrong with the spec of a claim, or of the claim that a pod brings along. `old`: what it was may stay. */
export function validateClaimSpec(
  spec: PersistentVolumeClaimSpec,
  path: FieldPath,
  old?: PersistentVolumeClaimSpec,
): FieldError[] {
  const { accessModes = [], resources, dataSource, dataSourceRef } = spec
  const storage = resources?.requests?.storage
  const storagePath = key(child(path, 'resources'), 'storage')
  const allowInvalidValues = old !== undefined && validateLabelSelector(old.selector, '').length > 0
  return [
    ...(accessModes.length === 0 ? [required(child(path, 'accessModes'), 'at least 1 access mode is required')] : []),
    ...(spec.selector ? validateLabelSelector(spec.selector, child(path, 'selector'), { allowInvalidValues }) : []),
    ...validateAccessModes(accessModes, child(path, 'accessModes')),
    ...(storage === undefined ? [required(storagePath)] : validateSize(storage, storagePath)),
    ...validateClassName(spec.storageClassName, child(path, 'storageClassName')),
    ...validateVolumeMode(spec.volumeMode, child(path, 'volumeMode')),
    ...(dataSource ? validateSource(dataSource, child(path, 'dataSource')) : []),
    ...(dataSourceRef ? validateSource(dataSourceRef, child(path, 'dataSourceRef')) : []),
    ...validateSources(spec, path),
    ...validateClassName(spec.volumeAttributesClassName, child(path, 'volumeAttributesClassName')),
  ]
}

function validateSize(storage: string | number, path: FieldPath): FieldError[] {
  const errors = validatePositiveAmount(storage, path)
  return errors.length > 0 ? errors : validateAmount('storage', storage, path)
}

type Source = NonNullable<PersistentVolumeClaimSpec['dataSourceRef']>

function validateSource({ name, kind, apiGroup, namespace }: Source, path: FieldPath): FieldError[] {
  return [
    ...(name ? [] : [required(child(path, 'name'))]),
    ...(kind ? [] : [required(child(path, 'kind'))]),
    ...(apiGroup || kind === 'PersistentVolumeClaim'
      ? []
      : [invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]),
    ...(apiGroup ? checkSubdomain(apiGroup).map((why) => invalid(child(path, 'apiGroup'), apiGroup, why)) : []),
    ...(namespace ? checkLabel(namespace).map((why) => invalid(child(path, 'namespace'), namespace, why)) : []),
  ]
}

function validateSources({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, path: FieldPath): FieldError[] {
  if (!dataSource || !dataSourceRef) return []
  // What is shown is a path of Go, which has no fields that others see.
  if (dataSourceRef.namespace) {
    return [invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified')]
  }
  return sameMeaning(dataSource, dataSourceRef) ? [] : [invalid(path, {}, 'must match dataSourceRef')]
}

/** What may not change: all but the volume that it is given once, and what a bound claim may ask for anew. */
export function validateClaimChange(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): FieldError[] {
  const { spec = {} } = claim
  const { spec: before = {} } = old
  const next = alike(claim, old)
  const from = { ...before, ...(before.volumeName ? {} : pick(next, 'volumeName')) }
  const annotation = STORAGE_CLASS_ANNOTATION
  const isUpgraded = isAnnotationUpgrade(claim, old)
  const [newClass = '', oldClass = ''] = [claim, old].map(({ metadata }) => metadata.annotations?.[annotation])
  return [
    ...(isUpgraded || newClass === oldClass
      ? []
      : [invalid(`metadata.annotations.${annotation}`, newClass, 'field is immutable')]),
    ...(sameMeaning(next, from)
      ? []
      : [
          forbidden(
            'spec',
            `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${diffValues(goSpec(from), goSpec(next))}`,
          ),
        ]),
    ...validateShrinking(spec, before, old.status?.capacity?.storage),
    ...immutable('volumeMode', spec.volumeMode, before.volumeMode),
    ...validateAttributesClass(spec, old),
  ]
}

/** The new spec, as if what may change had not. */
function alike(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): PersistentVolumeClaimSpec {
  const next: PersistentVolumeClaimSpec = structuredClone(claim.spec ?? {})
  const { spec: before = {} } = old
  if (isAnnotationUpgrade(claim, old)) delete next.storageClassName
  else if (before.storageClassName === undefined && !old.metadata.annotations?.[STORAGE_CLASS_ANNOTATION]) {
    // A default class may be given to a claim that was made when there was none.
    delete next.storageClassName
  }
  if (claim.status?.phase !== 'Bound') return next
  if (next.resources?.requests) {
    const storage = before.resources?.requests?.storage
    if (storage === undefined) delete next.resources.requests.storage
    else next.resources.requests.storage = storage
  }
  delete next.volumeAttributesClassName
  return { ...next, ...pick(before, 'volumeAttributesClassName') }
}

const pick = (spec: PersistentVolumeClaimSpec, field: 'volumeName' | 'volumeAttributesClassName') =>
  spec[field] === undefined ? {} : { [field]: spec[field] }

/** The class that the annotation named has become that of the field. */
function isAnnotationUpgrade(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const before = old.metadata.annotations?.[STORAGE_CLASS_ANNOTATION]
  const now = claim.metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? before
  return (
    before !== undefined &&
    old.spec?.storageClassName === undefined &&
    claim.spec?.storageClassName === before &&
    now === before
  )
}

/** A claim that could not grow may shrink again, as long as it stays larger than what is there. */
function validateShrinking(
  { resources: next }: PersistentVolumeClaimSpec,
  { resources: before }: PersistentVolumeClaimSpec,
  capacity: string | number = '0',
): FieldError[] {
  const [now, was, there] = [next?.requests?.storage ?? '0', before?.requests?.storage ?? '0', capacity].map(
    parseQuantity,
  )
  if (!now || !was || !there || compareQuantities(now, was) >= 0 || compareQuantities(now, there) > 0) return []
  return [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')]
}

function validateAttributesClass(spec: PersistentVolumeClaimSpec, old: PersistentVolumeClaim): FieldError[] {
  const { volumeAttributesClassName: name } = spec
  const isApplied = old.status?.currentVolumeAttributesClassName !== undefined
  if (!isApplied || name || name === old.spec?.volumeAttributesClassName) return []
  const what = name === undefined ? 'nil' : 'empty string'
  const why = `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`
  return [forbidden('spec.volumeAttributesClassName', why)]
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].sort()

/** What is wrong with the status of a claim. */
export function validateClaimStatus({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const statesPath = 'status.allocatedResourceStatuses'
  const allocatedPath = 'status.allocatedResources'
  return [
    ...(spec?.accessModes?.length ? [] : [required('Spec.accessModes')]),
    ...Object.entries(status.capacity ?? {}).flatMap(([name, amount]) =>
      validateBasicAmount(amount, key('status.capacity', name)),
    ),
    ...Object.entries(status.allocatedResourceStatuses ?? {}).flatMap(([name, state]) => [
      ...validateResourceKey(name, statesPath),
      ...(RESIZE_STATES.includes(state) ? [] : [notSupported(statesPath, name, RESIZE_STATES)]),
    ]),
    ...Object.entries(status.allocatedResources ?? {}).flatMap(([name, amount]) => {
      const path = key(allocatedPath, name)
      const [wrongKey, wrong] = [validateResourceKey(name, allocatedPath), validateBasicAmount(amount, path)]
      if (wrongKey.length > 0) return wrongKey
      return wrong.length > 0 ? wrong : validateAmount('storage', amount, path)
    }),
  ]
}

function validateResourceKey(name: string, path: FieldPath): FieldError[] {
  const wrong = checkLabelKey(name)
  if (wrong.length > 0) return wrong.map((why) => invalid(path, name, why))
  return isNativeResource(name) && name !== 'storage' ? [notSupported(path, name, ['storage'])] : []
}

/** What to tell who writes a claim. */
export function warnOfClaim({ metadata, spec }: PersistentVolumeClaim): string[] {
  return [
    ...(Object.hasOwn(metadata.annotations ?? {}, STORAGE_CLASS_ANNOTATION)
      ? [
          `${key('metadata.annotations', STORAGE_CLASS_ANNOTATION)}: deprecated since v1.8; use "storageClassName" attribute instead`,
        ]
      : []),
    ...warnOfClaimSpec(spec, 'spec'),
  ]
}

/** What to tell who writes the spec of a claim: bytes are whole. */
export const warnOfClaimSpec = (spec: PersistentVolumeClaimSpec | undefined, path: FieldPath): string[] =>
  (['requests', 'limits'] as const).flatMap((field) => {
    const quantity = parseQuantity(spec?.resources?.[field]?.storage ?? '0')
    if (countQuantity(quantity, -3) % 1000n === 0n) return []
    const place = key(child(path, 'resources', field), 'storage')
    return [`${place}: fractional byte value "${formatQuantity(quantity)}" is invalid, must be an integer`]
  })
