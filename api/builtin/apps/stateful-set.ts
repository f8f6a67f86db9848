/** Pods with names and volumes that stay theirs. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, index } from '../../field-error.ts'
import { checkLabel } from '../../names.ts'
import type { StatefulSet } from '../../types/apps-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { warnOfClaimSpec } from '../core/persistent-volume-claim/validate.ts'
import { containerColumns } from '../core/pod-spec/columns.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { warnOfTemplate } from '../core/pod-spec/warnings.ts'
import { countScaling } from '../workload.ts'
import { SCALE } from './scale.ts'
import { defaultStatefulSet } from './stateful-set/defaults.ts'
import { validateStatefulSet, validateStatefulSetUpdate } from './stateful-set/validate.ts'

/** StatefulSet. Source: kubernetes pkg/registry/apps/statefulset, pkg/apis/apps. */
export const statefulSet = builtIn<StatefulSet>({
  group: 'apps',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultStatefulSet,
      columns: [
        NAME_COLUMN,
        column('Ready', 'Number of the pod with ready state', ({ spec, status }) => {
          return `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`
        }),
        AGE_COLUMN,
        ...containerColumns<StatefulSet>(({ spec }) => spec?.template.spec),
      ],
      subresources: { status: true, scale: SCALE },
    },
  ],
  rules: {
    generation: 'spec',
    name: (name) => checkLabel(name),
    prepareForCreate(object) {
      dropDisabledOfTemplate(object.spec?.template)
      dropMaxUnavailable(object)
    },
    prepareForUpdate(object, old, context) {
      dropDisabledOfTemplate(object.spec?.template)
      if (old.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined) dropMaxUnavailable(object)
      countScaling(object, old, context)
    },
    validate: validateStatefulSet,
    validateUpdate: validateStatefulSetUpdate,
    warnings: ({ spec }, old) => [
      ...warnOfTemplate(spec?.template, 'spec.template', old?.spec?.template),
      ...(spec?.volumeClaimTemplates ?? []).flatMap((claim, at) => {
        const place = index('spec.volumeClaimTemplates', at)
        return warnOfClaimSpec(claim.spec, old ? child(place, 'Spec') : place)
      }),
      ...((spec?.revisionHistoryLimit ?? 0) < 0 ? [NEGATIVE_HISTORY] : []),
    ],
  },
})

const NEGATIVE_HISTORY =
  'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended'

/** How many pods may be missing at once is a feature that Kubernetes has off. */
function dropMaxUnavailable({ spec }: StatefulSet): void {
  delete spec?.updateStrategy?.rollingUpdate?.maxUnavailable
}
