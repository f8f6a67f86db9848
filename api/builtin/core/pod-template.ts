/** Pods as they would be: a template that nothing runs. */

import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { PodTemplate } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { column } from '../columns.ts'
import { containerColumns, sayLabels } from './pod-spec/columns.ts'
import { defaultPodTemplate } from './pod-spec/defaults.ts'
import { dropDisabledOfTemplate } from './pod-spec/disabled.ts'
import { validatePodTemplate } from './pod-spec/validate.ts'
import { warnOfTemplate } from './pod-spec/warnings.ts'

/** PodTemplate. Source: kubernetes pkg/registry/core/podtemplate. */
export const podTemplate = builtIn<PodTemplate>({
  group: '',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  versions: [
    {
      name: 'v1',
      default(object) {
        object.template ??= {}
        defaultPodTemplate(object.template)
      },
      columns: [
        NAME_COLUMN,
        ...containerColumns<PodTemplate>(({ template }) => template?.spec, {}),
        column('Pod Labels', 'The labels for the pod template.', ({ template }) =>
          sayLabels(template?.metadata?.labels),
        ),
      ],
    },
  ],
  rules: {
    generation: 'all',
    returnsDeleted: true,
    prepareForCreate: ({ template }) => dropDisabledOfTemplate(template),
    prepareForUpdate: ({ template }) => dropDisabledOfTemplate(template),
    validate: ({ metadata, template }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validatePodTemplate(template, 'template', (old as PodTemplate | undefined)?.template),
    ],
    warnings: ({ template }, old) => warnOfTemplate(template, 'template', old?.template),
  },
})
