/** What every logical cluster needs to stay in order: namespaces, accounts, quotas, storage that nobody uses, and how the server is shared. */
import type { Pack } from '@muster/runtime/pack.ts'
import { type FlowControlDeps, flowSchemaController, priorityLevelController } from './controllers/flow-control.ts'
import { namespaceController } from './controllers/namespaces.ts'
import { resourceQuotaController, resourceQuotaRecounter } from './controllers/resource-quotas.ts'
import { type FurnitureDeps, serviceAccountController } from './controllers/service-accounts.ts'
import {
  attributesClassProtectionController,
  claimProtectionController,
  volumeProtectionController,
} from './controllers/storage-protection.ts'

/** No kinds of its own: it cares for Kubernetes' own. */
export const housekeepingPack: Pack<FurnitureDeps & FlowControlDeps> = {
  name: 'housekeeping',
  kinds: [],
  controllers: [
    namespaceController,
    serviceAccountController,
    priorityLevelController,
    flowSchemaController,
    resourceQuotaController,
    resourceQuotaRecounter,
    claimProtectionController,
    volumeProtectionController,
    attributesClassProtectionController,
  ],
}
