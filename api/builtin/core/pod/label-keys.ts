/** Selectors that ask for what the pod itself is labelled: the keys become expressions. Source: kubernetes pkg/registry/core/pod mutatePodAffinity. */
import type { LabelSelector } from '../../../selector/label-selector.ts'
import type { Pod, PodAffinity, PodAffinityTerm } from '../../../types/core-v1.ts'

/** Adds to the selectors of a new pod what its keys mean. A selector that is not there chooses nothing, and stays so. */
export function applyLabelKeys({ metadata: { labels = {} }, spec }: Pod): void {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  for (const { labelSelector, matchLabelKeys, mismatchLabelKeys } of [
    ...termsOf(podAffinity),
    ...termsOf(podAntiAffinity),
  ]) {
    extend(labelSelector, matchLabelKeys, 'In', labels)
    extend(labelSelector, mismatchLabelKeys, 'NotIn', labels)
  }
  for (const { labelSelector, matchLabelKeys } of spec?.topologySpreadConstraints ?? []) {
    extend(labelSelector, matchLabelKeys, 'In', labels)
  }
}

const termsOf = (affinity: PodAffinity | undefined): PodAffinityTerm[] => [
  ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
]

function extend(
  selector: LabelSelector | undefined,
  keys: readonly string[] = [],
  operator: 'In' | 'NotIn',
  labels: Readonly<Record<string, string>>,
): void {
  if (!selector) return
  const added = keys.flatMap((key) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  })
  if (added.length > 0) selector.matchExpressions = [...(selector.matchExpressions ?? []), ...added]
}
