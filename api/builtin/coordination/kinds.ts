/** The kinds of coordination.k8s.io: who does the work. */
import type { Kind } from '../../kind.ts'
import { lease } from './lease.ts'

/** In the order of discovery. */
export const coordinationKinds: readonly Kind[] = [lease]
