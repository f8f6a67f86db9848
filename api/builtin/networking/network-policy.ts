/** Which pods may speak with which. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { filterOfSelector } from '../../selector/label-selector.ts'
import { formatLabels } from '../../selector/labels.ts'
import type { NetworkPolicy } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateNetworkPolicy } from './network-policy/validate.ts'

/** NetworkPolicy. Source: kubernetes pkg/registry/networking/networkpolicy. */
export const networkPolicy = builtIn<NetworkPolicy>({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  versions: [
    {
      name: 'v1',
      default: defaultPolicy,
      columns: [
        NAME_COLUMN,
        column(
          'Pod-Selector',
          "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
          ({ spec }) => formatLabels(filterOfSelector(spec?.podSelector)) || '<none>',
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'spec',
    validate: (policy, { old }) =>
      old
        ? []
        : [
            ...validateBuiltInFinalizers(policy.metadata.finalizers, 'metadata.finalizers'),
            ...validateNetworkPolicy(policy),
          ],
    validateUpdate: validateNetworkPolicy,
  },
})

/** A policy that does not say which way it is about is about ingress, and about egress too if it has rules for that. */
function defaultPolicy(policy: NetworkPolicy): void {
  policy.spec ??= {}
  const { spec } = policy
  for (const { ports } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of ports ?? []) port.protocol ??= 'TCP'
  }
  if (spec.policyTypes?.length) return
  spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
}
