/** What a job is when it does not say. Source: kubernetes pkg/apis/batch/v1 SetDefaults_Job. */
import type { Job, JobSpec } from '../../../types/batch-v1.ts'
import { defaultPodTemplate } from '../../core/pod-spec/defaults.ts'

/** As many failures as there can be. */
const UNLIMITED = 2 ** 31 - 1

/** Fills in what is not said. */
export function defaultJob({ metadata, spec }: Job): void {
  if (!spec) return
  spec.template ??= {}
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : UNLIMITED
  const { labels } = spec.template.metadata ?? {}
  // The very same, not a copy: what a new job's template is given besides, the job has too. Source: generateSelector.
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = labels
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
  spec.manualSelector ??= false
  defaultJobTemplate(spec)
}

/** Fills in what is not said of a job that is yet to be made: only its pods. */
export function defaultJobTemplate(spec: JobSpec): void {
  spec.template ??= {}
  defaultPodTemplate(spec.template)
  for (const { onPodConditions = [] } of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of onPodConditions) pattern.status ||= 'True'
  }
}
