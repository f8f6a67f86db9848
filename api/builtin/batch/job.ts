/** Pods that run until enough of them have succeeded. */
import { NAME_COLUMN } from '../../columns.ts'
import { humanDuration } from '../../duration.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { Job } from '../../types/batch-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { containerColumns, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { warnOfName } from '../core/pod-spec/warnings.ts'
import { isJobConditionTrue } from './job/conditions.ts'
import { defaultJob } from './job/defaults.ts'
import { generateSelector } from './job/selector.ts'
import { validateJobStatus } from './job/status.ts'
import { validateJob, validateJobChange } from './job/validate.ts'
import { warnOfJob } from './job/warnings.ts'

/** Job. Source: kubernetes pkg/registry/batch/job, pkg/apis/batch. */
export const job = builtIn<Job>({
  group: 'batch',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultJob,
      columns: [
        NAME_COLUMN,
        column('Status', 'Status of the job.', sayStatus),
        column(
          'Completions',
          'The number of pods which reached phase Succeeded. The value increases monotonically for a given spec. However, it may decrease in reaction to scale down of elastic indexed jobs.',
          sayCompletions,
        ),
        column('Duration', 'Time required to complete the job.', sayDuration),
        AGE_COLUMN,
        ...containerColumns<Job>(({ spec }) => spec?.template.spec),
        column(
          'Selector',
          'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
          ({ spec }) => sayLabelSelector(spec?.selector),
          WIDE,
        ),
      ],
      subresources: { status: true },
    },
  ],
  rules: {
    generation: 'spec',
    dependents: 'orphan',
    dependentsWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
    prepareForCreate(object) {
      generateSelector(object)
      dropDisabledOfTemplate(object.spec?.template)
    },
    prepareForUpdate: ({ spec }) => dropDisabledOfTemplate(spec?.template),
    validate: validateJob,
    validateUpdate: (object, old, { subresource }) =>
      subresource === 'status' ? validateJobStatus(object, old) : validateJobChange(object, old),
    warnings: ({ metadata, spec }, old) => [
      ...(old ? [] : warnOfName(metadata.name)),
      ...(old && sameMeaning(spec, old.spec) ? [] : warnOfJob(spec, 'spec', old?.spec)),
    ],
    selectableFields: ['status.successful'],
    fieldOf: ({ status }) => String(status?.succeeded ?? 0),
  },
})

function sayStatus(job: Job): string {
  if (isJobConditionTrue(job, 'Complete')) return 'Complete'
  if (isJobConditionTrue(job, 'Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp) return 'Terminating'
  const found = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find((type) => isJobConditionTrue(job, type))
  return found ?? 'Running'
}

function sayCompletions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`
  const parallelism = spec?.parallelism ?? 0
  return `${succeeded}/1${parallelism > 1 ? ` of ${parallelism}` : ''}`
}

function sayDuration({ status }: Job, now: number): string {
  const { startTime, completionTime } = status ?? {}
  if (!startTime) return ''
  return humanDuration((completionTime ? Date.parse(completionTime) : now) - Date.parse(startTime))
}
