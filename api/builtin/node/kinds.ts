/** The kinds of node.k8s.io: how containers are run. */
import type { Kind } from '../../kind.ts'
import { runtimeClass } from './runtime-class.ts'

/** In the order of discovery. */
export const nodeKinds: readonly Kind[] = [runtimeClass]
