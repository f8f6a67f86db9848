/** Labels by which a job knows its pods: the server gives them, unless the job has a selector of its own. Source: kubernetes pkg/registry/batch/job generateSelector. */
import type { Job } from '../../../types/batch-v1.ts'

/** The labels that say the name and the uid of a pod's job. */
export interface JobLabels {
  readonly name: string
  readonly uid: string
}

/** The labels of today. */
export const LABELS: JobLabels = { name: 'batch.kubernetes.io/job-name', uid: 'batch.kubernetes.io/controller-uid' }
/** The labels of old, which pods still have. */
export const OLD_LABELS: JobLabels = { name: 'job-name', uid: 'controller-uid' }

/**
 * Gives a new job its labels and its selector. Changes it. A job that was given the labels of its template by default has
 * these labels too; one with labels of its own keeps to them.
 */
export function generateSelector({ metadata, spec }: Job): void {
  if (!spec || spec.manualSelector) return
  const { name = '', uid = '' } = metadata
  const labels = { [OLD_LABELS.name]: name, [LABELS.name]: name, [OLD_LABELS.uid]: uid, [LABELS.uid]: uid }
  const template = spec.template.metadata ?? {}
  const isShared = metadata.labels !== undefined && metadata.labels === template.labels
  spec.template.metadata = { ...template, labels: { ...labels, ...template.labels } }
  if (isShared) metadata.labels = { ...spec.template.metadata.labels }
  spec.selector = { ...spec.selector, matchLabels: { [LABELS.uid]: uid, ...spec.selector?.matchLabels } }
}
