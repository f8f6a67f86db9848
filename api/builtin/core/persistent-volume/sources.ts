/** Where the bytes of a volume are: exactly one of these. Source: kubernetes ValidatePersistentVolumeSpec. */
import { child, type FieldError, type FieldPath, forbidden, invalid, required } from '../../../field-error.ts'
import type { CSIPersistentVolumeSource, FCVolumeSource, PersistentVolumeSpec } from '../../../types/core-v1.ts'
import { validateDriverName } from '../../storage/driver-name.ts'

type SourceField = keyof PersistentVolumeSpec & string

/** In the order in which they are looked at, each with what it must say. */
const REQUIRED: Readonly<Partial<Record<SourceField, readonly string[]>>> = {
  hostPath: ['path'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  glusterfs: ['endpoints', 'path'],
  flocker: [],
  nfs: ['server', 'path'],
  rbd: ['monitors', 'image'],
  quobyte: ['registry', 'volume'],
  cephfs: ['monitors'],
  iscsi: ['targetPortal', 'iqn'],
  cinder: ['volumeID'],
  fc: [],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'secretRef', 'volumeName'],
  local: ['path'],
  storageos: [],
  csi: [],
}

/** The names of the fields of a source. */
export const SOURCE_FIELDS: readonly string[] = Object.keys(REQUIRED)

/** What is wrong with the source, or with there being none or several. */
export function validateSources(spec: PersistentVolumeSpec, path: FieldPath): FieldError[] {
  const said = new Map<string, unknown>(Object.entries(spec))
  const errors: FieldError[] = []
  let count = 0
  for (const [field, names] of Object.entries(REQUIRED)) {
    const source = said.get(field)
    if (typeof source !== 'object' || source === null) continue
    const place = child(path, field === 'cephfs' && count > 0 ? 'cephFS' : field)
    // Of all of them, flexVolume alone is not counted against those before it.
    if (count++ > 0 && field !== 'flexVolume') errors.push(forbidden(place, 'may not specify more than 1 volume type'))
    else errors.push(...validateRequired(source, names ?? [], place), ...validateOwn(field, spec, place))
  }
  return count === 0 ? [required(path, 'must specify a volume type')] : errors
}

function validateRequired(source: object, names: readonly string[], path: FieldPath): FieldError[] {
  const said = new Map<string, unknown>(Object.entries(source))
  return names.filter((name) => isEmpty(said.get(name))).map((name) => required(child(path, name)))
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** The rules of one source beyond what it must say. */
function validateOwn(field: string, spec: PersistentVolumeSpec, path: FieldPath): FieldError[] {
  switch (field) {
    case 'hostPath':
      return [
        ...validateNoBacksteps(spec.hostPath?.path ?? '', child(path, 'path')),
        ...validateHostPathType(spec.hostPath?.type ?? '', child(path, 'type')),
      ]
    case 'local':
      return [
        ...validateNoBacksteps(spec.local?.path ?? '', child(path, 'path')),
        ...(spec.nodeAffinity ? [] : [required('spec.nodeAffinity', 'Local volume requires node affinity')]),
      ]
    case 'nfs':
      return spec.nfs?.path.startsWith('/')
        ? []
        : [invalid(child(path, 'path'), spec.nfs?.path ?? '', 'must be an absolute path')]
    case 'fc':
      return spec.fc ? validateFibreChannel(spec.fc, path) : []
    case 'csi':
      return spec.csi ? validateCsi(spec.csi, path) : []
    default:
      return []
  }
}

const validateNoBacksteps = (value: string, path: FieldPath): FieldError[] =>
  value.split('/').includes('..') ? [invalid(path, value, "must not contain '..'")] : []

const HOST_PATH_TYPES = [
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
  '',
]

const validateHostPathType = (type: string, path: FieldPath): FieldError[] =>
  HOST_PATH_TYPES.includes(type) ? [] : [notSupportedType(path, type)]

const notSupportedType = (path: FieldPath, type: string): FieldError => ({
  reason: 'FieldValueNotSupported',
  path,
  message: `Unsupported value: ${JSON.stringify(type)}: supported values: ${[...HOST_PATH_TYPES]
    .sort()
    .map((one) => JSON.stringify(one))
    .join(', ')}`,
})

function validateFibreChannel({ targetWWNs = [], wwids = [], lun }: FCVolumeSource, path: FieldPath): FieldError[] {
  const namesPath = child(path, 'targetWWNs')
  const lunPath = child(path, 'lun')
  if (targetWWNs.length === 0) {
    return wwids.length > 0 ? [] : [required(namesPath, 'must specify either targetWWNs or wwids, but not both')]
  }
  return [
    ...(wwids.length > 0
      ? [invalid(namesPath, targetWWNs, 'targetWWNs and wwids can not be specified simultaneously')]
      : []),
    ...(lun === undefined ? [required(lunPath, 'lun is required if targetWWNs is specified')] : []),
    ...(lun !== undefined && (lun < 0 || lun > 255)
      ? [invalid(lunPath, lun, 'must be between 0 and 255, inclusive')]
      : []),
  ]
}

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const

function validateCsi(csi: CSIPersistentVolumeSource, path: FieldPath): FieldError[] {
  return [
    ...validateDriverName(csi.driver, child(path, 'driver')),
    ...(csi.volumeHandle ? [] : [required(child(path, 'volumeHandle'))]),
    ...CSI_SECRETS.flatMap((field) => {
      const secret = csi[field]
      if (!secret) return []
      return [
        ...(secret.name ? [] : [required(child(path, field, 'name'))]),
        ...(secret.namespace ? [] : [required(child(path, field, 'namespace'))]),
      ]
    }),
  ]
}
