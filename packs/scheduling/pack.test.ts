/** The scheduler against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Event, Node, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import type { PriorityClass } from '@muster/api/types/scheduling-v1.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import type { TestServer } from '@muster/test-server/test-server.ts'
import { schedulingPack } from './pack.ts'

const node = (name: string, cpu = '1', more: Partial<Node['spec']> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec: more,
  status: { allocatable: { cpu, memory: '4Gi', pods: '10' } },
})

const pod = (name: string, cpu: string, spec: Partial<PodSpec> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: {
    containers: [{ name: 'main', image: 'host/main', resources: { requests: { cpu } } }],
    terminationGracePeriodSeconds: 0,
    ...spec,
  },
})

const priorityClass = (name: string, value: number, more: Partial<PriorityClass> = {}): PriorityClass => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  ...more,
})

const named = (name: string) => ({ namespace: 'default', name })

async function addNodes(cluster: TestServer, ...nodes: readonly Node[]) {
  for (const one of nodes) {
    const made = await cluster.resource<Node>('nodes').create(one)
    // A new node is taken to be not ready: whoever watches its health says otherwise.
    const ready = await cluster.resource<Node>('nodes').update({ ...made, spec: one.spec ?? {} })
    await cluster.resource<Node>('nodes').updateStatus({ ...ready, status: one.status ?? {} })
  }
}

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async () => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run(schedulingPack.controllers, {})
    const pods = cluster.resource<Pod>('pods')
    const nodeOf = async (name: string) => (await pods.get(named(name))).spec?.nodeName
    const events = async (reason: string) =>
      (await cluster.resource<Event>('events').list({})).items.filter((event) => event.reason === reason)
    return { cluster, pods, nodeOf, events, [Symbol.asyncDispose]: () => cluster.close() }
  }

  test(`${profile}: a pod gets its node, and people are told`, async () => {
    await using run = await start()
    await addNodes(run.cluster, node('one'))
    await run.pods.create(pod('web', '500m'))
    await run.pods.create(pod('other', '100m', { schedulerName: 'somebody-else' }))
    await run.cluster.settled()
    equal(await run.nodeOf('web'), 'one')
    equal(await run.nodeOf('other'), undefined)
    const [said] = await run.events('Scheduled')
    equal(said?.message, 'Successfully assigned default/web to one')
  })

  test(`${profile}: a pod that fits nowhere is told why, and gets its node once there is one`, async () => {
    await using run = await start()
    const taints = [{ key: 'only', value: 'some', effect: 'NoSchedule' }]
    await addNodes(run.cluster, node('one'), node('two', '8', { taints }))
    await run.pods.create(pod('web', '2'))
    await run.cluster.settled()
    const condition = (await run.pods.get(named('web'))).status?.conditions?.find(({ type }) => type === 'PodScheduled')
    const why =
      '0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s). ' +
      'no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.'
    deepEqual([condition?.status, condition?.reason, condition?.message], ['False', 'Unschedulable', why])
    const [said] = await run.events('FailedScheduling')
    equal(said?.message, why)
    await addNodes(run.cluster, node('three', '4'))
    await run.cluster.clock.advance('10s')
    equal(await run.nodeOf('web'), 'three')
  })

  test(`${profile}: a pod with gates waits for them to be taken away`, async () => {
    await using run = await start()
    await addNodes(run.cluster, node('one'))
    await run.pods.create(pod('web', '500m', { schedulingGates: [{ name: 'test.dev/wait' }] }))
    await run.cluster.settled()
    equal(await run.nodeOf('web'), undefined)
    await run.pods.patch(named('web'), { patch: 'merge', value: { spec: { schedulingGates: null } } })
    await run.cluster.settled()
    equal(await run.nodeOf('web'), 'one')
  })

  test(`${profile}: a bind whose answer is lost takes room until the pod itself says where it is`, async () => {
    await using run = await start()
    await addNodes(run.cluster, node('one'))
    run.cluster.faults.refuse({ method: 'POST', path: '/binding' }, { times: 1 })
    run.cluster.faults.refuse({ method: 'GET', path: '/pods/first' }, { times: 1 })
    await run.pods.create(pod('first', '800m'))
    await run.cluster.settled()
    await run.pods.create(pod('second', '800m'))
    await run.cluster.settled()
    equal(await run.nodeOf('second'), undefined)
    await run.cluster.clock.advance('1m')
    equal(await run.nodeOf('first'), 'one')
    equal(await run.nodeOf('second'), undefined)
  })

  test(`${profile}: the more important pod takes the place of another`, async () => {
    await using run = await start()
    await run.cluster.apply(
      priorityClass('low', 1),
      priorityClass('high', 1000),
      priorityClass('polite', 1000, { preemptionPolicy: 'Never' }),
    )
    await addNodes(run.cluster, node('one'))
    await run.pods.create(pod('low', '800m', { priorityClassName: 'low' }))
    await run.cluster.settled()
    await run.pods.create(pod('polite', '800m', { priorityClassName: 'polite' }))
    await run.cluster.settled()
    equal(await run.nodeOf('low'), 'one')
    await run.pods.delete(named('polite'))
    const high = await run.pods.create(pod('high', '800m', { priorityClassName: 'high' }))
    await run.cluster.clock.advance('30s')
    equal(await run.nodeOf('high'), 'one')
    equal(await run.pods.find(named('low')), undefined)
    const [said] = await run.events('Preempted')
    equal(said?.message, `Preempted by pod ${high.metadata.uid} on node one`)
  })

  test(`${profile}: refused binds, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start()
    await addNodes(run.cluster, node('one'), node('two'))
    run.cluster.faults.refuse({ method: 'POST', path: '/binding' }, { times: 3 })
    for (const name of ['a', 'b', 'c', 'd']) await run.pods.create(pod(name, '400m'))
    await run.cluster.clock.advance('1m')
    for (const harm of [
      async () => run.cluster.faults.dropWatches(),
      run.cluster.faults.restart,
      run.cluster.faults.compact,
    ]) {
      const before = await run.nodeOf('a')
      await harm()
      await run.pods.delete(named('a'))
      await run.pods.create(pod('a', '400m'))
      await run.cluster.clock.advance('2m')
      equal(await run.nodeOf('a'), before, 'the only room left is where it was')
    }
    const nodes = await Promise.all(['a', 'b', 'c', 'd'].map(run.nodeOf))
    deepEqual(nodes.toSorted(), ['one', 'one', 'two', 'two'])
  })
}

test('each logical cluster has nodes of its own', async () => {
  await using cluster = await startTestServer({ profile: 'muster', time: 'virtual', controllers: false })
  const other = await cluster.addLogicalCluster('other')
  cluster.run(schedulingPack.controllers, {})
  await addNodes(cluster, node('one'))
  for (const client of [cluster.client, other.client]) await client.resource(PODS).create(pod('web', '500m'))
  await cluster.settled()
  equal((await cluster.client.resource(PODS).get(named('web'))).spec?.nodeName, 'one')
  const waits = await other.client.resource(PODS).get(named('web'))
  equal(waits.spec?.nodeName, undefined)
  equal(waits.status?.conditions?.[0]?.message, 'no nodes available to schedule pods')
})
