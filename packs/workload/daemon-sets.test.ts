/** DaemonSets against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { ControllerRevision, DaemonSet, DaemonSetSpec } from '@muster/api/types/apps-v1.ts'
import type { Event, Node, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { daemonSetController } from './controllers/daemon-sets.ts'
import { targetNode } from './decide/daemon-pod.ts'

const named = (name: string) => ({ namespace: 'default', name })

const node = (name: string): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { disk: name === 'n3' ? 'slow' : 'fast' } },
})
const NODES = ['n1', 'n2', 'n3'].map(node)

const set = (spec: Partial<DaemonSetSpec> = {}, pod: Partial<PodSpec> = {}): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: named('log'),
  spec: {
    selector: { matchLabels: { app: 'log' } },
    template: { metadata: { labels: { app: 'log' } }, spec: { containers: [{ name: 'log', image: 'log:1' }], ...pod } },
    ...spec,
  },
})

const image = (version: number) => ({ template: { spec: { containers: [{ name: 'log', image: `log:${version}` }] } } })
const rolling = (rollingUpdate: { maxSurge?: number; maxUnavailable?: number }) => ({
  updateStrategy: { type: 'RollingUpdate', rollingUpdate },
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    // Alone: what else keeps nodes and pods is played by the test.
    cluster.run([daemonSetController], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    const ready = ({ metadata }: KubeObject) =>
      cluster
        .resource('nodes')
        .patch({ namespace: '', name: metadata.name ?? '' }, { patch: 'merge', value: { spec: { taints: null } } })
    await cluster.apply(...objects)
    // A node is made with a taint, until it says that it is ready.
    for (const object of objects) if (object.kind === 'Node') await ready(object)
    await cluster.settled()
    const pods = cluster.resource<Pod>('pods')
    const list = async () => (await pods.list({ namespace: 'default' })).items
    const nodeOf = (pod: Pod) => targetNode(pod) ?? '?'
    const find = async (node: string, version: string) => {
      const found = (await list()).find(
        (pod) => nodeOf(pod) === node && pod.spec?.containers[0]?.image?.at(-1) === version,
      )
      return found ?? Promise.reject(new Error(`no pod of version ${version} for ${node}`))
    }
    const become = async (pod: Pod, phase: string, ready = false) => {
      const { name = '', namespace = '' } = pod.metadata
      if (!pod.spec?.nodeName) {
        await cluster.client.call({
          method: 'POST',
          path: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
          body: {
            apiVersion: 'v1',
            kind: 'Binding',
            metadata: named(name),
            target: { kind: 'Node', name: nodeOf(pod) },
          },
        })
      }
      const lastTransitionTime = `${cluster.clock.now().toISOString().slice(0, 19)}Z`
      const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }]
      const bound = await pods.get(named(name))
      await pods.updateStatus({ ...bound, status: { ...bound.status, phase, conditions } })
      await cluster.settled()
    }
    return {
      cluster,
      pods,
      ready,
      find,
      become,
      /** Each pod by its node, with the last letter of its image, `-` for one on its way out. */
      versions: async () =>
        (await list())
          .map(
            (pod) => `${nodeOf(pod)}:${pod.metadata.deletionTimestamp ? '-' : pod.spec?.containers[0]?.image?.at(-1)}`,
          )
          .sort(),
      status: async () => (await cluster.resource<DaemonSet>('daemonsets.apps').get(named('log'))).status,
      change: async (spec: object) => {
        await cluster.resource('daemonsets.apps').patch(named('log'), { patch: 'strategic', value: { spec } })
        await cluster.settled()
      },
      run: async (node: string, version = '1') => become(await find(node, version), 'Running', true),
      runAll: async () => {
        for (const pod of await list()) if (pod.status?.phase !== 'Running') await become(pod, 'Running', true)
      },
      /** Lets all that was deleted go, as nodes do when pods have ended. */
      letGo: async () => {
        for (const { metadata } of await list()) {
          if (metadata.deletionTimestamp) await pods.delete(named(metadata.name ?? ''), { gracePeriodSeconds: 0 })
        }
        await cluster.settled()
      },
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: every node that fits gets a pod that asks for it and bears a node in trouble`, async () => {
    await using run = await start(...NODES, set({}, { nodeSelector: { disk: 'fast' } }))
    deepEqual(await run.versions(), ['n1:1', 'n2:1'])
    const pod = await run.find('n1', '1')
    deepEqual(pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution, {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
    })
    deepEqual(
      pod.spec?.tolerations?.map(({ key, operator, effect, tolerationSeconds }) => [
        key,
        operator,
        effect,
        tolerationSeconds,
      ]),
      [
        ['node.kubernetes.io/not-ready', 'Exists', 'NoExecute', undefined],
        ['node.kubernetes.io/unreachable', 'Exists', 'NoExecute', undefined],
        ['node.kubernetes.io/disk-pressure', 'Exists', 'NoSchedule', undefined],
        ['node.kubernetes.io/memory-pressure', 'Exists', 'NoSchedule', undefined],
        ['node.kubernetes.io/pid-pressure', 'Exists', 'NoSchedule', undefined],
        ['node.kubernetes.io/unschedulable', 'Exists', 'NoSchedule', undefined],
      ],
    )
    const [revision] = (await run.cluster.resource<ControllerRevision>('controllerrevisions.apps').list({})).items
    equal(`log-${pod.metadata.labels?.['controller-revision-hash']}`, revision?.metadata.name)
    equal(pod.metadata.labels?.['pod-template-generation'], '1')
    await run.runAll()
    deepEqual(await run.status(), {
      observedGeneration: 1,
      desiredNumberScheduled: 2,
      currentNumberScheduled: 2,
      numberMisscheduled: 0,
      numberReady: 2,
      updatedNumberScheduled: 2,
      numberAvailable: 2,
    })
    const said = (await run.cluster.resource<Event>('events').list({})).items.map(({ message }) => message)
    ok(said.includes(`Created pod: ${pod.metadata.name}`))
  })

  test(`${profile}: nodes that come, change and are tainted get and lose their pods`, async () => {
    await using run = await start(...NODES, set({}, { nodeSelector: { disk: 'fast' } }))
    await run.runAll()
    await run.cluster.apply(node('n4'))
    await run.cluster.settled()
    deepEqual(await run.versions(), ['n1:1', 'n2:1'])
    await run.ready(node('n4'))
    await run.cluster.settled()
    deepEqual(await run.versions(), ['n1:1', 'n2:1', 'n4:1'])
    await run.run('n4')
    const nodes = run.cluster.resource<Node>('nodes')
    const patch = (name: string, value: object) => nodes.patch({ namespace: '', name }, { patch: 'merge', value })
    await patch('n1', { metadata: { labels: { disk: 'slow' } } })
    // Who is there already may stay where nothing new is put, and not where nothing may run.
    await patch('n2', { spec: { taints: [{ key: 'full', effect: 'NoSchedule' }] } })
    await patch('n4', { spec: { taints: [{ key: 'broken', effect: 'NoExecute' }] } })
    await run.cluster.settled()
    deepEqual(await run.versions(), ['n1:-', 'n2:1', 'n4:-'])
    await run.letGo()
    deepEqual(await run.versions(), ['n2:1'])
    const status = await run.status()
    deepEqual([status?.desiredNumberScheduled, status?.numberMisscheduled], [0, 1])
    // A node that is away or in want is no reason to leave.
    await patch('n1', {
      metadata: { labels: { disk: 'fast' } },
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    })
    await run.cluster.settled()
    deepEqual(await run.versions(), ['n1:1', 'n2:1'])
  })

  test(`${profile}: a node that is gone takes the pod along that waited for it`, async () => {
    await using run = await start(...NODES, set())
    await run.run('n1')
    await run.cluster.resource('nodes').delete({ namespace: '', name: 'n1' })
    await run.cluster.resource('nodes').delete({ namespace: '', name: 'n2' })
    await run.change({ minReadySeconds: 1 })
    deepEqual(await run.versions(), ['n1:1', 'n3:1'])
  })

  test(`${profile}: an update makes no more nodes unavailable than it may`, async () => {
    await using run = await start(...NODES, set(rolling({ maxUnavailable: 2 })))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.versions(), ['n1:-', 'n2:-', 'n3:1'])
    await run.letGo()
    deepEqual(await run.versions(), ['n1:2', 'n2:2', 'n3:1'])
    await run.run('n1', '2')
    deepEqual(await run.versions(), ['n1:2', 'n2:2', 'n3:-'])
    await run.letGo()
    await run.runAll()
    deepEqual(await run.versions(), ['n1:2', 'n2:2', 'n3:2'])
    equal((await run.status())?.updatedNumberScheduled, 3)
  })

  test(`${profile}: an update that surges has the new pod ready before the old one goes`, async () => {
    await using run = await start(
      ...NODES,
      set({ ...rolling({ maxSurge: 1, maxUnavailable: 0 }), minReadySeconds: 10 }),
    )
    await run.runAll()
    await run.cluster.clock.advance('11s')
    await run.change(image(2))
    deepEqual(await run.versions(), ['n1:1', 'n1:2', 'n2:1', 'n3:1'])
    await run.run('n1', '2')
    deepEqual(await run.versions(), ['n1:1', 'n1:2', 'n2:1', 'n3:1'])
    await run.cluster.clock.advance('11s')
    deepEqual(await run.versions(), ['n1:-', 'n1:2', 'n2:1', 'n2:2', 'n3:1'])
    // An old pod that is not ready any more is not kept for the new one, and a node with one pod does not surge.
    await run.become(await run.find('n2', '1'), 'Running', false)
    await run.letGo()
    deepEqual(await run.versions(), ['n1:2', 'n2:2', 'n3:1', 'n3:2'])
  })

  test(`${profile}: with OnDelete a pod is new when somebody deletes it`, async () => {
    await using run = await start(...NODES, set({ updateStrategy: { type: 'OnDelete' } }))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.versions(), ['n1:1', 'n2:1', 'n3:1'])
    await run.pods.delete(named((await run.find('n2', '1')).metadata.name ?? ''), { gracePeriodSeconds: 0 })
    await run.cluster.settled()
    deepEqual(await run.versions(), ['n1:1', 'n2:2', 'n3:1'])
  })

  test(`${profile}: pods that fail are made again, each time after a longer wait`, async () => {
    await using run = await start(node('n1'), set())
    const nameNow = async () => (await run.find('n1', '1')).metadata.name
    const fail = async () => {
      await run.become(await run.find('n1', '1'), 'Failed')
      return nameNow()
    }
    const first = await nameNow()
    const second = await fail()
    ok(second !== first)
    for (const wait of [1, 2, 4]) {
      const failed = await nameNow()
      equal(await fail(), failed)
      await run.cluster.clock.advance(`${wait * 1000 - 200}ms`)
      equal(await nameNow(), failed)
      await run.cluster.clock.advance('200ms')
      ok((await nameNow()) !== failed)
    }
    const said = (await run.cluster.resource<Event>('events').list({})).items.map(({ message }) => message)
    ok(said.includes(`Found failed daemon pod default/${first} on node n1, will try to kill it`))
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start(...NODES)
    run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 2 })
    run.cluster.faults.refuse({ method: 'POST', path: '/controllerrevisions' }, { times: 1 })
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 1 })
    await run.cluster.apply(set())
    await run.cluster.clock.advance('1m')
    deepEqual(await run.versions(), ['n1:1', 'n2:1', 'n3:1'])
    for (const harm of [
      async () => run.cluster.faults.dropWatches(),
      run.cluster.faults.restart,
      run.cluster.faults.compact,
    ]) {
      await harm()
      await run.pods.delete(named((await run.find('n2', '1')).metadata.name ?? ''), { gracePeriodSeconds: 0 })
      await run.cluster.clock.advance('2m')
      deepEqual(await run.versions(), ['n1:1', 'n2:1', 'n3:1'])
    }
    await run.runAll()
    equal((await run.status())?.numberAvailable, 3)
  })
}
