/** Who serves an Ingress. */
import { NAME_COLUMN } from '../../columns.ts'
import type { IngressClass } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** IngressClass. Source: kubernetes pkg/registry/networking/ingressclass. */
export const ingressClass = builtIn<IngressClass>({
  group: 'networking.k8s.io',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default({ spec }) {
        if (spec?.parameters) spec.parameters.scope ??= 'Cluster'
      },
      columns: [
        {
          ...NAME_COLUMN,
          cell: ({ metadata }) =>
            `${metadata.name ?? ''}${metadata.annotations?.[DEFAULT_CLASS_ANNOTATION] === 'true' ? ' (default)' : ''}`,
        },
        column(
          'Controller',
          'Controller that is responsible for handling this class',
          ({ spec }) => spec?.controller ?? '',
        ),
        column('Parameters', 'A reference to a resource with additional parameters', sayParameters),
        AGE_COLUMN,
      ],
    },
  ],
  rules: { generation: 'spec' },
})

/** On the class that an Ingress has when it names none. */
export const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

function sayParameters({ spec }: IngressClass): string {
  const { kind, apiGroup, name } = spec?.parameters ?? {}
  if (kind === undefined) return '<none>'
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`
}
