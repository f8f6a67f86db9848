/** The states of what runs to an end. Source: cli-utils pkg/kstatus/status/core.go. */
import type { CronJob, Job } from '../types/batch-v1.ts'
import { type Health, type HealthRule, ruleOf, sinceTime, told } from './health.ts'

function jobHealth({ spec, status }: Job): Health {
  const { active = 0, succeeded = 0, failed = 0, conditions = [], startTime } = status ?? {}
  const find = (wanted: string) => conditions.find(({ type, status: says }) => type === wanted && says === 'True')
  const [over, complete, suspended] = [find('Failed'), find('Complete'), find('Suspended')]
  if (over) return { is: 'Failed', ...told(over) }
  const counts = `${succeeded}/${spec?.completions ?? 1} succeeded`
  if (complete) return { is: 'Healthy', ...told(complete), why: counts }
  if (suspended) return { is: 'Paused', ...told(suspended), why: counts }
  const tries = failed === 0 ? '' : `, ${failed} failed`
  return { is: 'Progressing', why: `${counts}, ${active} active${tries}`, ...sinceTime(startTime) }
}

function cronJobHealth({ spec, status }: CronJob): Health {
  const last = status?.lastScheduleTime
  const why = `${spec?.schedule ?? ''}${status?.active?.length ? `, ${status.active.length} active` : ''}`
  return { is: spec?.suspend ? 'Paused' : 'Healthy', why, ...sinceTime(last) }
}

/** By kind and group. */
export const HEALTH_OF_JOBS: Readonly<Record<string, HealthRule>> = {
  'Job.batch': ruleOf(jobHealth),
  'CronJob.batch': ruleOf(cronJobHealth),
}
