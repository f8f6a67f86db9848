/** Starts a Kubernetes with nodes inside a test: the server, all controllers, and machines. */
import { ControlError } from '@muster/base/errors.ts'
import { fork } from '@muster/base/random.ts'
import { schedulingPack } from '@muster/packs/scheduling/pack.ts'
import { volumesPack } from '@muster/packs/volumes/pack.ts'
import { workloadPack } from '@muster/packs/workload/pack.ts'
import { createMachines } from './nodes.ts'
import { openTestServer } from './start.ts'
import type { TestCluster, TestClusterSettings } from './test-cluster.ts'

/** Starts one. Resolves when its nodes are ready for pods. */
export async function startTestCluster(settings: TestClusterSettings = {}): Promise<TestCluster> {
  const { nodes = 3, hasImage = () => true, ...others } = settings
  const { server, deps } = await openTestServer({ ...others, liveness: true })
  const controllers = [...workloadPack.controllers, ...schedulingPack.controllers, ...volumesPack.controllers]
  server.run(controllers, { localVolumes: { directoryOf: () => undefined, remove: async () => {} } })
  const machines = createMachines({
    ...deps,
    random: fork(deps.random),
    send: server.handle,
    tokenOf: (node) => server.users.as(`system:node:${node}`, ['system:nodes']).token,
    hasImage,
    settled: () => server.settled(),
    dropWatches: (userAgent) => server.faults.dropWatches({ userAgent }),
  })
  const { fork: _fork, snapshot: _snapshot, ...rest } = Object.getOwnPropertyDescriptors(server)
  const cluster: TestCluster = Object.defineProperties({} as TestCluster, {
    ...rest,
    nodes: { value: machines, enumerable: true },
    crash: { value: crash },
    close: { value: close },
    [Symbol.asyncDispose]: { value: close },
  })

  async function crash({ container, exitCode = 1, ...pod }: Parameters<TestCluster['crash']>[0]): Promise<void> {
    if (!machines.crash(pod, container, exitCode)) {
      const { namespace = 'default', name } = pod
      throw new ControlError('NotFound', `no container ${container ?? ''} of pod ${namespace}/${name} runs on any node`)
    }
    await server.settled()
  }
  async function close(): Promise<void> {
    await machines.close()
    await server.close()
  }

  const drafts =
    typeof nodes === 'number' ? Array.from({ length: nodes }, (_, at) => ({ name: `node-${at + 1}` })) : nodes
  await Promise.all(drafts.map((draft) => machines.add(draft)))
  await server.settled()
  return cluster
}
