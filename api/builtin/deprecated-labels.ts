/** Labels of nodes that had their day: whoever still chooses by them is told so. Source: kubernetes pkg/api/node/util.go. */
import { child, type FieldPath, index } from '../field-error.ts'
import type { LabelSelector } from '../selector/label-selector.ts'

const DEPRECATED: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
}

/** Why a label of nodes should not be used any more; undefined for every other label. */
export const sayDeprecatedLabel = (label: string): string | undefined =>
  Object.hasOwn(DEPRECATED, label) ? DEPRECATED[label] : undefined

/** What is to be told about a selector of nodes by their labels. */
export function warnOfNodeLabels(selector: LabelSelector | undefined, path: FieldPath): string[] {
  const { matchExpressions, matchLabels } = selector ?? {}
  return [
    ...(matchExpressions ?? []).flatMap(({ key }, at) => {
      const why = sayDeprecatedLabel(key)
      return why ? [`${child(index(child(path, 'matchExpressions'), at), 'key')}: ${key} is ${why}`] : []
    }),
    ...Object.keys(matchLabels ?? {}).flatMap((label) => {
      const why = sayDeprecatedLabel(label)
      return why ? [`${child(path, 'matchLabels', label)}: ${why}`] : []
    }),
  ]
}
