/** What a definition says when it does not say it. Source: apiextensions pkg/apis/apiextensions/v1 defaults.go. */
import type { CustomResourceDefinition } from '../types/apiextensions-v1.ts'

/** Fills in names that follow from the kind, conversion by nothing, and the version that objects are stored in. */
export function defaultDefinition(definition: CustomResourceDefinition): void {
  const { spec } = definition
  const { names } = spec
  if (names.kind !== '') {
    names.singular ||= names.kind.toLowerCase()
    names.listKind ||= `${names.kind}List`
  }
  spec.conversion ??= { strategy: 'None' }
  const service = spec.conversion.webhook?.clientConfig?.service
  if (service) service.port ??= 443
  if ((definition.status?.storedVersions ?? []).length > 0) return
  const storage = (spec.versions ?? []).find((version) => version.storage)
  if (storage) definition.status = { ...definition.status, storedVersions: [storage.name] }
}
