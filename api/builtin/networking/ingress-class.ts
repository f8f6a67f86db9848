/** Who serves an Ingress. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, forbidden, invalid, notSupported, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkLabel } from '../../names.ts'
import type { IngressClass, IngressClassParametersReference } from '../../types/networking-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { validateReference } from './ingress/validate.ts'
import { validatePrefixedPath } from './prefixed-path.ts'

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
  rules: {
    generation: 'spec',
    validate,
    validateUpdate: ({ spec }, { spec: old }) =>
      immutable('spec.controller', spec?.controller ?? '', old?.controller ?? ''),
  },
})

/** On the class that an Ingress has when it names none. */
export const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class'

/** Source: kubernetes maxLenIngressClassController. */
const CONTROLLER_BYTES_MAX = 250

function validate({ metadata, spec }: IngressClass): FieldError[] {
  const { controller = '', parameters } = spec ?? {}
  return [
    ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    ...(byteLength(controller) > CONTROLLER_BYTES_MAX ? [tooLong('spec.controller', CONTROLLER_BYTES_MAX)] : []),
    ...validatePrefixedPath('spec.controller', controller),
    ...(parameters ? validateParameters(parameters) : []),
  ]
}

const SCOPES = ['Cluster', 'Namespace']

function validateParameters(parameters: IngressClassParametersReference): FieldError[] {
  const path = 'spec.parameters'
  const { scope, namespace } = parameters
  const errors = validateReference(parameters, path)
  if (scope === undefined) return [...errors, required(child(path, 'scope'))]
  if (!SCOPES.includes(scope)) return [...errors, notSupported(child(path, 'scope'), scope, SCOPES)]
  const place = child(path, 'namespace')
  if (scope === 'Cluster') {
    return namespace === undefined ? errors : [...errors, forbidden(place, "`parameters.scope` is set to 'Cluster'")]
  }
  if (namespace === undefined) return [...errors, required(place, "`parameters.scope` is set to 'Namespace'")]
  return [...errors, ...checkLabel(namespace).map((why) => invalid(place, namespace, why))]
}

function sayParameters({ spec }: IngressClass): string {
  const { kind, apiGroup, name } = spec?.parameters ?? {}
  if (kind === undefined) return '<none>'
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`
}
