/** What a kubelet may say of a pod. Source: kubernetes pkg/apis/core/validation ValidatePodStatusUpdate. */
import { child, type FieldError, type FieldPath, forbidden, index, invalid } from '../../../field-error.ts'
import { readIP, validateLegacyIP } from '../../../ip-address.ts'
import { validateLabelKey } from '../../../metadata/labels.ts'
import { checkSubdomain } from '../../../names.ts'
import type { Container, ContainerStatus, Pod, PodCondition, PodSpec } from '../../../types/core-v1.ts'
import { complaints } from '../../checks.ts'
import { goForm } from '../../go-form.ts'
import { allContainers } from '../pod-spec/containers.ts'

const OF_THE_SYSTEM = ['PodScheduled', 'Ready', 'Initialized']

/** What is wrong with a status, beside the one that was there. */
export function validatePodStatus(pod: Pod, old: Pod): FieldError[] {
  const status = pod.status ?? {}
  const before = old.status ?? {}
  const spec = old.spec ?? { containers: [] }
  const { nominatedNodeName: nominated = '', observedGeneration: generation = 0 } = status
  const path = 'status'
  const isNominated = nominated !== '' && nominated !== (before.nominatedNodeName ?? '')
  return [
    ...validateConditions(status.conditions ?? [], child(path, 'conditions')),
    ...(isNominated ? complaints(checkSubdomain, nominated, child(path, 'nominatedNodeName')) : []),
    ...(isNominated && spec.nodeName
      ? [forbidden(child(path, 'nominatedNodeName'), 'may not be set on pods that are already bound to a node')]
      : []),
    ...(generation < 0
      ? [invalid(child(path, 'observedGeneration'), generation, 'must be a non-negative integer')]
      : []),
    ...((status.qosClass ?? '') === (before.qosClass ?? '')
      ? []
      : [invalid(child(path, 'qosClass'), status.qosClass ?? '', 'field is immutable')]),
    ...(['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'] as const).flatMap((list) =>
      validateTransitions(status[list] ?? [], before[list] ?? [], child(path, list), (name, exitCode) =>
        list === 'ephemeralContainerStatuses' ? false : restarts(spec, list, name, exitCode),
      ),
    ),
    ...validateAddresses(status.podIPs ?? [], before.podIPs ?? [], 'PodIP', child(path, 'podIPs')),
    ...validateHostAddresses(pod, old, child(path, 'hostIPs')),
  ]
}

const validateConditions = (conditions: readonly PodCondition[], path: FieldPath): FieldError[] =>
  conditions.flatMap(({ type, observedGeneration = 0 }, at) => [
    ...(observedGeneration < 0
      ? [invalid(child(index(path, at), 'observedGeneration'), observedGeneration, 'must be a non-negative integer')]
      : []),
    ...(OF_THE_SYSTEM.includes(type) ? [] : validateLabelKey(type, child(index(path, at), 'Type'))),
  ])

/** What has ended stays so, unless it is to begin anew. */
function validateTransitions(
  next: readonly ContainerStatus[],
  old: readonly ContainerStatus[],
  path: FieldPath,
  mayBeginAnew: (name: string, exitCode: number) => boolean,
): FieldError[] {
  return old.flatMap(({ name, state }, at) => {
    if (!state?.terminated) return []
    const runs = next.find((one) => one.name === name && !one.state?.terminated)
    if (!runs || mayBeginAnew(name, state.terminated.exitCode)) return []
    return [forbidden(child(index(path, at), 'state'), 'may not be transitioned to non-terminated state')]
  })
}

/** Source: kubernetes pkg/api/v1/pod AllContainersCouldRestart, ContainerShouldRestart. */
function restarts(
  spec: PodSpec,
  list: 'containerStatuses' | 'initContainerStatuses',
  name: string,
  exitCode: number,
): boolean {
  const isAll = allContainers(spec).some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === 'RestartAllContainers'),
  )
  if (isAll) return true
  const containers = list === 'containerStatuses' ? spec.containers : (spec.initContainers ?? [])
  const container = containers.find((one) => one.name === name)
  if (!container) return false
  if (matchesRule(container, exitCode)) return true
  switch (container.restartPolicy ?? spec.restartPolicy) {
    case 'Always':
      return true
    case 'OnFailure':
      return exitCode !== 0
    default:
      return false
  }
}

const matchesRule = ({ restartPolicyRules = [] }: Container, exitCode: number): boolean =>
  restartPolicyRules.some(({ exitCodes }) => {
    if (!exitCodes) return false
    const isListed = (exitCodes.values ?? []).includes(exitCode)
    return exitCodes.operator === 'In' ? isListed : !isListed
  })

type Address = { readonly ip: string }

function validateAddresses(
  next: readonly Address[],
  old: readonly Address[],
  type: 'PodIP' | 'HostIP',
  path: FieldPath,
): FieldError[] {
  const kept = old.map(({ ip }) => ip)
  const families = new Set(next.map(({ ip }) => readIP(ip)?.family))
  const isPair = next.length === 2 && families.size === 2
  const shown = next.map((address) => goForm(type, address))
  return [
    ...next.flatMap(({ ip }, at) => validateLegacyIP(index(path, at), ip, kept)),
    ...(next.length > 1 && !isPair ? [invalid(path, shown, 'may specify no more than one IP for each IP family')] : []),
  ]
}

function validateHostAddresses({ status }: Pod, { status: old }: Pod, path: FieldPath): FieldError[] {
  const { hostIP = '', hostIPs = [] } = status ?? {}
  const [first] = hostIPs
  if (!first) return []
  return [
    ...(hostIP === first.ip ? [] : [invalid(child(index(path, 0), 'ip'), first.ip, 'must be equal to `hostIP`')]),
    ...validateAddresses(hostIPs, old?.hostIPs ?? [], 'HostIP', path),
  ]
}
