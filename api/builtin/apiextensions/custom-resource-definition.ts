/** A kind that somebody adds. Its rules are in api/crd. */
import { defaultDefinition } from '../../crd/defaults.ts'
import { definitionRules } from '../../crd/rules.ts'
import type { CustomResourceDefinition } from '../../types/apiextensions-v1.ts'
import { builtIn } from '../built-in.ts'

/** CustomResourceDefinition. Source: apiextensions pkg/registry/customresourcedefinition. */
export const customResourceDefinition = builtIn<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [{ name: 'v1', default: defaultDefinition, subresources: { status: true } }],
  rules: definitionRules,
})
