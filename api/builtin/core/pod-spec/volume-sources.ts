/** What each source of a volume must say. Source: kubernetes pkg/apis/core/validation validateVolumeSource. */
import { child, type FieldError, type FieldPath, index, invalid, notSupported, required } from '../../../field-error.ts'
import { validateAnnotations, validateLabels } from '../../../metadata/labels.ts'
import { checkSubdomain } from '../../../names.ts'
import type { DownwardAPIVolumeFile, EphemeralVolumeSource, KeyToPath, Volume } from '../../../types/core-v1.ts'
import { complaints, oneOf } from '../../checks.ts'
import { validateDriverName } from '../../storage/driver-name.ts'
import { validateClaimSpec } from '../persistent-volume-claim/validate.ts'
import { FILE_FIELDS, validateFieldRef, validateResourceRef } from './downward.ts'
import { validateMode, validateNoBacksteps, validateNonReserved } from './paths.ts'
import { validateProjected } from './projected.ts'
import type { VolumeContext } from './volumes.ts'

/** The fields of a volume that are sources, in the order in which they are looked at. */
export const SOURCE_ORDER = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const

/** One of them. */
export type VolumeSource = (typeof SOURCE_ORDER)[number]

/** The source of a volume, if it is of that sort. */
export const sourceOf = (volume: Volume, source: VolumeSource): object | undefined => volume[source]

type SourceRule = (volume: Volume, path: FieldPath, context: VolumeContext) => FieldError[]

/** Fields that must be said, of sources that have no other rule here: drivers that Kubernetes no longer has. */
const needs =
  (source: VolumeSource, ...fields: readonly string[]): SourceRule =>
  (volume, path) => {
    const said = new Map<string, unknown>(Object.entries(sourceOf(volume, source) ?? {}))
    return fields.filter((field) => isEmpty(said.get(field))).map((field) => required(child(path, field)))
  }

const isEmpty = (value: unknown): boolean => !value || (Array.isArray(value) && value.length === 0)

/** What is wrong with a source; of a source without a rule, nothing. */
export const SOURCE_RULES: Readonly<Partial<Record<VolumeSource, SourceRule>>> = {
  hostPath: ({ hostPath }, path) =>
    hostPath?.path
      ? [
          ...validateNoBacksteps(hostPath.path, child(path, 'path')),
          ...(HOST_PATH_TYPES.includes(hostPath.type ?? '')
            ? []
            : [notSupported(child(path, 'type'), hostPath.type, HOST_PATH_TYPES)]),
        ]
      : [required(child(path, 'path'))],
  gitRepo: needs('gitRepo', 'repository'),
  gcePersistentDisk: needs('gcePersistentDisk', 'pdName'),
  awsElasticBlockStore: needs('awsElasticBlockStore', 'volumeID'),
  secret: ({ secret }, path) => [
    ...(secret?.secretName ? [] : [required(child(path, 'secretName'))]),
    ...validateMode(secret?.defaultMode, child(path, 'defaultMode')),
    ...validateKeys(secret?.items, child(path, 'items')),
  ],
  nfs: ({ nfs }, path) => [
    ...(nfs?.server ? [] : [required(child(path, 'server'))]),
    ...(nfs?.path ? [] : [required(child(path, 'path'))]),
    ...(nfs?.path.startsWith('/') ? [] : [invalid(child(path, 'path'), nfs?.path ?? '', 'must be an absolute path')]),
  ],
  iscsi: needs('iscsi', 'targetPortal', 'iqn'),
  glusterfs: needs('glusterfs', 'endpoints', 'path'),
  flocker: ({ flocker }, path) =>
    flocker?.datasetName || flocker?.datasetUUID
      ? []
      : [required(path, 'one of datasetName and datasetUUID is required')],
  persistentVolumeClaim: needs('persistentVolumeClaim', 'claimName'),
  rbd: needs('rbd', 'monitors', 'image'),
  cinder: needs('cinder', 'volumeID'),
  cephfs: needs('cephfs', 'monitors'),
  downwardAPI: ({ downwardAPI }, path) => [
    ...validateMode(downwardAPI?.defaultMode, child(path, 'defaultMode')),
    ...(downwardAPI?.items ?? []).flatMap((file) => validateDownwardFile(file, path)),
  ],
  flexVolume: needs('flexVolume', 'driver'),
  configMap: ({ configMap }, path) => [
    ...(configMap?.name ? [] : [required(child(path, 'name'))]),
    ...validateMode(configMap?.defaultMode, child(path, 'defaultMode')),
    ...validateKeys(configMap?.items, child(path, 'items')),
  ],
  azureFile: needs('azureFile', 'secretName', 'shareName'),
  vsphereVolume: needs('vsphereVolume', 'volumePath'),
  photonPersistentDisk: needs('photonPersistentDisk', 'pdID'),
  portworxVolume: needs('portworxVolume', 'volumeID'),
  azureDisk: needs('azureDisk', 'diskName', 'diskURI'),
  projected: ({ projected }, path) => (projected ? validateProjected(projected, path) : []),
  scaleIO: needs('scaleIO', 'gateway', 'system', 'volumeName'),
  csi: ({ csi }, path) => [
    ...validateDriverName(csi?.driver, child(path, 'driver')),
    ...(csi?.nodePublishSecretRef
      ? csi.nodePublishSecretRef.name
        ? complaints(checkSubdomain, csi.nodePublishSecretRef.name, child(path, 'name'))
        : [required(child(path, 'nodePublishSecretRef', 'name'))]
      : []),
  ],
  ephemeral: ({ ephemeral }, path) => validateEphemeral(ephemeral ?? {}, path),
  image: ({ image }, path, { isPod }) => [
    ...(isPod && !image?.reference ? [required(child(path, 'reference'))] : []),
    ...oneOf(image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'], child(path, 'pullPolicy')),
  ],
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

/** What is wrong with keys that become files. */
export const validateKeys = (items: readonly KeyToPath[] | undefined, path: FieldPath): FieldError[] =>
  (items ?? []).flatMap((item, at) => validateKey(item, index(path, at)))

/** What is wrong with one key that becomes a file. */
export const validateKey = ({ key, path: file = '', mode }: KeyToPath, path: FieldPath): FieldError[] => [
  ...(key ? [] : [required(child(path, 'key'))]),
  ...(file === '' ? [required(child(path, 'path'))] : []),
  ...validateNonReserved(file, child(path, 'path')),
  ...validateMode(mode, child(path, 'mode')),
]

/** What is wrong with a file in which a pod reads of itself. */
export function validateDownwardFile(item: DownwardAPIVolumeFile, path: FieldPath): FieldError[] {
  const { path: file = '', fieldRef, resourceFieldRef, mode } = item
  const both = 'fieldRef and resourceFieldRef can not be specified simultaneously'
  return [
    ...(file === '' ? [required(child(path, 'path'))] : []),
    ...validateNonReserved(file, child(path, 'path')),
    ...(fieldRef ? validateFieldRef(fieldRef, FILE_FIELDS, child(path, 'fieldRef')) : []),
    ...(fieldRef && resourceFieldRef ? [invalid(path, 'resource', both)] : []),
    ...(!fieldRef && resourceFieldRef
      ? validateResourceRef(resourceFieldRef, child(path, 'resourceFieldRef'), true)
      : []),
    ...(fieldRef || resourceFieldRef ? [] : [required(path, 'one of fieldRef and resourceFieldRef is required')]),
    ...validateMode(mode, child(path, 'mode')),
  ]
}

function validateEphemeral({ volumeClaimTemplate: template }: EphemeralVolumeSource, path: FieldPath): FieldError[] {
  const place = child(path, 'volumeClaimTemplate')
  if (!template) return [required(place)]
  const { labels, annotations } = template.metadata ?? {}
  return [
    ...validateAnnotations(annotations, child(place, 'metadata', 'annotations')),
    ...validateLabels(labels, child(place, 'metadata', 'labels')),
    ...validateClaimSpec(template.spec ?? {}, child(place, 'spec')),
  ]
}
