/** What tables say of the parameters of policies and of bindings. Source: kubernetes pkg/printers/internalversion/printers.go. */
import { sayLabelSelector } from '../../selector/say-label-selector.ts'
import type { ParamKind, ParamRef } from '../../types/admissionregistration-v1.ts'

const UNSET = '<unset>'

/** `v1/ConfigMap`. */
export const sayParamKind = (kind: ParamKind | undefined): string =>
  kind ? `${kind.apiVersion ?? ''}/${kind.kind ?? ''}` : UNSET

/** `namespace/name`; of a selector, Go's way to print one. */
export function sayParamRef(ref: ParamRef | undefined): string {
  if (!ref) return UNSET
  const { name, namespace, selector } = ref
  if (name) return `${namespace || '*'}/${name}`
  if (!selector) return UNSET
  return sayLabelSelector(selector)
}
