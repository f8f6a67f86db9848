/**
 * The volumes of pods as directories of this machine, and where containers see them.
 *
 *     ROOT/pods/UID/volumes/kubernetes.io~KIND/NAME     as the kubelet lays them out
 *     ROOT/pods/UID/containers/CONTAINER/               last words of its runs
 */
import type {
  HostPathVolumeSource,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Volume,
  VolumeMount,
} from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { expand } from '../container/expand.ts'
import type { Mount } from '../driver.ts'
import type { FileKind, FileSystem } from '../files/file-system.ts'
import { type PayloadSources, payloadOf } from './payload.ts'
import { writeAtomically } from './write-atomically.ts'

/** What volumes are made with. */
export interface VolumeDeps {
  readonly files: FileSystem
  /** The agent's own directory. */
  readonly root: string
  now(): Instant
  /** Undefined when there is none. */
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>
  persistentVolume(name: string): Promise<PersistentVolume | undefined>
}

/** The directory of a pod. */
export const podDirectory = (root: string, podUid: string): string => `${root}/pods/${podUid}`

/** Makes every volume of a pod, or makes it up to date. Throws with the message of the event that is said of it. */
export async function makeVolumes(deps: VolumeDeps, pod: Pod, sources: PayloadSources): Promise<void> {
  for (const volume of pod.spec?.volumes ?? []) {
    try {
      await makeVolume(deps, pod, volume, sources)
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause)
      throw new ControlError('Unavailable', `MountVolume.SetUp failed for volume "${volume.name}" : ${why}`, cause)
    }
  }
}

async function makeVolume(deps: VolumeDeps, pod: Pod, volume: Volume, sources: PayloadSources): Promise<void> {
  const { files } = deps
  const payload = payloadOf(pod, volume, sources)
  const path = await placeOf(deps, pod, volume)
  if (volume.hostPath) return checkHostPath(files, volume.hostPath)
  // What containers write into is theirs, whoever they run as.
  await files.makeDirectory(path, volume.emptyDir ? 0o777 : 0o755)
  if (payload) await writeAtomically(files, path, payload, deps.now())
}

/** Where a volume is on this machine. */
async function placeOf(deps: VolumeDeps, pod: Pod, volume: Volume): Promise<string> {
  const { hostPath, persistentVolumeClaim } = volume
  if (hostPath) return hostPath.path
  if (persistentVolumeClaim) return placeOfClaim(deps, pod.metadata.namespace ?? '', persistentVolumeClaim.claimName)
  const kind = KINDS.find(([field]) => volume[field] !== undefined)
  if (!kind) {
    const [, field = 'nothing'] = Object.keys(volume).toSorted((one) => (one === 'name' ? -1 : 1))
    const message = `volumes of ${field} are not supported on this node: use emptyDir, configMap, secret, projected, downwardAPI, hostPath or persistentVolumeClaim`
    throw new ControlError('Invalid', message)
  }
  return `${podDirectory(deps.root, pod.metadata.uid ?? '')}/volumes/kubernetes.io~${kind[1]}/${volume.name}`
}

const KINDS = [
  ['emptyDir', 'empty-dir'],
  ['configMap', 'configmap'],
  ['secret', 'secret'],
  ['projected', 'projected'],
  ['downwardAPI', 'downward-api'],
] as const satisfies readonly (readonly [keyof Volume, string])[]

async function placeOfClaim(deps: VolumeDeps, namespace: string, name: string): Promise<string> {
  const claim = await deps.claim(namespace, name)
  if (!claim) throw new ControlError('NotFound', `persistentvolumeclaim "${name}" not found`)
  const volumeName = claim.spec?.volumeName ?? ''
  if (claim.status?.phase !== 'Bound' || volumeName === '') {
    const phase = claim.status?.phase ?? ''
    throw new ControlError(
      'Unavailable',
      `PVC ${namespace}/${name} has non-bound phase ("${phase}") or empty pvc.Spec.VolumeName ("${volumeName}")`,
    )
  }
  const volume = await deps.persistentVolume(volumeName)
  if (!volume) throw new ControlError('NotFound', `persistentvolume "${volumeName}" not found`)
  const path = volume.spec?.local?.path ?? volume.spec?.hostPath?.path
  if (path === undefined) {
    throw new ControlError(
      'Invalid',
      `volume "${volumeName}" is no directory of this machine: this node mounts local and hostPath volumes only`,
    )
  }
  return path
}

const KIND_OF_TYPE: Readonly<Record<string, { readonly kind: FileKind; readonly says: string }>> = {
  Directory: { kind: 'directory', says: 'directory' },
  DirectoryOrCreate: { kind: 'directory', says: 'directory' },
  File: { kind: 'file', says: 'file' },
  FileOrCreate: { kind: 'file', says: 'file' },
  Socket: { kind: 'socket', says: 'socket file' },
  CharDevice: { kind: 'character-device', says: 'character device' },
  BlockDevice: { kind: 'block-device', says: 'block device' },
}

async function checkHostPath(files: FileSystem, { path, type = '' }: HostPathVolumeSource): Promise<void> {
  if (type === '') return
  const wanted = KIND_OF_TYPE[type]
  if (!wanted) throw new ControlError('Invalid', `${type} is an invalid volume type`)
  if ((await files.kindOf(path)) === undefined) {
    if (type === 'DirectoryOrCreate') return files.makeDirectory(path, 0o755)
    if (type === 'FileOrCreate') return files.write(path, new Uint8Array(0), 0o644)
  }
  if ((await files.kindOf(path)) === wanted.kind) return
  throw new ControlError('Invalid', `hostPath type check failed: ${path} is not a ${wanted.says}`)
}

/** Where a container sees volumes; `env` are its variables, for subPathExpr. Throws Invalid for a path outside of its volume. */
export async function mountsOf(
  deps: VolumeDeps,
  pod: Pod,
  mounts: readonly VolumeMount[],
  env: Readonly<Record<string, string>>,
): Promise<readonly Mount[]> {
  const made: Mount[] = []
  for (const { name, mountPath, readOnly = false, subPath, subPathExpr } of mounts) {
    const volume = pod.spec?.volumes?.find((one) => one.name === name)
    if (!volume) throw new ControlError('NotFound', `cannot find volume "${name}" to mount into container`)
    const place = await placeOf(deps, pod, volume)
    const below = subPathExpr ? expandPath(subPathExpr, env) : (subPath ?? '')
    made.push({ volume: name, from: await placeBelow(deps.files, place, below), at: mountPath, readOnly })
  }
  return made
}

function expandPath(expression: string, env: Readonly<Record<string, string>>): string {
  const missing = new Set<string>()
  const path = expand(expression, (name) => {
    if (!env[name]) missing.add(name)
    return env[name] ?? ''
  })
  if (missing.size > 0) throw new ControlError('Invalid', `missing value for ${[...missing].toSorted().join(', ')}`)
  return path
}

async function placeBelow(files: FileSystem, place: string, below: string): Promise<string> {
  if (below === '') return place
  if (below.startsWith('/'))
    throw new ControlError('Invalid', `error SubPath \`${below}\` must not be an absolute path`)
  if (below.split('/').includes('..'))
    throw new ControlError('Invalid', `unable to provision SubPath \`${below}\`: must not contain '..'`)
  const path = `${place}/${below}`
  if ((await files.kindOf(path)) === undefined) await files.makeDirectory(path, 0o750)
  return path
}

/** Removes all that was made for a pod; what its claims and host paths are of stays. */
export const clearVolumes = ({ files, root }: Pick<VolumeDeps, 'files' | 'root'>, podUid: string): Promise<void> =>
  files.remove(podDirectory(root, podUid))
