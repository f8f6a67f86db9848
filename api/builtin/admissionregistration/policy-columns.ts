/** What tables say of policies and of their bindings. Source: kubernetes pkg/printers/internalversion/printers.go. */
import { NAME_COLUMN } from '../../columns.ts'
import type { KubeObject } from '../../object.ts'
import { sayLabelSelector } from '../../selector/say-label-selector.ts'
import type { ParamKind, ParamRef } from '../../types/admissionregistration-v1.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** Of a policy of either kind. */
export const PARAM_KIND_COLUMN = column<KubeObject & { readonly spec?: { readonly paramKind?: ParamKind } }>(
  'ParamKind',
  'ParamKind specifies the kind of resources used to parameterize this policy',
  ({ spec }) => sayParamKind(spec?.paramKind),
)

/** All of a binding of either kind. */
export const BINDING_COLUMNS = [
  NAME_COLUMN,
  column<Binding>(
    'PolicyName',
    'PolicyName indicates the policy definition which the policy binding binded to',
    ({ spec }) => spec?.policyName ?? '',
  ),
  column<Binding>('ParamRef', 'ParamRef indicates the param resource which sets the configuration param', ({ spec }) =>
    sayParamRef(spec?.paramRef),
  ),
  AGE_COLUMN,
]

interface Binding extends KubeObject {
  readonly spec?: { readonly policyName?: string; readonly paramRef?: ParamRef }
}

const UNSET = '<unset>'

/** `v1/ConfigMap`. */
const sayParamKind = (kind: ParamKind | undefined): string =>
  kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : UNSET

/** `namespace/name`; of a selector, Go's way to print one. */
function sayParamRef(ref: ParamRef | undefined): string {
  if (!ref) return UNSET
  const { name, namespace, selector } = ref
  if (name) return `${namespace || '*'}/${name}`
  if (!selector) return UNSET
  return sayLabelSelector(selector)
}
