/** What runs workloads: controllers of Kubernetes' own kinds. */
import type { Pack } from '@muster/runtime/pack.ts'
import { cronJobController } from './controllers/cron-jobs.ts'
import { daemonSetController } from './controllers/daemon-sets.ts'
import { deploymentController } from './controllers/deployments.ts'
import { disruptedPodController } from './controllers/disrupted-pods.ts'
import { disruptionBudgetController } from './controllers/disruption-budgets.ts'
import { endedPodsController } from './controllers/ended-pods.ts'
import { endpointSliceController, endpointsController } from './controllers/endpoints.ts'
import { finishedJobController } from './controllers/finished-jobs.ts'
import { jobOrphanController } from './controllers/job-pods.ts'
import { jobController } from './controllers/jobs.ts'
import { nodeEvictionController, silentPodController, taintEvictionController } from './controllers/node-eviction.ts'
import { nodeTaintController } from './controllers/node-taints.ts'
import { podGarbageController } from './controllers/pod-garbage.ts'
import { replicaSetController, replicationController } from './controllers/replica-sets.ts'
import { statefulSetController } from './controllers/stateful-sets.ts'

/** No kinds of its own: it cares for Kubernetes' own. */
export const workloadPack: Pack = {
  name: 'workload',
  kinds: [],
  controllers: [
    deploymentController,
    replicaSetController,
    replicationController,
    statefulSetController,
    daemonSetController,
    jobController,
    jobOrphanController,
    finishedJobController,
    cronJobController,
    endpointSliceController,
    endpointsController,
    nodeTaintController,
    nodeEvictionController,
    taintEvictionController,
    silentPodController,
    disruptionBudgetController,
    disruptedPodController,
    podGarbageController,
    endedPodsController,
  ],
}
