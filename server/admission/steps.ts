/** The built-in steps of admission, in the order in which they run. */
import type { AdmissionStep } from './request.ts'

/** All of them. */
export const ADMISSION_STEPS: readonly AdmissionStep[] = []
