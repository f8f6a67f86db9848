/** What whoever writes a pod, or a template of pods, should know. Source: kubernetes pkg/api/pod/warnings.go. */
import { child, type FieldPath, index, key } from '../../../field-error.ts'
import { goQuote } from '../../../go-text.ts'
import { warnOfIP } from '../../../ip-address.ts'
import { checkLabel, checkLabelValue } from '../../../names.ts'
import type { ObjectMeta } from '../../../object.ts'
import { canonicalQuantity, countQuantity, parseQuantity } from '../../../quantity.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type {
  Container,
  NodeSelectorTerm,
  PodAffinity,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from '../../../types/core-v1.ts'
import { sayDeprecatedLabel } from '../../deprecated-labels.ts'
import { warnOfClaimSpec } from '../persistent-volume-claim/validate.ts'
import type { ResourceList } from '../resource-list.ts'
import type { ContainerList } from './containers.ts'
import { warnOfOverlaps } from './overlaps.ts'
import { warnOfPorts } from './port-warnings.ts'

/** Of the name of what makes pods. */
export const warnOfName = (
  name = '',
  what = 'this is used in Pod names and hostnames, which can result in surprising behavior',
): string[] => {
  const wrong = checkLabel(name)
  return wrong.length === 0 ? [] : [`metadata.name: ${what}; a DNS label is recommended: [${wrong.join(' ')}]`]
}

/** Of a template; of one that has not changed, nothing. */
export const warnOfTemplate = (
  template: PodTemplateSpec | undefined,
  path: FieldPath,
  old?: PodTemplateSpec,
): string[] =>
  template?.spec && !(old && sameMeaning(template, old)) ? warnOfSpec(template.spec, template.metadata ?? {}, path) : []

const OLD_ANNOTATIONS: readonly (readonly [string, string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
]

/** Of a spec; `path` is that of the template, empty for a pod. */
export function warnOfSpec(spec: PodSpec, { annotations = {} }: ObjectMeta, path: FieldPath): string[] {
  const specPath = child(path, 'spec')
  const annotationPath = child(path, 'metadata', 'annotations')
  return [
    ...warnOfNodes(spec, specPath),
    ...OLD_ANNOTATIONS.flatMap(([name, why]) =>
      annotations[name] === undefined ? [] : [`${key(annotationPath, name)}: ${why}`],
    ),
    ...(spec.volumes ?? []).flatMap((volume, at) => warnOfVolume(volume, index(child(specPath, 'volumes'), at))),
    ...warnOfOverlaps(spec.volumes ?? []),
    ...warnOfRepetition(spec, specPath),
    ...warnOfFractions(spec.overhead, child(specPath, 'overhead')),
    ...warnOfProfile(annotations[SECCOMP_OF_POD], spec.securityContext, key(annotationPath, SECCOMP_OF_POD)),
    ...eachContainer(spec, specPath, (container, place) =>
      warnOfContainer(container, place, annotations, annotationPath),
    ),
    ...warnOfPorts(spec, specPath),
    ...((spec.terminationGracePeriodSeconds ?? 0) < 0
      ? [
          `${child(specPath, 'terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
    ...warnOfAffinity(spec.affinity?.podAffinity, child(specPath, 'affinity', 'podAffinity')),
    ...warnOfAffinity(spec.affinity?.podAntiAffinity, child(specPath, 'affinity', 'podAntiAffinity')),
    ...(spec.dnsConfig?.nameservers ?? []).flatMap((address, at) =>
      warnOfIP(index(child(specPath, 'dnsConfig', 'nameservers'), at), address),
    ),
    ...(spec.hostAliases ?? []).flatMap(({ ip }, at) =>
      warnOfIP(child(index(child(specPath, 'hostAliases'), at), 'ip'), ip),
    ),
  ]
}

const SECCOMP_OF_POD = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/'

const warnOfProfile = (
  annotation: string | undefined,
  context: { readonly seccompProfile?: object } | undefined,
  path: FieldPath,
): string[] =>
  annotation === undefined || context?.seccompProfile
    ? []
    : [`${path}: non-functional in v1.27+; use the "seccompProfile" field instead`]

function warnOfNodes(spec: PodSpec, path: FieldPath): string[] {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: must,
    preferredDuringSchedulingIgnoredDuringExecution: liked,
  } = spec.affinity?.nodeAffinity ?? {}
  const affinityPath = child(path, 'affinity', 'nodeAffinity')
  const mustPath = child(affinityPath, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')
  const likedPath = child(affinityPath, 'preferredDuringSchedulingIgnoredDuringExecution')
  return [
    ...Object.keys(spec.nodeSelector ?? {}).flatMap((label) => {
      const why = sayDeprecatedLabel(label)
      return why ? [`${key(child(path, 'nodeSelector'), label)}: ${why}`] : []
    }),
    ...(must?.nodeSelectorTerms ?? []).flatMap((term, at) => warnOfTerm(term, index(mustPath, at), false)),
    ...(liked ?? []).flatMap(({ preference }, at) =>
      warnOfTerm(preference, child(index(likedPath, at), 'preference'), true),
    ),
    ...(spec.topologySpreadConstraints ?? []).flatMap(({ topologyKey, labelSelector }, at) => {
      const place = index(child(path, 'topologySpreadConstraints'), at)
      const why = sayDeprecatedLabel(topologyKey)
      return [
        ...(why ? [`${child(place, 'topologyKey')}: ${topologyKey} is ${why}`] : []),
        ...(labelSelector ? [] : [`${child(place, 'labelSelector')}: ${CHOOSES_NOTHING}`]),
      ]
    }),
  ]
}

const CHOOSES_NOTHING = 'a null labelSelector results in matching no pod'

const warnOfTerm = ({ matchExpressions = [] }: NodeSelectorTerm, path: FieldPath, looksAtValues: boolean): string[] =>
  matchExpressions.flatMap(({ key: label, values = [] }, at) => {
    const place = index(child(path, 'matchExpressions'), at)
    const why = sayDeprecatedLabel(label)
    return [
      ...(why ? [`${child(place, 'key')}: ${label} is ${why}`] : []),
      ...(looksAtValues ? values : []).flatMap((value, valueAt) =>
        checkLabelValue(value).map(
          (wrong) => `${index(child(place, 'values'), valueAt)}: ${value} is invalid, ${wrong}`,
        ),
      ),
    ]
  })

function warnOfAffinity(affinity: PodAffinity | undefined, path: FieldPath): string[] {
  const must = child(path, 'requiredDuringSchedulingIgnoredDuringExecution')
  const liked = child(path, 'preferredDuringSchedulingIgnoredDuringExecution')
  return [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ labelSelector }, at) =>
      labelSelector ? [] : [`${child(index(must, at), 'labelSelector')}: ${CHOOSES_NOTHING}`],
    ),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).flatMap(({ podAffinityTerm }, at) =>
      podAffinityTerm?.labelSelector
        ? []
        : [`${child(index(liked, at), 'podAffinityTerm', 'labelSelector')}: ${CHOOSES_NOTHING}`],
    ),
  ]
}

/** Sources that had their day, as the messages name them. */
const OLD_SOURCES: readonly (readonly [keyof Volume & string, string, string])[] = [
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

const warnOfVolume = (volume: Volume, path: FieldPath): string[] => [
  ...OLD_SOURCES.flatMap(([source, said, why]) => (volume[source] ? [`${child(path, said)}: ${why}`] : [])),
  ...warnOfClaimSpec(
    volume.ephemeral?.volumeClaimTemplate?.spec,
    child(path, 'ephemeral', 'volumeClaimTemplate', 'spec'),
  ),
]

function warnOfRepetition({ hostAliases = [], imagePullSecrets = [] }: PodSpec, path: FieldPath): string[] {
  const secretName = (at: number) => child(index(child(path, 'imagePullSecrets'), at), 'name')
  return [
    ...hostAliases.flatMap(({ ip }, at) =>
      hostAliases.findIndex((other) => other.ip === ip) < at
        ? [`${child(index(child(path, 'hostAliases'), at), 'ip')}: duplicate ip ${goQuote(ip)}`]
        : [],
    ),
    ...imagePullSecrets.flatMap(({ name = '' }, at) =>
      imagePullSecrets.findIndex((other) => (other.name ?? '') === name) < at
        ? [`${secretName(at)}: duplicate name ${goQuote(name)}`]
        : [],
    ),
    ...imagePullSecrets.flatMap(({ name }, at) => (name ? [] : [`${secretName(at)}: invalid empty name ""`])),
  ]
}

/** Bytes are whole. */
const warnOfFractions = (list: ResourceList | undefined, path: FieldPath): string[] =>
  ['memory', 'ephemeral-storage'].flatMap((name) => {
    const amount = list?.[name]
    if (amount === undefined || countQuantity(parseQuantity(amount), -3) % 1000n === 0n) return []
    const said = goQuote(canonicalQuantity(amount))
    return [`${key(path, name)}: fractional byte value ${said} is invalid, must be an integer`]
  })

function warnOfContainer(
  container: Container,
  path: FieldPath,
  annotations: Readonly<Record<string, string>>,
  annotationPath: FieldPath,
): string[] {
  const { name, securityContext, resources, env = [] } = container
  const seccomp = `${SECCOMP_PREFIX}${name}`
  const limits = warnOfFractions(resources?.limits, child(path, 'resources', 'limits'))
  const requests = warnOfFractions(resources?.requests, child(path, 'resources', 'requests'))
  const isOf = (resource: string) => (warning: string) => warning.includes(`[${resource}]`)
  return [
    ...warnOfProfile(annotations[seccomp], securityContext, key(annotationPath, seccomp)),
    ...['memory', 'ephemeral-storage'].flatMap((one) => [...limits.filter(isOf(one)), ...requests.filter(isOf(one))]),
    ...env.flatMap(({ name: variable, value = '', valueFrom }, at) => {
      const isRepeated = env.findIndex((other) => other.name === variable) < at
      // A definition that makes use of the one before is meant so.
      const reference = `$(${variable})`
      const hides = valueFrom || value === reference || !value.includes(reference)
      return isRepeated && hides
        ? [
            `${index(child(path, 'env'), at)}: hides previous definition of ${goQuote(variable)}, which may be dropped when using apply`,
          ]
        : []
    }),
  ]
}

function eachContainer(
  spec: PodSpec,
  path: FieldPath,
  warn: (container: Container, path: FieldPath) => string[],
): string[] {
  const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers']
  return lists.flatMap((list) =>
    (spec[list] ?? []).flatMap((container, at) => warn(container, index(child(path, list), at))),
  )
}
