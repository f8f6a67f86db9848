/** The kinds of flowcontrol.apiserver.k8s.io: how requests share the server. */
import type { Kind } from '../../kind.ts'
import { flowSchema } from './flow-schema.ts'
import { priorityLevelConfiguration } from './priority-level-configuration.ts'

/** In the order of discovery. */
export const flowcontrolKinds: readonly Kind[] = [flowSchema, priorityLevelConfiguration]
