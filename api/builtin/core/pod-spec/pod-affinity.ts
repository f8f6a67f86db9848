/** Near which pods a pod runs, and how pods are spread. Source: kubernetes pkg/apis/core/validation validatePodAffinity, validateTopologySpreadConstraints. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
} from '../../../field-error.ts'
import { validateLabelKey } from '../../../metadata/labels.ts'
import { checkLabel } from '../../../names.ts'
import { type LabelSelector, type SelectorLeniency, validateLabelSelector } from '../../../selector/label-selector.ts'
import type { PodAffinity, PodAffinityTerm, TopologySpreadConstraint } from '../../../types/core-v1.ts'
import { complaints, notSupportedUnless, optionalOneOf, positive } from '../../checks.ts'
import { validateWeight } from './node-affinity.ts'

/** What is wrong with an affinity, or with an anti-affinity. */
export function validatePodAffinity(affinity: PodAffinity, path: FieldPath, leniency: SelectorLeniency): FieldError[] {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: must = [],
    preferredDuringSchedulingIgnoredDuringExecution: liked = [],
  } = affinity
  return [
    ...must.flatMap((term, at) =>
      validateTerm(term, index(child(path, 'requiredDuringSchedulingIgnoredDuringExecution'), at), leniency),
    ),
    ...liked.flatMap(({ weight = 0, podAffinityTerm }, at) => {
      const place = index(child(path, 'preferredDuringSchedulingIgnoredDuringExecution'), at)
      return [
        ...validateWeight(weight, place),
        ...validateTerm(podAffinityTerm, child(place, 'podAffinityTerm'), leniency),
      ]
    }),
  ]
}

function validateTerm(term: PodAffinityTerm, path: FieldPath, leniency: SelectorLeniency): FieldError[] {
  const { topologyKey = '', namespaces = [], labelSelector, matchLabelKeys, mismatchLabelKeys } = term
  const place = child(path, 'topologyKey')
  return [
    ...validateLabelSelector(labelSelector, child(path, 'labelSelector'), leniency),
    ...validateLabelSelector(term.namespaceSelector, child(path, 'namespaceSelector'), leniency),
    ...namespaces.flatMap((name) => complaints(checkLabel, name, child(path, 'namespace'))),
    ...validateLabelKeys({ matchLabelKeys, mismatchLabelKeys, labelSelector }, path),
    ...(topologyKey === '' ? [required(place, 'can not be empty')] : []),
    ...validateLabelKey(topologyKey, place),
  ]
}

interface LabelKeys {
  readonly matchLabelKeys?: readonly string[] | undefined
  readonly mismatchLabelKeys?: readonly string[] | undefined
  readonly labelSelector?: LabelSelector | undefined
}

/** Keys whose values are those of the pod itself. */
function validateLabelKeys(keys: LabelKeys, path: FieldPath): FieldError[] {
  const { matchLabelKeys = [], mismatchLabelKeys = [], labelSelector } = keys
  const each = (list: readonly string[], field: string) =>
    list.length > 0 && !labelSelector
      ? [forbidden(child(path, field), 'must not be specified when labelSelector is not set')]
      : list.flatMap((name, at) => validateLabelKey(name, index(child(path, field), at)))
  return [
    ...each(matchLabelKeys, 'matchLabelKeys'),
    ...each(mismatchLabelKeys, 'mismatchLabelKeys'),
    ...validateNotChosenTwice(matchLabelKeys, labelSelector, path),
    ...matchLabelKeys.flatMap((name, at) =>
      mismatchLabelKeys.includes(name)
        ? [
            invalid(
              index(child(path, 'matchLabelKeys'), at),
              name,
              'exists in both matchLabelKeys and mismatchLabelKeys',
            ),
          ]
        : [],
    ),
  ]
}

/** The selector already has what was made of the keys: only a second mention of one is wrong. */
function validateNotChosenTwice(
  keys: readonly string[],
  selector: LabelSelector | undefined,
  path: FieldPath,
): FieldError[] {
  const chosen = new Set(Object.keys(selector?.matchLabels ?? {}))
  return (selector?.matchExpressions ?? []).flatMap(({ key }) => {
    const at = keys.lastIndexOf(key)
    const isTwice = at >= 0 && chosen.has(key)
    chosen.add(key)
    return isTwice ? [invalid(index(path, at), key, 'exists in both matchLabelKeys and labelSelector')] : []
  })
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']
const POLICIES = ['Honor', 'Ignore']

/** What is wrong with how pods are spread. */
export const validateSpread = (constraints: readonly TopologySpreadConstraint[], path: FieldPath): FieldError[] =>
  constraints.flatMap((constraint, at) => {
    const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', minDomains, labelSelector } = constraint
    const place = index(path, at)
    const isRepeated = constraints
      .slice(at + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable)
    return [
      ...positive(maxSkew, child(place, 'maxSkew')),
      ...(topologyKey === '' ? [required(child(place, 'topologyKey'), 'can not be empty')] : []),
      ...notSupportedUnless(whenUnsatisfiable, ACTIONS, child(place, 'whenUnsatisfiable')),
      ...(isRepeated
        ? [duplicate(child(place, '{topologyKey, whenUnsatisfiable}'), `{${topologyKey}, ${whenUnsatisfiable}}`)]
        : []),
      ...(minDomains === undefined ? [] : validateDomains(minDomains, whenUnsatisfiable, child(place, 'minDomains'))),
      ...optionalOneOf(constraint.nodeAffinityPolicy, POLICIES, child(place, 'nodeAffinityPolicy')),
      ...optionalOneOf(constraint.nodeTaintsPolicy, POLICIES, child(place, 'nodeTaintsPolicy')),
      ...validateLabelKeys({ matchLabelKeys: constraint.matchLabelKeys, labelSelector }, place),
      ...validateLabelSelector(labelSelector, child(place, 'labelSelector')),
    ]
  })

const validateDomains = (domains: number, action: string, path: FieldPath): FieldError[] => [
  ...positive(domains, path),
  ...(action === 'DoNotSchedule'
    ? []
    : [invalid(path, domains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`)]),
]
