/** A job that begins anew by the clock. */
import { NAME_COLUMN } from '../../columns.ts'
import type { CronJob } from '../../types/batch-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column, since } from '../columns.ts'
import { containerColumns, INTEGER, sayLabelSelector, WIDE } from '../core/pod-spec/columns.ts'
import { defaultJobTemplate } from './job/defaults.ts'

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
  rules: { generation: 'spec' },
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
