/** Which nodes a pod, or a volume, asks for. Source: kubernetes component-helpers scheduling/corev1/nodeaffinity. */
import { type LabelOperator, matchesLabels } from '../selector/labels.ts'
import type {
  Node,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodSpec,
  PreferredSchedulingTerm,
} from '../types/core-v1.ts'

/** True when the node is one that the pod's `nodeSelector` and required node affinity ask for. */
export function matchesRequiredAffinity({ nodeSelector = {}, affinity }: Partial<PodSpec>, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(nodeSelector)) if (labels[key] !== value) return false
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return !required || matchesNodeSelector(required, node)
}

/** True when one of the terms holds. An empty term holds for no node. */
export const matchesNodeSelector = ({ nodeSelectorTerms }: NodeSelector, node: Node): boolean =>
  (nodeSelectorTerms ?? []).some((term) => matchesTerm(term, node))

/** The sum of the weights of the terms that hold. */
export const preferenceOf = (terms: readonly PreferredSchedulingTerm[] = [], node: Node): number =>
  terms.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0)

/** The only nodes that a selector can hold for, where each of its terms names its node; undefined where one does not. */
export function namedNodes({ nodeSelectorTerms }: NodeSelector): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  for (const { matchFields = [], matchExpressions = [] } of nodeSelectorTerms ?? []) {
    if (matchFields.length === 0 && matchExpressions.length === 0) continue
    const named = matchFields.filter(({ key, operator }) => key === 'metadata.name' && operator === 'In')
    if (named.length === 0) return undefined
    const [first = [], ...others] = named.map(({ values = [] }) => values)
    for (const name of first) if (others.every((values) => values.includes(name))) names.add(name)
  }
  return names
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, { metadata }: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  return (
    matchExpressions.every((requirement) => holdsForLabels(requirement, metadata.labels ?? {})) &&
    matchFields.every((requirement) => holdsForFields(requirement, metadata.name ?? ''))
  )
}

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
  Gt: 'gt',
  Lt: 'lt',
}

function holdsForLabels({ key, operator: name, values = [] }: NodeSelectorRequirement, labels: Record<string, string>) {
  const operator = OPERATORS[name]
  return operator !== undefined && matchesLabels([{ key, operator, values }], labels)
}

/** The only field of a node is its name, and one value can be asked for. */
function holdsForFields({ key, operator, values = [] }: NodeSelectorRequirement, name: string): boolean {
  if (values.length !== 1) return false
  const field = key === 'metadata.name' ? name : ''
  if (operator === 'In') return field === values[0]
  return operator === 'NotIn' && field !== values[0]
}
