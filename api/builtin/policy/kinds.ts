/** The kinds of policy: what may be done to pods. */
import type { Kind } from '../../kind.ts'
import { podDisruptionBudget } from './pod-disruption-budget.ts'

/** In the order of discovery. */
export const policyKinds: readonly Kind[] = [podDisruptionBudget]
