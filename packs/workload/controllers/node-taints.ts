/** Keeps new pods off nodes that are not well; see `decide/node-taints.ts`. */
import { timestamp } from '@muster/api/time.ts'
import { NODES } from '@muster/client/kubernetes.ts'
import { type Controller, waitForChange } from '@muster/runtime/controller.ts'
import { decideTaints } from '../decide/node-taints.ts'

/** Looks at nodes. */
export const nodeTaintController: Controller = {
  name: 'node-lifecycle-controller',
  watches: NODES,

  async reconcile(key, { client, informer, clock }) {
    const node = informer(NODES).get(key)
    const taints = node && decideTaints(node, timestamp(clock.now()))
    if (!taints) return waitForChange
    // The list is written whole: what somebody else put into it meanwhile must not be lost.
    const { uid, resourceVersion } = node.metadata
    const value = { metadata: { uid, resourceVersion }, spec: { taints } }
    await client.resource(NODES).patch(key, { patch: 'merge', value })
    return waitForChange
  },
}
