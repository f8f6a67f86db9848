/** A replica of a controller, as a process of its own: for `elections.real.test.ts`. Counts up while it leads. */

import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { connectTo, type ServerAddress } from '@muster/client/http/connection.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Controller, lookAgain } from '@muster/runtime/controller.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'

/** What it is told, as JSON in its only argument. */
export interface ReplicaOrder {
  readonly address: ServerAddress
  readonly identity: string
}

const { address, identity } = JSON.parse(process.argv[2] ?? '') as ReplicaOrder
const MAPS: ResourceRef<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}
const { send } = connectTo(address, systemClock)

const counter: Controller = {
  name: 'counter',
  watches: MAPS,
  async reconcile(key, { client }) {
    if (key.namespace !== 'default' || key.name !== 'counter') return { next: 'wait-for-change' }
    await client
      .resource(MAPS)
      .patch(key, { patch: 'merge', value: { data: { by: identity, at: String(systemClock.elapsed()) } } })
    return lookAgain(milliseconds(10))
  },
}
const hub = { clock: systemClock, random: systemRandom, log: noLog, headers: {}, allClusters: false }
const election = { namespace: 'default', election: 'count', identity, session: seconds(2) }
process.stdout.write('ready\n')
await runControllers([counter], {}, { ...hub, send, election }, new AbortController().signal)
