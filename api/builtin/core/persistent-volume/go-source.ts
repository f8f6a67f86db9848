/** The source of a volume as Go prints it: every kind, under its name in Go. Source: kubernetes pkg/apis/core/types.go. */
import type { PersistentVolumeSpec } from '../../../types/core-v1.ts'
import { goFields } from '../../go-fields.ts'

/** Each field, its name in Go, and the names of what is in it; what is not here has them in capitals. */
const SOURCES: readonly (readonly [field: keyof PersistentVolumeSpec & string, name: string])[] = [
  ['gcePersistentDisk', 'GCEPersistentDisk'],
  ['awsElasticBlockStore', 'AWSElasticBlockStore'],
  ['hostPath', 'HostPath'],
  ['glusterfs', 'Glusterfs'],
  ['nfs', 'NFS'],
  ['rbd', 'RBD'],
  ['quobyte', 'Quobyte'],
  ['iscsi', 'ISCSI'],
  ['flexVolume', 'FlexVolume'],
  ['cinder', 'Cinder'],
  ['cephfs', 'CephFS'],
  ['fc', 'FC'],
  ['flocker', 'Flocker'],
  ['azureFile', 'AzureFile'],
  ['vsphereVolume', 'VsphereVolume'],
  ['azureDisk', 'AzureDisk'],
  ['photonPersistentDisk', 'PhotonPersistentDisk'],
  ['portworxVolume', 'PortworxVolume'],
  ['scaleIO', 'ScaleIO'],
  ['local', 'Local'],
  ['storageos', 'StorageOS'],
  ['csi', 'CSI'],
]

/** For the message about a source that may not change. */
export const goSource = (spec: PersistentVolumeSpec): object =>
  Object.fromEntries(SOURCES.map(([field, name]) => [name, goObject(spec[field])]))

function goObject(value: unknown): object | null {
  if (typeof value !== 'object' || value === null) return null
  const names = Object.fromEntries(Object.keys(value).map((field) => [field, capital(field)]))
  return goFields(value, names)
}

const capital = (field: string): string => `${field.charAt(0).toUpperCase()}${field.slice(1)}`
