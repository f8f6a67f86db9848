/** The kinds of batch: work that ends. */
import type { Kind } from '../../kind.ts'
import { cronJob } from './cron-job.ts'
import { job } from './job.ts'

/** In the order of discovery. */
export const batchKinds: readonly Kind[] = [cronJob, job]
