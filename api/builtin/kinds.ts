/** Every kind of Kubernetes' own, in the order in which discovery lists their groups. */
import type { Kind } from '../kind.ts'

/** The built-in kinds. A group is served because it is listed here. */
export const BUILT_IN_KINDS: readonly Kind[] = []
