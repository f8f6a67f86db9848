/** What a controller once wanted: a DaemonSet or StatefulSet as it was. */

import { NAME_COLUMN } from '../../columns.ts'
import { required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { parseApiVersion } from '../../object.ts'
import type { ControllerRevision } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { nonNegative } from '../checks.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'

/** ControllerRevision. Source: kubernetes pkg/registry/apps/controllerrevision, pkg/apis/apps. */
export const controllerRevision = builtIn<ControllerRevision>({
  group: 'apps',
  kind: 'ControllerRevision',
  plural: 'controllerrevisions',
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column('Controller', 'Controller of the object', sayController),
        column(
          'Revision',
          'Revision indicates the revision of the state represented by Data.',
          ({ revision }) => revision,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    validate: ({ metadata, revision, data }, { old }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...nonNegative(revision, 'revision'),
      ...(data || old ? [] : [required('data', 'data is mandatory')]),
    ],
    validateUpdate: ({ data }, old) => immutable('data', data, old.data),
  },
})

/** `statefulset.apps/web`. */
function sayController({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  if (!owner) return '<none>'
  const group = parseApiVersion(owner.apiVersion)?.group
  return `${[owner.kind, group].filter(Boolean).join('.').toLowerCase()}/${owner.name}`
}
