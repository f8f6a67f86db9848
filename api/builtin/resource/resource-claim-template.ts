/** What the claims of pods are made from. */
import { NAME_COLUMN } from '../../columns.ts'
import { child } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { validateAnnotations, validateLabels } from '../../metadata/labels.ts'
import type { ResourceClaimTemplate, ResourceClaimTemplateSpec } from '../../types/resource-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { sayClaimSpec } from './claim-form.ts'
import { defaultClaimSpec, validateClaimSpec } from './claim-spec.ts'

/** ResourceClaimTemplate. Source: kubernetes pkg/registry/resource/resourceclaimtemplate, pkg/apis/resource. */
export const resourceClaimTemplate = builtIn<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  versions: [{ name: 'v1', default: ({ spec }) => defaultClaimSpec(spec?.spec), columns: [NAME_COLUMN, AGE_COLUMN] }],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    validate: ({ metadata, spec }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateAnnotations(spec.metadata?.annotations, child('spec', 'metadata', 'annotations')),
      ...validateLabels(spec.metadata?.labels, child('spec', 'metadata', 'labels')),
      ...validateClaimSpec(spec.spec ?? {}, 'spec.spec'),
    ],
    validateUpdate: ({ spec }, old) => immutable('spec', spec, old.spec, sayTemplate(spec)),
  },
})

/** As messages print it: the metadata is there with the names of its JSON, if it says anything. */
function sayTemplate({ metadata, spec }: ResourceClaimTemplateSpec): object {
  const said = Object.fromEntries(Object.entries(metadata ?? {}).filter(([, value]) => value !== null))
  return { ...(Object.keys(said).length > 0 ? { ObjectMeta: said } : {}), Spec: sayClaimSpec(spec ?? {}) }
}
