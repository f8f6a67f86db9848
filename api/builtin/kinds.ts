/** Every kind of Kubernetes' own, in the order in which discovery lists their groups. */
import type { Kind } from '../kind.ts'
import { admissionregistrationKinds } from './admissionregistration/kinds.ts'
import { apiextensionsKinds } from './apiextensions/kinds.ts'
import { apiregistrationKinds } from './apiregistration/kinds.ts'
import { appsKinds } from './apps/kinds.ts'
import { authenticationKinds } from './authentication/kinds.ts'
import { authorizationKinds } from './authorization/kinds.ts'
import { autoscalingKinds } from './autoscaling/kinds.ts'
import { batchKinds } from './batch/kinds.ts'
import { certificatesKinds } from './certificates/kinds.ts'
import { coordinationKinds } from './coordination/kinds.ts'
import { coreKinds } from './core/kinds.ts'
import { discoveryKinds } from './discovery/kinds.ts'
import { eventsKinds } from './events/kinds.ts'
import { flowcontrolKinds } from './flowcontrol/kinds.ts'
import { networkingKinds } from './networking/kinds.ts'
import { nodeKinds } from './node/kinds.ts'
import { policyKinds } from './policy/kinds.ts'
import { rbacKinds } from './rbac/kinds.ts'
import { resourceKinds } from './resource/kinds.ts'
import { schedulingKinds } from './scheduling/kinds.ts'
import { storageKinds } from './storage/kinds.ts'

/** The built-in kinds. A group is served because it is listed here. */
export const BUILT_IN_KINDS: readonly Kind[] = [
  ...coreKinds,
  ...apiregistrationKinds,
  ...appsKinds,
  ...eventsKinds,
  ...authenticationKinds,
  ...authorizationKinds,
  ...autoscalingKinds,
  ...batchKinds,
  ...certificatesKinds,
  ...networkingKinds,
  ...policyKinds,
  ...rbacKinds,
  ...storageKinds,
  ...admissionregistrationKinds,
  ...apiextensionsKinds,
  ...schedulingKinds,
  ...coordinationKinds,
  ...nodeKinds,
  ...discoveryKinds,
  ...resourceKinds,
  ...flowcontrolKinds,
]
