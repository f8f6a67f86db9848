/** Which nodes a pod may run on, and which it likes. Source: kubernetes pkg/apis/core/validation ValidateNodeSelector. */
import { child, type FieldError, type FieldPath, forbidden, index, invalid, required } from '../../../field-error.ts'
import { validateLabelKey } from '../../../metadata/labels.ts'
import { checkLabelValue, checkSubdomain } from '../../../names.ts'
import type { NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../../types/core-v1.ts'

/** The weight of what is preferred. */
export const validateWeight = (weight: number, path: FieldPath): FieldError[] =>
  weight >= 1 && weight <= 100 ? [] : [invalid(child(path, 'weight'), weight, 'must be in the range 1-100')]

/** What is wrong with it. Values of labels are looked at only where they must match. */
export function validateNodeAffinity(affinity: NodeAffinity, path: FieldPath): FieldError[] {
  const {
    requiredDuringSchedulingIgnoredDuringExecution: must,
    preferredDuringSchedulingIgnoredDuringExecution: liked = [],
  } = affinity
  return [
    ...(must ? validateNodeSelector(must, child(path, 'requiredDuringSchedulingIgnoredDuringExecution')) : []),
    ...liked.flatMap(({ weight = 0, preference }, at) => {
      const place = index(child(path, 'preferredDuringSchedulingIgnoredDuringExecution'), at)
      return [
        ...validateWeight(weight, place),
        ...validateTerm(preference ?? {}, child(place, 'preference'), { looksAtValues: false }),
      ]
    }),
  ]
}

/** What is wrong with a choice of nodes: one of its terms must hold. */
export function validateNodeSelector({ nodeSelectorTerms }: NodeSelector, path: FieldPath): FieldError[] {
  const terms = nodeSelectorTerms ?? []
  const place = child(path, 'nodeSelectorTerms')
  if (terms.length === 0) return [required(place, 'must have at least one node selector term')]
  return terms.flatMap((term, at) => validateTerm(term, index(place, at), { looksAtValues: true }))
}

function validateTerm(
  { matchExpressions = [], matchFields = [] }: NodeSelectorTerm,
  path: FieldPath,
  { looksAtValues }: { readonly looksAtValues: boolean },
): FieldError[] {
  return [
    ...matchExpressions.flatMap((one, at) => {
      const place = index(child(path, 'matchExpressions'), at)
      return [
        ...validateOperator(one, place),
        ...validateLabelKey(one.key ?? '', child(place, 'key')),
        ...(looksAtValues ? validateValues(one, checkLabelValue, place) : []),
      ]
    }),
    ...matchFields.flatMap((one, at) => validateField(one, index(child(path, 'matchFields'), at))),
  ]
}

function validateOperator({ operator = '', values = [] }: NodeSelectorRequirement, path: FieldPath): FieldError[] {
  const place = child(path, 'values')
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? [] : [required(place, "must be specified when `operator` is 'In' or 'NotIn'")]
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? []
        : [forbidden(place, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    case 'Gt':
    case 'Lt':
      return values.length === 1
        ? []
        : [required(place, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    default:
      return [invalid(child(path, 'operator'), operator, 'not a valid selector operator')]
  }
}

/** Of the fields of a node only its name can be asked for. */
function validateField(one: NodeSelectorRequirement, path: FieldPath): FieldError[] {
  const { key = '', operator = '', values = [] } = one
  const single = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
  const isKnown = operator === 'In' || operator === 'NotIn'
  return [
    ...(isKnown ? [] : [invalid(child(path, 'operator'), operator, 'not a valid selector operator')]),
    ...(isKnown && values.length !== 1 ? [required(child(path, 'values'), single)] : []),
    ...(key === 'metadata.name'
      ? validateValues(one, checkSubdomain, path)
      : [invalid(child(path, 'key'), key, 'not a valid field selector key')]),
  ]
}

const validateValues = (
  { values = [] }: NodeSelectorRequirement,
  check: (value: string) => string[],
  path: FieldPath,
): FieldError[] =>
  values.flatMap((value, at) => check(value).map((why) => invalid(index(child(path, 'values'), at), value, why)))
