/** The kinds of discovery.k8s.io: where services answer. */
import type { Kind } from '../../kind.ts'
import { endpointSlice } from './endpoint-slice.ts'

/** In the order of discovery. */
export const discoveryKinds: readonly Kind[] = [endpointSlice]
