/** A job that begins anew by the clock. */

import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, invalid, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { CronJob, CronJobSpec } from '../../types/batch-v1.ts'
import { builtIn } from '../built-in.ts'
import { nonNegative, oneOf } from '../checks.ts'
import { AGE_COLUMN, column, since } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { dropDisabledOfTemplate } from '../core/pod-spec/disabled.ts'
import { warnOfName } from '../core/pod-spec/warnings.ts'
import { goSelector } from '../go-selector.ts'
import { defaultJobTemplate } from './job/defaults.ts'
import { validateJobSpec } from './job/validate.ts'
import { warnOfJob } from './job/warnings.ts'
import { whyNoSchedule, whyNoTimeZone } from './schedule.ts'

/** CronJob. Source: kubernetes pkg/registry/batch/cronjob, pkg/apis/batch. */
export const cronJob = builtIn<CronJob>({
  group: 'batch',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  versions: [
    {
      name: 'v1',
      default: defaultCronJob,
      columns: [
        NAME_COLUMN,
        column(
          'Schedule',
          'The schedule in Cron format, see https://en.wikipedia.org/wiki/Cron.',
          ({ spec }) => spec?.schedule ?? '',
        ),
        column(
          'Timezone',
          'The time zone name for the given schedule, see https://en.wikipedia.org/wiki/List_of_tz_database_time_zones. If not specified, this will default to the time zone of the kube-controller-manager process. The set of valid time zone names and the time zone offset is loaded from the system-wide time zone database by the API server during CronJob validation and the controller manager during execution. If no system-wide time zone database can be found a bundled version of the database is used instead. If the time zone name becomes invalid during the lifetime of a CronJob or due to a change in host configuration, the controller will stop creating new new Jobs and will create a system event with the reason UnknownTimeZone. More information can be found in https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
          ({ spec }) => spec?.timeZone ?? '<none>',
        ),
        column(
          'Suspend',
          'This flag tells the controller to suspend subsequent executions, it does not apply to already started executions.  Defaults to false.',
          ({ spec }) => (spec?.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False'),
          { type: 'boolean' },
        ),
        column(
          'Active',
          'A list of pointers to currently running jobs.',
          ({ status }) => status?.active?.length ?? 0,
          INTEGER,
        ),
        column(
          'Last Schedule',
          'Information when was the last time the job was successfully scheduled.',
          ({ status }, now) => (status?.lastScheduleTime ? since(status.lastScheduleTime, now) : '<none>'),
        ),
        AGE_COLUMN,
        ...containerColumns<CronJob>(({ spec }) => spec?.jobTemplate.spec?.template.spec),
        column(
          'Selector',
          'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
          ({ spec }) => sayLabelSelector(spec?.jobTemplate.spec?.selector),
          WIDE,
        ),
      ],
      subresources: { status: true },
    },
  ],
  rules: {
    generation: 'spec',
    prepareForCreate: ({ spec }) => dropDisabledOfTemplate(spec?.jobTemplate?.spec?.template),
    prepareForUpdate: ({ spec }) => dropDisabledOfTemplate(spec?.jobTemplate?.spec?.template),
    validate: (object, { subresource, old }) =>
      subresource === 'status' ? [] : validateCronJob(object, old as CronJob | undefined),
    warnings: ({ metadata, spec }, old) => [
      ...(old ? [] : warnOfName(metadata.name)),
      ...(old && sameMeaning(spec, old.spec)
        ? []
        : warnOfJob(spec?.jobTemplate?.spec, 'spec.jobTemplate.spec', old?.spec.jobTemplate.spec)),
      ...(old && spec?.schedule?.includes('TZ') ? [ZONE_IN_SCHEDULE] : []),
    ],
  },
})

function defaultCronJob({ spec }: CronJob): void {
  if (!spec) return
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
  spec.jobTemplate ??= {}
  spec.jobTemplate.spec ??= { template: {} }
  defaultJobTemplate(spec.jobTemplate.spec)
}

const ZONE_IN_SCHEDULE =
  'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'

/** The names of its jobs have eleven characters more. */
const NAME_BYTES_MAX = 52

function validateCronJob({ metadata, spec }: CronJob, old: CronJob | undefined): FieldError[] {
  const { name = '' } = metadata
  const isTooLong = !old && name.length > NAME_BYTES_MAX
  return [
    ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    ...validateSpec(spec, old?.spec),
    ...(isTooLong ? [invalid('metadata.name', name, `must be no more than ${NAME_BYTES_MAX} characters`)] : []),
  ]
}

function validateSpec(spec: CronJobSpec | undefined, old: CronJobSpec | undefined): FieldError[] {
  const job = spec?.jobTemplate?.spec
  const below = (field: string) => child('spec', field)
  const jobPath = child('spec', 'jobTemplate', 'spec')
  return [
    ...validateSchedule(spec, old),
    ...nonNegative(spec?.startingDeadlineSeconds, below('startingDeadlineSeconds')),
    ...(old && old.timeZone === spec?.timeZone ? [] : validateTimeZone(spec?.timeZone)),
    ...oneOf(spec?.concurrencyPolicy, ['Allow', 'Forbid', 'Replace'], below('concurrencyPolicy')),
    ...validateJobSpec(job, old?.jobTemplate.spec, jobPath),
    ...(job?.selector
      ? [invalid(child(jobPath, 'selector'), goSelector(job.selector), '`selector` will be auto-generated')]
      : []),
    ...(job?.manualSelector ? [notSupported(child(jobPath, 'manualSelector'), true, ['nil', 'false'])] : []),
    ...nonNegative(spec?.successfulJobsHistoryLimit, below('successfulJobsHistoryLimit')),
    ...nonNegative(spec?.failedJobsHistoryLimit, below('failedJobsHistoryLimit')),
  ]
}

function validateSchedule(spec: CronJobSpec | undefined, old: CronJobSpec | undefined): FieldError[] {
  const { schedule = '', timeZone } = spec ?? {}
  const path = 'spec.schedule'
  if (schedule === '') return [required(path)]
  const why = whyNoSchedule(schedule)
  const [hasZone, hadZone] = [schedule.includes('TZ'), old?.schedule?.includes('TZ') ?? false]
  const both = 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
  const either = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
  return [
    ...(why ? [invalid(path, schedule, why)] : []),
    ...(hasZone && hadZone && timeZone !== undefined ? [invalid(path, schedule, both)] : []),
    ...(hasZone && !hadZone ? [invalid(path, schedule, either)] : []),
  ]
}

function validateTimeZone(zone: string | undefined): FieldError[] {
  if (zone === undefined) return []
  const refuse = (why: string) => [invalid('spec.timeZone', zone, why)]
  if (zone === '') return refuse('timeZone must be nil or non-empty string')
  const isName = zone.split('/').every((part) => /^(?!-)[A-Za-z.\-_0-9+]{1,14}$/.test(part) && !/^\.\.?$/.test(part))
  if (!isName) return refuse(`unknown time zone ${zone}`)
  if (zone.toLowerCase() === 'local') {
    const why = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    return [...refuse(why), ...(zone === 'Local' ? [] : refuse(`unknown time zone ${zone}`))]
  }
  const why = whyNoTimeZone(zone)
  return why ? refuse(why) : []
}
