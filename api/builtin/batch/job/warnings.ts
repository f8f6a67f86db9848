/** What whoever writes a job should know. Source: kubernetes pkg/api/job/warnings.go. */
import { child, type FieldPath } from '../../../field-error.ts'
import type { JobSpec } from '../../../types/batch-v1.ts'
import { warnOfTemplate } from '../../core/pod-spec/warnings.ts'

const COMPLETIONS_MAX = 100_000
const PARALLELISM_MAX = 10_000

/** What to tell of the spec of a job; of one that has not changed, nothing. */
export function warnOfJob(spec: JobSpec | undefined, path: FieldPath, old?: JobSpec): string[] {
  const { completionMode, completions = 0, parallelism = 0 } = spec ?? {}
  const isMany = completionMode === 'Indexed' && completions > COMPLETIONS_MAX && parallelism > PARALLELISM_MAX
  const why =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [
    ...(isMany ? [`${path}: ${why}`] : []),
    ...warnOfTemplate(spec?.template, child(path, 'template'), old?.template),
  ]
}
