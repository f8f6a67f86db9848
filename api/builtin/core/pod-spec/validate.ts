/**
 * What is wrong with the spec of a pod, and with a template of pods: in the order in which Kubernetes says it.
 * Source: kubernetes pkg/apis/core/validation ValidatePodSpec, ValidatePodTemplateSpec.
 */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notFound,
  required,
} from '../../../field-error.ts'
import { validateAnnotations, validateLabelKey, validateLabels } from '../../../metadata/labels.ts'
import { checkLabel, checkRange, checkSubdomain } from '../../../names.ts'
import type { ObjectMeta } from '../../../object.ts'
import { hasInvalidValue } from '../../../selector/label-selector.ts'
import type { Affinity, PodResourceClaim, PodSpec, PodTemplateSpec } from '../../../types/core-v1.ts'
import { complaints, oneOf, requiredName } from '../../checks.ts'
import { goForm } from '../../go-form.ts'
import { validateOverhead } from '../../node/overhead.ts'
import { validateToleration } from '../../node/tolerations.ts'
import { validatePodRequirements } from './amounts.ts'
import { validatePodAnnotations, validateProfiles } from './annotations.ts'
import {
  type ContainerContext,
  validateContainers,
  validateEphemeralContainers,
  validateInitContainers,
} from './container-rules.ts'
import type { ContainerList } from './containers.ts'
import { validateDns, validateHostAliases, validateHostnameOverride } from './dns.ts'
import { validateNodeAffinity } from './node-affinity.ts'
import { validatePodAffinity, validateSpread } from './pod-affinity.ts'
import { validateHostUsers, validatePodSecurityContext } from './security.ts'
import { checkVolumes } from './volumes.ts'
import { validateHostProcess, validateSystem } from './windows.ts'

/** Whose spec it is. */
export interface SpecContext {
  /** A pod's own rather than a template's. */
  readonly isPod: boolean
  /** The pod's, where it is one. */
  readonly metadata?: ObjectMeta
  /** What was there: some of what is wrong with it may stay. */
  readonly old?: PodSpec | undefined
}

const SECONDS_MAX = 2 ** 31 - 1

/** What is wrong with a template of pods. */
export function validatePodTemplate(
  template: PodTemplateSpec | undefined,
  path: FieldPath,
  old?: PodTemplateSpec,
): FieldError[] {
  const { metadata = {}, spec = { containers: [] } } = template ?? {}
  const specPath = child(path, 'spec')
  return [
    ...validateLabels(metadata.labels, child(path, 'labels')),
    ...validateAnnotations(metadata.annotations, child(path, 'annotations')),
    ...validatePodAnnotations(metadata.annotations, spec, child(path, 'annotations'), old?.metadata?.annotations),
    ...validatePodSpec(spec, specPath, { isPod: false, old: old?.spec }),
    ...validateProfiles(metadata.annotations, spec, specPath),
    ...(spec.ephemeralContainers?.length
      ? [forbidden(child(specPath, 'ephemeralContainers'), 'ephemeral containers not allowed in pod template')]
      : []),
  ]
}

/** What is wrong with the spec of a pod. */
export function validatePodSpec(spec: PodSpec, path: FieldPath, context: SpecContext): FieldError[] {
  const { activeDeadlineSeconds: deadline } = spec
  const below = (field: string) => child(path, field)
  const { volumes, errors: ofVolumes } = checkVolumes(spec.volumes ?? [], below('volumes'), context)
  const claims = new Set((spec.resourceClaims ?? []).map(({ name }) => name).filter(Boolean))
  const ofContainers: ContainerContext = { spec, volumes, claims }
  const name = (field: 'serviceAccountName' | 'nodeName' | 'priorityClassName' | 'runtimeClassName') =>
    spec[field] ? complaints(checkSubdomain, spec[field], below(field)) : []
  const label = (field: 'hostname' | 'subdomain') =>
    spec[field] ? complaints(checkLabel, spec[field], below(field)) : []
  return [
    ...(spec.terminationGracePeriodSeconds === undefined ? [required(below('terminationGracePeriodSeconds'))] : []),
    ...ofVolumes,
    ...validateResourceClaims(spec.resourceClaims ?? [], below('resourceClaims')),
    ...validateContainers(ofContainers, below('containers')),
    ...validateInitContainers(ofContainers, below('initContainers')),
    ...validateEphemeralContainers(ofContainers, below('ephemeralContainers')),
    ...validatePodRequirements(spec, claims, below('resources')),
    ...validateHostPorts(spec, below('containers'), context),
    ...oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], below('restartPolicy')),
    ...oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], below('dnsPolicy')),
    ...validateLabels(spec.nodeSelector, below('nodeSelector')),
    ...validatePodSecurityContext(spec, below('securityContext')),
    ...validateAffinity(spec.affinity, below('affinity'), context.old?.affinity),
    ...validateDns(spec, below('dnsConfig')),
    ...validateGates(spec, path),
    ...validateSpread(spec.topologySpreadConstraints ?? [], below('topologySpreadConstraints')),
    ...validateHostProcess(spec, path),
    ...validateHostUsers(spec, path),
    ...validateHostnameOverride(spec, below('hostnameOverride')),
    ...name('serviceAccountName'),
    ...name('nodeName'),
    ...(deadline === undefined
      ? []
      : checkRange(deadline, 1, SECONDS_MAX).map((why) => invalid(below('activeDeadlineSeconds'), deadline, why))),
    ...label('hostname'),
    ...label('subdomain'),
    ...(spec.tolerations ?? []).flatMap((one, at) => validateToleration(one, index(below('tolerations'), at))),
    ...validateHostAliases(spec.hostAliases ?? [], below('hostAliases')),
    ...name('priorityClassName'),
    ...name('runtimeClassName'),
    ...(spec.preemptionPolicy === undefined
      ? []
      : oneOf(spec.preemptionPolicy, ['PreemptLowerPriority', 'Never'], below('preemptionPolicy'))),
    ...(spec.overhead ? validateOverhead(spec.overhead, child(path, 'overhead', 'limits')) : []),
    ...validateSystem(spec, path),
    ...validateFileVolumes(spec, path),
  ]
}

function validateResourceClaims(claims: readonly PodResourceClaim[], path: FieldPath): FieldError[] {
  return claims.flatMap((claim, at) => {
    const { name, resourceClaimName: claimName, resourceClaimTemplateName: templateName } = claim
    const place = index(path, at)
    const isRepeated = name && claims.findIndex((other) => other.name === name) < at
    const shown = goForm('PodResourceClaim', claim)
    const both = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'
    const none = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'
    return [
      ...(isRepeated ? [duplicate(child(place, 'name'), name)] : requiredName(checkLabel, name, child(place, 'name'))),
      ...(claimName !== undefined && templateName !== undefined ? [invalid(place, shown, both)] : []),
      ...(claimName === undefined && templateName === undefined ? [invalid(place, shown, none)] : []),
      ...(claimName === undefined ? [] : complaints(checkSubdomain, claimName, child(place, 'resourceClaimName'))),
      ...(templateName === undefined
        ? []
        : complaints(checkSubdomain, templateName, child(place, 'resourceClaimTemplateName'))),
    ]
  })
}

/** On the network of its node, a port of a container is the port of the node; a template may leave that open. */
function validateHostPorts({ hostNetwork, containers = [] }: PodSpec, path: FieldPath, { isPod }: SpecContext) {
  if (!hostNetwork) return []
  return containers.flatMap(({ ports = [] }, at) =>
    ports.flatMap(({ hostPort = 0, containerPort = 0 }, portAt) => {
      if (hostPort === containerPort || (hostPort === 0 && !isPod)) return []
      const place = child(index(child(index(path, at), 'ports'), portAt), 'hostPort')
      return [invalid(place, hostPort, 'must match `containerPort` when `hostNetwork` is true')]
    }),
  )
}

function validateAffinity(affinity: Affinity | undefined, path: FieldPath, old: Affinity | undefined): FieldError[] {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity ?? {}
  const leniency = { allowInvalidValues: hasInvalidSelector(old) }
  return [
    ...(nodeAffinity ? validateNodeAffinity(nodeAffinity, child(path, 'nodeAffinity')) : []),
    ...(podAffinity ? validatePodAffinity(podAffinity, child(path, 'podAffinity'), leniency) : []),
    ...(podAntiAffinity ? validatePodAffinity(podAntiAffinity, child(path, 'podAntiAffinity'), leniency) : []),
  ]
}

const hasInvalidSelector = (affinity: Affinity | undefined): boolean =>
  [affinity?.podAffinity, affinity?.podAntiAffinity].some((one) =>
    [
      ...(one?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...(one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
    ].some((term) => hasInvalidValue(term.labelSelector)),
  )

function validateGates({ readinessGates = [], schedulingGates = [] }: PodSpec, path: FieldPath): FieldError[] {
  return [
    ...readinessGates.flatMap(({ conditionType = '' }, at) =>
      validateLabelKey(conditionType, child(index(child(path, 'readinessGates'), at), 'conditionType')),
    ),
    ...schedulingGates.flatMap(({ name = '' }, at) => {
      const place = index(child(path, 'schedulingGates'), at)
      const isRepeated = schedulingGates.findIndex((other) => other.name === name) < at
      return [...validateLabelKey(name, place), ...(isRepeated ? [duplicate(place, name)] : [])]
    }),
  ]
}

/** A file that a variable is taken from is in a volume that the pod's containers fill: an emptyDir. */
function validateFileVolumes(spec: PodSpec, path: FieldPath): FieldError[] {
  const lists: readonly ContainerList[] = ['initContainers', 'containers', 'ephemeralContainers']
  return lists.flatMap((list) =>
    (spec[list] ?? []).flatMap(({ env = [] }, at) =>
      env.flatMap(({ valueFrom }, envAt) => {
        const volumeName = valueFrom?.fileKeyRef?.volumeName
        if (volumeName === undefined) return []
        const variable = index(child(index(child(path, list), at), 'env'), envAt)
        const place = child(variable, 'valueFrom', 'fileKeyRef', 'volumeName')
        const volume = (spec.volumes ?? []).find(({ name }) => name === volumeName)
        if (!volume) return [notFound(place, volumeName)]
        return volume.emptyDir ? [] : [invalid(place, volumeName, 'referenced volume must be of type emptyDir')]
      }),
    ),
  )
}
