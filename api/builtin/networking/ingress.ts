/** How services are reached from outside by HTTP. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { Ingress, IngressRule } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import {
  CLASS_ANNOTATION,
  validateClassAnnotation,
  validateIngress,
  validateIngressStatus,
} from './ingress/validate.ts'

/** Ingress. Source: kubernetes pkg/registry/networking/ingress. */
export const ingress = builtIn<Ingress>({
  group: 'networking.k8s.io',
  kind: 'Ingress',
  plural: 'ingresses',
  shortNames: ['ing'],
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      columns: [
        NAME_COLUMN,
        column(
          'Class',
          'The name of the IngressClass resource that should be used for additional configuration',
          ({ spec }) => spec?.ingressClassName ?? '<none>',
        ),
        column('Hosts', 'Hosts that incoming requests are matched against before the ingress rule', ({ spec }) =>
          sayHosts(spec?.rules),
        ),
        column('Address', 'Address is a list containing ingress points for the load-balancer', sayAddresses),
        column('Ports', 'Ports of TLS configurations that open', ({ spec }) => (spec?.tls?.length ? '80, 443' : '80')),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'spec',
    validate: (object, { old }) =>
      old
        ? []
        : [
            ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
            ...validateIngress(object),
            ...validateClassAnnotation(object),
          ],
    validateUpdate: (object, old, { subresource }) =>
      subresource === 'status' ? validateIngressStatus(object, old) : validateIngress(object, old),
    warnings: ({ metadata }, old) =>
      !old && Object.hasOwn(metadata.annotations ?? {}, CLASS_ANNOTATION)
        ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
        : [],
  },
})

const SHOWN_MAX = 3

/** The first three hosts, and how many more rules there are. */
function sayHosts(rules: readonly IngressRule[] = []): string {
  const hosts: string[] = []
  for (const { host } of rules) if (host && hosts.length < SHOWN_MAX) hosts.push(host)
  if (hosts.length === 0) return '*'
  const last = rules.findIndex(({ host }) => host === hosts[SHOWN_MAX - 1])
  const isCut = hosts.length === SHOWN_MAX && last < rules.length - 1
  return isCut ? `${hosts.join(',')} + ${rules.length - SHOWN_MAX} more...` : hosts.join(',')
}

function sayAddresses({ status }: Ingress): string {
  return [...new Set((status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip || hostname || ''))]
    .filter(Boolean)
    .sort()
    .join(',')
}
