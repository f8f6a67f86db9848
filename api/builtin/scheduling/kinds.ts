/** The kinds of scheduling.k8s.io: how important pods are. */
import type { Kind } from '../../kind.ts'
import { priorityClass } from './priority-class.ts'

/** In the order of discovery. */
export const schedulingKinds: readonly Kind[] = [priorityClass]
