/** The kinds of apiextensions.k8s.io: kinds that clusters add. */
import type { Kind } from '../../kind.ts'
import { customResourceDefinition } from './custom-resource-definition.ts'

/** In the order of discovery. */
export const apiextensionsKinds: readonly Kind[] = [customResourceDefinition]
