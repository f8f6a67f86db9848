/** A node on paper: an agent as everywhere, in this process, over a machine that only says that it runs containers. */
import { rangeNetwork } from '@muster/agent/addresses.ts'
import { runAgent } from '@muster/agent/agent.ts'
import { createFakeMachine } from '@muster/agent/fake/fake-machine.ts'
import { memoryFileSystem } from '@muster/agent/files/memory-file-system.ts'
import { readRange } from '@muster/api/ip-address.ts'
import { assert } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { connectBy } from '../api-tour/stage.ts'

/** Puts one into a cluster, with room for 110 pods. Resolves once it is ready for them. */
export async function putNodeOnPaper(kubeconfig: string, name: string): Promise<{ stop(): Promise<void> }> {
  const deps = { clock: systemClock, random: systemRandom, log: noLog }
  const { client, connection } = await connectBy(kubeconfig, systemClock)
  const machine = createFakeMachine(deps)
  const range = readRange('10.244.0.0/24')
  assert(range, 'a range is one')
  const resources = { cpu: '32', memory: '64Gi', pods: '110' }
  const stop = new AbortController()
  const agent = runAgent(
    {
      node: {
        name,
        addresses: ['10.255.0.1'],
        capacity: resources,
        allocatable: resources,
        os: 'linux',
        arch: 'amd64',
        system: { bootID: '', kernelVersion: '', machineID: '', osImage: '', systemUUID: '' },
        containerRuntime: 'fake://0.1.0',
      },
      findImage: () => ({ found: true, image: { command: ['on paper'] } }),
      environment: { PATH: '/bin' },
      root: '/agent',
      resolvers: { machine: '' },
    },
    {
      ...deps,
      client,
      driver: machine.driver,
      prober: machine.prober,
      network: rangeNetwork(range),
      files: memoryFileSystem(),
      services: { ready: Promise.resolve(), servicesOf: () => [], namesIn: () => [] },
      events: createEventRecorder({ ...deps, component: 'kubelet', host: name }),
    },
    stop.signal,
  )
  await agent.ready
  return {
    async stop() {
      stop.abort()
      await agent.ended
      connection.close()
    },
  }
}
