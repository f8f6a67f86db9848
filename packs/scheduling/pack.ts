/** Which node a pod runs on: as kube-scheduler decides, in every logical cluster. */
import type { Pack } from '@muster/runtime/pack.ts'
import { schedulerController } from './controllers/scheduler.ts'

/** No kinds of its own: it gives Kubernetes' pods their nodes. */
export const schedulingPack: Pack = { name: 'scheduling', kinds: [], controllers: [schedulerController()] }
