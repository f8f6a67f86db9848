/** What a node may not say. Source: kubernetes ValidateNode, ValidateNodeUpdate. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts'
import { readRange, validateLegacyRange, warnOfRange } from '../../../ip-address.ts'
import { validateLabelKey } from '../../../metadata/labels.ts'
import { checkLabelValue } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { Node, Taint } from '../../../types/core-v1.ts'
import { validateAmount } from '../resource-names.ts'

/** What is wrong with a node. Taints are said to be below metadata, as Kubernetes says it. */
export function validateNode(node: Node): FieldError[] {
  const { podCIDRs = [], taints = [] } = node.spec ?? {}
  const families = new Set(podCIDRs.map((range) => readRange(range)?.family))
  const isPair = podCIDRs.length < 2 || (podCIDRs.length === 2 && families.size === 2)
  return [
    ...validateTaints(taints, 'metadata.taints'),
    ...validateNodeResources(node),
    ...podCIDRs.flatMap((range, at) => validateLegacyRange(index('spec.podCIDRs', at), range)),
    ...(isPair ? [] : [invalid('spec.podCIDRs', podCIDRs, 'may specify no more than one CIDR for each IP family')]),
  ]
}

/** What may not change, and what is looked at in every update, that of the status too. */
export function validateNodeChange(node: Node, old: Node): FieldError[] {
  const { podCIDRs: ranges = [], providerID = '', externalID = '', taints = [] } = node.spec ?? {}
  const { podCIDRs: oldRanges = [], providerID: oldProvider = '', externalID: oldExternal = '' } = old.spec ?? {}
  const addresses = (node.status?.addresses ?? []).map(({ type, address }) => ({ Type: type, Address: address }))
  return [
    ...validateNodeResources(node),
    ...addresses.flatMap((one, at) =>
      addresses.slice(0, at).some((other) => sameMeaning(other, one))
        ? [duplicate(index('status.addresses', at), one)]
        : [],
    ),
    ...(oldRanges.length > 0 && !sameMeaning(ranges, oldRanges)
      ? [forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')]
      : []),
    ...(oldProvider && providerID !== oldProvider
      ? [forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')]
      : []),
    ...validateTaints(taints, 'metadata.taints'),
    ...(externalID === oldExternal ? [] : [forbidden('spec.externalID', 'may not be updated')]),
  ]
}

/** What to tell of fields that had their day. */
export function warnOfNode({ spec }: Node): string[] {
  return [
    ...(spec?.configSource ? ['spec.configSource: the feature is removed'] : []),
    ...(spec?.externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(spec?.podCIDRs ?? []).flatMap((range, at) => warnOfRange(index('spec.podCIDRs', at), range)),
  ]
}

const validateNodeResources = ({ status }: Node): FieldError[] =>
  (['capacity', 'allocatable'] as const).flatMap((field) =>
    Object.entries(status?.[field] ?? {}).flatMap(([name, amount]) =>
      validateAmount(name, amount, child('status', field, name)),
    ),
  )

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

const validateTaints = (taints: readonly Taint[], path: FieldPath): FieldError[] =>
  taints.flatMap((taint, at) => {
    const { key, value = '', effect, timeAdded } = taint
    const place = index(path, at)
    const isRepeated = taints.slice(0, at).some((other) => other.key === key && other.effect === effect)
    const wrongValue = checkLabelValue(value)
    const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null }
    const repeated = duplicate(place, shown)
    return [
      ...validateLabelKey(key, child(place, 'key')),
      ...(wrongValue.length > 0 ? [invalid(child(place, 'value'), value, wrongValue.join(';'))] : []),
      ...validateEffect(effect, child(place, 'effect')),
      ...(isRepeated
        ? [{ ...repeated, message: `${repeated.message}: taints must be unique by key and effect pair` }]
        : []),
    ]
  })

function validateEffect(effect: string, path: FieldPath): FieldError[] {
  if (!effect) return [required(path)]
  return EFFECTS.includes(effect) ? [] : [notSupported(path, effect, EFFECTS)]
}
