/** Nodes that fall silent, against an API: their pods leave in time, and stay where leaving would make it worse. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Pod, Taint } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { nodeEvictionController, silentPodController, taintEvictionController } from './controllers/node-eviction.ts'
import { nodeTaintController } from './controllers/node-taints.ts'

const UNREACHABLE = 'node.kubernetes.io/unreachable'

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (names: readonly string[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([nodeTaintController, nodeEvictionController, taintEvictionController, silentPodController], {})
    const nodes = cluster.resource<Node>('nodes')
    const pods = cluster.resource<Pod>('pods')
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    })
    const say = async (name: string, ready: string) => {
      const conditions = [{ type: 'Ready', status: ready, reason: 'test' }]
      await nodes.patch(
        { namespace: '', name },
        { patch: 'strategic', value: { status: { conditions } } },
        { subresource: 'status' },
      )
    }
    for (const name of names) {
      await cluster.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } })
      await say(name, 'True')
      await cluster.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: `on-${name}`, namespace: 'default' },
        spec: { nodeName: name, containers: [{ name: 'app', image: 'host/app' }], automountServiceAccountToken: false },
      })
      const conditions = [{ type: 'Ready', status: 'True' }]
      const value = { status: { phase: 'Running', conditions } }
      await pods.patch(
        { namespace: 'default', name: `on-${name}` },
        { patch: 'strategic', value },
        { subresource: 'status' },
      )
    }
    await cluster.settled()
    return {
      cluster,
      say,
      taints: async (name: string) =>
        ((await nodes.get({ namespace: '', name })).spec?.taints ?? []).map(
          ({ key, effect }: Taint) => `${key.split('/')[1]}:${effect}`,
        ),
      leaving: async () =>
        (await pods.list({ namespace: 'default' })).items
          .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
          .map(({ metadata }) => metadata.name),
      ready: async (name: string) =>
        (await pods.get({ namespace: 'default', name: `on-${name}` })).status?.conditions?.find(
          ({ type }) => type === 'Ready',
        )?.status,
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: the pods of a silent node are told of at once, and leave after the five minutes that they tolerate it`, async () => {
    await using stage = await start(['n1', 'n2', 'n3'])
    deepEqual(await stage.taints('n1'), [])
    await stage.say('n1', 'Unknown')
    await stage.cluster.clock.advance('10s')
    deepEqual((await stage.taints('n1')).toSorted(), ['unreachable:NoExecute', 'unreachable:NoSchedule'])
    deepEqual([await stage.ready('n1'), await stage.ready('n2')], ['False', 'True'])
    await stage.cluster.clock.advance('4m')
    deepEqual(await stage.leaving(), [])
    await stage.cluster.clock.advance('2m')
    deepEqual(await stage.leaving(), ['on-n1'])
    const { status } = await stage.cluster.resource<Pod>('pods').get({ namespace: 'default', name: 'on-n1' })
    equal(status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.reason, 'DeletionByTaintManager')
  })

  test(`${profile}: a node that comes back in time loses nothing, through restarts and lost history`, async () => {
    await using stage = await start(['n1', 'n2', 'n3'])
    const { cluster } = stage
    await stage.say('n1', 'Unknown')
    await cluster.clock.advance('2m')
    await cluster.faults.restart()
    await cluster.clock.advance('1m')
    cluster.faults.dropWatches()
    await cluster.clock.advance('1m')
    await stage.say('n1', 'True')
    await cluster.clock.advance('10m')
    deepEqual([await stage.taints('n1'), await stage.leaving()], [[], []])
  })

  test(`${profile}: when all nodes are silent nobody leaves, and when one is back the others are let go`, async () => {
    await using stage = await start(['n1', 'n2', 'n3'])
    const { cluster } = stage
    for (const name of ['n1', 'n2', 'n3']) await stage.say(name, 'Unknown')
    await cluster.clock.advance('30m')
    deepEqual(await stage.leaving(), [])
    for (const name of ['n1', 'n2', 'n3']) deepEqual(await stage.taints(name), ['unreachable:NoSchedule'])
    await stage.say('n3', 'True')
    await cluster.clock.advance('7m')
    deepEqual((await stage.leaving()).toSorted(), ['on-n1', 'on-n2'])
  })

  test(`${profile}: a pod that bears it stays, and one that bears nothing leaves at once`, async () => {
    await using stage = await start(['n1', 'n2', 'n3'])
    const nodes = stage.cluster.resource<Node>('nodes')
    const taints = [{ key: 'maintenance', effect: 'NoExecute' }]
    await nodes.patch({ namespace: '', name: 'n2' }, { patch: 'merge', value: { spec: { taints } } })
    await stage.cluster.clock.advance('5s')
    deepEqual(await stage.leaving(), ['on-n2'])
    equal((await stage.taints('n2')).includes(`${UNREACHABLE}:NoExecute`), false)
  })
}
