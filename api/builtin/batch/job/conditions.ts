/** How a job stands. Source: kubernetes pkg/apis/batch/validation IsConditionTrue. */
import type { Job } from '../../../types/batch-v1.ts'

/** True when the first condition of a type is true: `Complete`, `Failed`, `Suspended`, `FailureTarget`, `SuccessCriteriaMet`. */
export const isJobConditionTrue = ({ status }: Job, wanted: string): boolean =>
  status?.conditions?.find(({ type }) => type === wanted)?.status === 'True'

/** True when it is over, well or badly. */
export const isJobFinished = (job: Job): boolean =>
  isJobConditionTrue(job, 'Complete') || isJobConditionTrue(job, 'Failed')
