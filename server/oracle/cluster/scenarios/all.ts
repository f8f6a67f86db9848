/** All that is played. */
import type { Scenario } from '../scenario.ts'
import { DEPLOYMENTS } from './deployments.ts'
import { JOBS } from './jobs.ts'
import { NODES } from './nodes.ts'
import { SCHEDULING } from './scheduling.ts'
import { SERVICES } from './services.ts'
import { SETS } from './sets.ts'

/** By topic. */
export const SCENARIOS: readonly Scenario[] = [...DEPLOYMENTS, ...SETS, ...JOBS, ...SERVICES, ...SCHEDULING, ...NODES]
