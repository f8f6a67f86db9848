/**
 * What an object makes a node read: a pod its secrets, config maps, claims and service account; a volume the secrets by
 * which it is mounted. Source: kubernetes plugin/pkg/auth/authorizer/node/graph.go, pkg/api/v1/persistentvolume/util.go.
 */
import { MIRROR_ANNOTATION } from '@muster/api/builtin/core/pod-spec/annotations.ts'
import type {
  Container,
  EphemeralContainer,
  PersistentVolume,
  Pod,
  SecretReference,
  Volume,
} from '@muster/api/types/core-v1.ts'

/** Names within the namespace of a pod. */
export interface PodReferences {
  readonly secrets: readonly string[]
  readonly configMaps: readonly string[]
  readonly claims: readonly string[]
  readonly resourceClaims: readonly string[]
  readonly serviceAccounts: readonly string[]
}

/** True for a pod that a node runs by itself, and shows us. */
export const isMirror = ({ metadata }: Pod): boolean => metadata.annotations?.[MIRROR_ANNOTATION] !== undefined

const NONE: PodReferences = { secrets: [], configMaps: [], claims: [], resourceClaims: [], serviceAccounts: [] }

/** Everything that a pod names. A mirror pod gives its node nothing: the node itself has written it. */
export function referencesOfPod(pod: Pod): PodReferences {
  if (isMirror(pod)) return NONE
  const { serviceAccountName = '' } = pod.spec ?? {}
  return {
    secrets: secretNames(pod),
    configMaps: configMapNames(pod),
    claims: claimNames(pod),
    resourceClaims: resourceClaimNames(pod),
    serviceAccounts: named([serviceAccountName]),
  }
}

/** The secrets that anything in a pod names. */
export const secretNames = ({ spec }: Pod): readonly string[] =>
  named([
    ...(spec?.imagePullSecrets ?? []).map(({ name }) => name),
    ...containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.map(({ secretRef }) => secretRef?.name),
      ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ]),
    ...(spec?.volumes ?? []).flatMap(secretsOfVolume),
  ])

/** The config maps that anything in a pod names. */
export const configMapNames = ({ spec }: Pod): readonly string[] =>
  named([
    ...containersOf(spec).flatMap(({ env = [], envFrom = [] }) => [
      ...envFrom.map(({ configMapRef }) => configMapRef?.name),
      ...env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name),
    ]),
    ...(spec?.volumes ?? []).flatMap(({ configMap, projected }) => [
      configMap?.name,
      ...(projected?.sources ?? []).map((source) => source.configMap?.name),
    ]),
  ])

/** The claim of a volume; undefined where it has none. One that lives with its pod is named after both. */
export const claimOf = (pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined =>
  persistentVolumeClaim?.claimName ?? (ephemeral ? `${pod.metadata.name}-${name}` : undefined)

/** The claim that a volume is bound to, and the secrets by which nodes mount it, as NAMESPACE/NAME. */
export function referencesOfVolume({ spec }: PersistentVolume): {
  readonly claim: string | undefined
  readonly secrets: readonly string[]
} {
  const { claimRef, azureFile, csi } = spec ?? {}
  if (!spec || !claimRef) return { claim: undefined, secrets: [] }
  const { namespace = '', name = '' } = claimRef
  const own = (ref: SecretReference | undefined) => at(ref?.namespace || namespace, ref?.name)
  const given = (ref: { namespace?: string; name?: string } | undefined) => at(ref?.namespace ?? '', ref?.name)
  return {
    claim: `${namespace}/${name}`,
    secrets: [
      ...(azureFile ? at(azureFile.secretNamespace || namespace, azureFile.secretName) : []),
      ...[spec.cephfs, spec.flexVolume, spec.rbd, spec.scaleIO, spec.iscsi].flatMap((one) => own(one?.secretRef)),
      ...[spec.cinder, spec.storageos].flatMap((one) => given(one?.secretRef)),
      // What attaches and expands a volume from elsewhere is nothing for a node.
      ...[csi?.nodePublishSecretRef, csi?.nodeStageSecretRef, csi?.nodeExpandSecretRef].flatMap(given),
    ],
  }
}

const at = (namespace: string, name: string | undefined): string[] => (name ? [`${namespace}/${name}`] : [])

const claimNames = (pod: Pod): readonly string[] =>
  named((pod.spec?.volumes ?? []).map((volume) => claimOf(pod, volume)))

/** A claim that is made from a template has a name once somebody has made it, and told so in the status. */
function resourceClaimNames({ spec, status }: Pod): readonly string[] {
  const made = new Map((status?.resourceClaimStatuses ?? []).map((one) => [one.name, one.resourceClaimName]))
  return named([
    ...(spec?.resourceClaims ?? []).map(({ name, resourceClaimName }) => resourceClaimName ?? made.get(name)),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ])
}

const containersOf = (spec: Pod['spec']): readonly (Container | EphemeralContainer)[] => [
  ...(spec?.initContainers ?? []),
  ...(spec?.containers ?? []),
  ...(spec?.ephemeralContainers ?? []),
]

const secretsOfVolume = (volume: Volume): readonly (string | undefined)[] => [
  volume.secret?.secretName,
  volume.azureFile?.secretName,
  volume.cephfs?.secretRef?.name,
  volume.cinder?.secretRef?.name,
  volume.flexVolume?.secretRef?.name,
  volume.rbd?.secretRef?.name,
  volume.scaleIO?.secretRef?.name,
  volume.iscsi?.secretRef?.name,
  volume.storageos?.secretRef?.name,
  volume.csi?.nodePublishSecretRef?.name,
  ...(volume.projected?.sources ?? []).map(({ secret }) => secret?.name),
]

const named = (names: readonly (string | undefined)[]): readonly string[] =>
  names.flatMap((name) => (name ? [name] : []))
