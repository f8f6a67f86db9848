/**
 * Pods must keep to what their namespace's labels ask; who makes pods is warned, and so is who asks more of a namespace
 * than its pods keep. Source: pod-security-admission admission/admission.go.
 */

import type { KubeObject } from '@muster/api/object.ts'
import { sayReasons, sayViolations, violations } from '@muster/api/pod-security/evaluate.ts'
import { compareLevels, type Policy, policyOf, type Standard, sayStandard } from '@muster/api/pod-security/policy.ts'
import type { AnyContainer, PodLike } from '@muster/api/pod-security/words.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { invalid } from '@muster/api/status.ts'
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { CronJob, Job } from '@muster/api/types/batch-v1.ts'
import type { Namespace, Pod, PodTemplate, PodTemplateSpec, ReplicationController } from '@muster/api/types/core-v1.ts'
import { core, isKind } from '../../auth/reads.ts'
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionStep,
  refusal,
  type ValidateEffects,
} from '../admission.ts'

type Written = Extract<AdmissionRequest, { readonly verb: 'create' | 'update' }>

const NAMESPACES = core('namespaces')
const isNamespace = isKind<Namespace>('v1', 'Namespace')
const isPod = isKind<Pod>('v1', 'Pod')

const MAKERS = new Set([
  '/podtemplates',
  '/replicationcontrollers',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'batch/cronjobs',
  'batch/jobs',
])
/** The parts of a pod through which its containers change. */
const PARTS = ['', 'ephemeralcontainers', 'resize']

/** The step. */
export const podSecurity: AdmissionStep = {
  name: 'PodSecurity',
  handles: (verb, { group, resource }, subresource) => {
    if (verb !== 'create' && verb !== 'update') return false
    if (group === '' && resource === 'pods') return PARTS.includes(subresource)
    return subresource === '' && (MAKERS.has(`${group}/${resource}`) || (group === '' && resource === 'namespaces'))
  },
  validate: async (request, context) => {
    if (request.verb !== 'create' && request.verb !== 'update') return undefined
    if (isNamespace(request.object)) return checkNamespace(request, request.object, context)
    return isPod(request.object) ? checkPod(request, request.object, context) : checkMaker(request, context)
  },
}

async function checkPod(request: Written, pod: Pod, context: AdmissionContext): Promise<ValidateEffects | undefined> {
  const { spec, metadata } = pod
  const namespace = await namespaceOf(request, context)
  if (!namespace || !spec) return undefined
  const { policy } = policyOf(namespace.metadata.labels)
  if (request.verb === 'update' && isPod(request.old) && !changesImages(pod, request.old)) return undefined
  const broken = violations(policy.enforce, { metadata, spec })
  context.notes?.annotate(`${ANNOTATION}enforce-policy`, sayStandard(policy.enforce))
  noteViolations(policy, { metadata, spec }, context)
  if (broken.length > 0) {
    throw refusal(request, `violates PodSecurity "${sayStandard(policy.enforce)}": ${sayViolations(broken)}`)
  }
  const { name = '', resourceVersion = '' } = namespace.metadata
  return {
    warnings: warningsOf(policy, { metadata, spec }),
    guards: [{ resource: NAMESPACES, namespace: '', name, resourceVersion }],
  }
}

/** What makes pods is not refused: its pods will be. */
async function checkMaker(request: Written, context: AdmissionContext): Promise<ValidateEffects | undefined> {
  const namespace = await namespaceOf(request, context)
  const template = templateOf(request.object)
  if (!namespace || !template?.spec) return undefined
  const { policy } = policyOf(namespace.metadata.labels)
  const pod = { metadata: template.metadata ?? {}, spec: template.spec }
  noteViolations(policy, pod, context)
  return { warnings: warningsOf(policy, pod) }
}

/** As the audit log has it. Source: pod-security-admission api/constants.go. */
const ANNOTATION = 'pod-security.kubernetes.io/'

function noteViolations({ audit }: Policy, pod: PodLike, { notes }: AdmissionContext): void {
  const broken = violations(audit, pod)
  if (broken.length === 0) return
  const said = `would violate PodSecurity "${sayStandard(audit)}": ${sayViolations(broken)}`
  notes?.annotate(`${ANNOTATION}audit-violations`, said)
}

function warningsOf({ warn }: Policy, pod: PodLike): string[] {
  const broken = violations(warn, pod)
  return broken.length === 0 ? [] : [`would violate PodSecurity "${sayStandard(warn)}": ${sayViolations(broken)}`]
}

async function namespaceOf({ namespace }: Written, { reads }: AdmissionContext): Promise<Namespace | undefined> {
  const found = await reads.get(NAMESPACES, '', namespace)
  return found && isNamespace(found) ? found : undefined
}

async function checkNamespace(
  request: Written,
  { metadata }: Namespace,
  context: AdmissionContext,
): Promise<ValidateEffects | undefined> {
  const { policy, errors } = policyOf(metadata.labels)
  const before = request.verb === 'update' ? policyOf(request.old.metadata.labels) : undefined
  if (errors.length > 0 && !(before && sameMeaning(errors, before.errors))) {
    throw invalid({ group: '', kind: 'Namespace' }, metadata.name ?? '', errors)
  }
  if (!before || !isStricter(policy.enforce, before.policy.enforce)) return undefined
  const pods = await context.reads.list(core('pods'), metadata.name ?? '')
  return { warnings: warningsOfAll(policy.enforce, metadata.name ?? '', pods.filter(isPod)) }
}

const isStricter = (now: Standard, before: Standard): boolean =>
  !sameMeaning(now, before) &&
  now.level !== 'privileged' &&
  !(now.version === before.version && compareLevels(now.level, before.level) <= 0)

/** More are not looked at. Source: pod-security-admission defaultNamespaceMaxPodsToCheck. */
const PODS_CHECKED_MAX = 3000

/** One of each owner comes first: its others are mostly like it. */
function warningsOfAll(standard: Standard, namespace: string, all: readonly Pod[]): string[] {
  const seen = new Set<string>()
  const isAnother = ({ metadata }: Pod): boolean => {
    const uid = metadata.ownerReferences?.find(({ controller }) => controller)?.uid
    if (uid === undefined) return false
    const known = seen.has(uid)
    seen.add(uid)
    return known
  }
  const others = new Set(all.filter(isAnother))
  const pods = [...all.filter((pod) => !others.has(pod)), ...others].slice(0, PODS_CHECKED_MAX)
  const namesBy = new Map<string, string[]>()
  for (const { metadata, spec } of pods) {
    const reason = spec ? sayReasons(violations(standard, { metadata, spec })) : ''
    if (reason !== '') namesBy.set(reason, [...(namesBy.get(reason) ?? []), metadata.name ?? ''])
  }
  const lines = [...namesBy].map(([reason, names]) => `${sayNames(names)}: ${reason}`).sort()
  return [
    ...(pods.length < all.length
      ? [`new PodSecurity enforce level only checked against the first ${pods.length} of ${all.length} existing pods`]
      : []),
    ...(lines.length > 0
      ? [
          `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${sayStandard(standard)}"`,
        ]
      : []),
    ...lines,
  ]
}

function sayNames(names: readonly string[]): string {
  const [first = '', ...more] = names.toSorted()
  return more.length === 0 ? first : `${first} (and ${more.length} other ${more.length === 1 ? 'pod' : 'pods'})`
}

/** Nothing else that is checked can change once a pod is there. */
function changesImages({ spec: now }: Pod, { spec: old }: Pod): boolean {
  const differ = (some: readonly AnyContainer[] = [], others: readonly AnyContainer[] = []) =>
    some.length !== others.length || some.some(({ image }, at) => image !== others[at]?.image)
  const known = new Map((old?.ephemeralContainers ?? []).map(({ name, image }) => [name, image]))
  return (
    differ(now?.containers, old?.containers) ||
    differ(now?.initContainers, old?.initContainers) ||
    (now?.ephemeralContainers ?? []).some(({ name, image }) => !known.has(name) || known.get(name) !== image)
  )
}

const isPodTemplate = isKind<PodTemplate>('v1', 'PodTemplate')
const isReplicationController = isKind<ReplicationController>('v1', 'ReplicationController')
const isDaemonSet = isKind<DaemonSet>('apps/v1', 'DaemonSet')
const isDeployment = isKind<Deployment>('apps/v1', 'Deployment')
const isReplicaSet = isKind<ReplicaSet>('apps/v1', 'ReplicaSet')
const isStatefulSet = isKind<StatefulSet>('apps/v1', 'StatefulSet')
const isCronJob = isKind<CronJob>('batch/v1', 'CronJob')
const isJob = isKind<Job>('batch/v1', 'Job')

/** What the pods of an object will be like. */
function templateOf(object: KubeObject): PodTemplateSpec | undefined {
  if (isPodTemplate(object)) return object.template
  if (isCronJob(object)) return object.spec?.jobTemplate.spec?.template
  const makes =
    isReplicationController(object) ||
    isDaemonSet(object) ||
    isDeployment(object) ||
    isReplicaSet(object) ||
    isStatefulSet(object) ||
    isJob(object)
  return makes ? object.spec?.template : undefined
}
