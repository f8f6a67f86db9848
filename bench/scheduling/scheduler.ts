/** Muster's scheduler as a process of its own, for any API server: it holds no more of Muster than a client does. */
import { noLog } from '@muster/base/log.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { schedulerController } from '@muster/packs/scheduling/controllers/scheduler.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { endpointOf } from '../api/endpoint.ts'
import { serveParent } from '../harness/child.ts'
import { SCHEDULER } from './objects.ts'

/** Begins, and goes on until the process is killed. */
async function begin({ kubeconfig }: { readonly kubeconfig: string }): Promise<void> {
  const { address, headers } = endpointOf(kubeconfig)
  const { send } = connectTo(address, systemClock)
  const hub = { clock: systemClock, random: systemRandom, log: noLog, headers, allClusters: false, send }
  void runControllers([schedulerController(SCHEDULER)], {}, hub, new AbortController().signal)
}

const calls = { begin }

/** What the parent may call. */
export type SchedulerCalls = typeof calls

serveParent(calls)
