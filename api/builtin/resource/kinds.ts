/** The kinds of resource.k8s.io: devices and who has them. */
import type { Kind } from '../../kind.ts'
import { deviceClass } from './device-class.ts'
import { resourceClaim } from './resource-claim.ts'
import { resourceClaimTemplate } from './resource-claim-template.ts'
import { resourceSlice } from './resource-slice.ts'

/** In the order of discovery. */
export const resourceKinds: readonly Kind[] = [deviceClass, resourceClaim, resourceClaimTemplate, resourceSlice]
