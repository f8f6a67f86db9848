/** Storage that claims ask for: found among what there is, or made. */
import type { Pack } from '@muster/runtime/pack.ts'
import { claimBinder, volumePhaseController } from './controllers/binder.ts'
import { type LocalProvisionerDeps, localProvisioner, localRemover } from './controllers/local-provisioner.ts'

/** No kinds of its own: it cares for Kubernetes' own. */
export const volumesPack: Pack<LocalProvisionerDeps> = {
  name: 'volumes',
  kinds: [],
  controllers: [claimBinder, volumePhaseController, localProvisioner, localRemover],
}
