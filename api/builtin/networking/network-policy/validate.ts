/** What a network policy may not say. Source: kubernetes pkg/apis/networking/validation. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts'
import { isInRange, readRange, validateLegacyRange } from '../../../ip-address.ts'
import { checkPortName, checkPortNumber } from '../../../names.ts'
import { type SelectorLeniency, validateLabelSelector } from '../../../selector/label-selector.ts'
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../../types/networking-v1.ts'

/** What an old policy had wrong, and the new one may have too. */
interface Leniency extends SelectorLeniency {
  readonly ranges: readonly string[]
}

/** What is wrong with a policy. */
export function validateNetworkPolicy({ spec = {} }: NetworkPolicy, old?: NetworkPolicy): FieldError[] {
  const leniency = leniencyFor(old)
  const types = spec.policyTypes ?? []
  const validateRule = (
    ports: NetworkPolicyPort[] = [],
    peers: NetworkPolicyPeer[] = [],
    path: FieldPath,
    side: string,
  ) => [
    ...ports.flatMap((port, at) => validatePort(port, index(child(path, 'ports'), at))),
    ...peers.flatMap((peer, at) => validatePeer(peer, index(child(path, side), at), leniency)),
  ]
  return [
    ...validateLabelSelector(spec.podSelector, 'spec.podSelector', leniency),
    ...(spec.ingress ?? []).flatMap(({ ports, from }, at) =>
      validateRule(ports, from, index('spec.ingress', at), 'from'),
    ),
    ...(spec.egress ?? []).flatMap(({ ports, to }, at) => validateRule(ports, to, index('spec.egress', at), 'to')),
    ...(types.length > TYPES.length
      ? [invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')]
      : types.flatMap((type, at) =>
          TYPES.includes(type) ? [] : [notSupported(index('spec.policyTypes', at), type, TYPES)],
        )),
  ]
}

const TYPES = ['Ingress', 'Egress']
const PROTOCOLS = ['TCP', 'UDP', 'SCTP']

function leniencyFor(old: NetworkPolicy | undefined): Leniency {
  const peers = [
    ...(old?.spec?.ingress ?? []).flatMap(({ from }) => from ?? []),
    ...(old?.spec?.egress ?? []).flatMap(({ to }) => to ?? []),
  ]
  return {
    allowInvalidValues: validateLabelSelector(old?.spec?.podSelector, '').length > 0,
    ranges: peers.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])),
  }
}

function validatePort({ protocol, port, endPort }: NetworkPolicyPort, path: FieldPath): FieldError[] {
  const portPath = child(path, 'port')
  const endPath = child(path, 'endPort')
  const errors =
    protocol === undefined || PROTOCOLS.includes(protocol)
      ? []
      : [notSupported(child(path, 'protocol'), protocol, PROTOCOLS)]
  const misplaced = (why: string) => (endPort === undefined ? [] : [invalid(endPath, endPort, why)])
  if (port === undefined) return [...errors, ...misplaced('may not be specified when `port` is not specified')]
  if (typeof port === 'string') {
    return [
      ...errors,
      ...misplaced('may not be specified when `port` is non-numeric'),
      ...checkPortName(port).map((why) => invalid(portPath, port, why)),
    ]
  }
  return [
    ...errors,
    ...checkPortNumber(port).map((why) => invalid(portPath, port, why)),
    // The message shows the port and not its end, as in Kubernetes.
    ...(endPort !== undefined && endPort < port
      ? [invalid(endPath, port, 'must be greater than or equal to `port`')]
      : []),
    ...(endPort === undefined ? [] : checkPortNumber(endPort).map((why) => invalid(endPath, endPort, why))),
  ]
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer,
  path: FieldPath,
  leniency: Leniency,
): FieldError[] {
  const isOther = podSelector !== undefined || namespaceSelector !== undefined
  return [
    ...validateLabelSelector(podSelector, child(path, 'podSelector'), leniency),
    ...validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), leniency),
    ...(ipBlock ? validateBlock(ipBlock, child(path, 'ipBlock'), leniency) : []),
    ...(isOther || ipBlock ? [] : [required(path, 'must specify a peer')]),
    ...(isOther && ipBlock ? [forbidden(path, 'may not specify both ipBlock and another peer')] : []),
  ]
}

function validateBlock({ cidr, except = [] }: IPBlock, path: FieldPath, { ranges }: Leniency): FieldError[] {
  const place = child(path, 'cidr')
  if (!cidr) return [required(place)]
  const errors = validateLegacyRange(place, cidr, ranges)
  const whole = readRange(cidr)
  if (!whole) return errors
  return [
    ...errors,
    ...except.flatMap((text, at) => {
      const exceptPath = index(child(path, 'except'), at)
      const part = readRange(text)
      const isPart = part && isInRange(part, whole) && part.prefixLength > whole.prefixLength
      return [
        ...validateLegacyRange(exceptPath, text, ranges),
        ...(part && !isPart ? [invalid(exceptPath, text, 'must be a strict subset of `cidr`')] : []),
      ]
    }),
  ]
}
