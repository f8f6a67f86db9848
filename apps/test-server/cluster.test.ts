import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { test } from 'node:test'
import type { Deployment, StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import { startTestCluster } from './cluster.ts'
import type { TestCluster } from './test-cluster.ts'

const labels = { app: 'web' }
const template = (image = 'web:1', annotations: Record<string, string> = {}) => ({
  metadata: { labels, annotations },
  spec: { containers: [{ name: 'web', image }] },
})
const deployment = (replicas: number, pod = template()) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas, selector: { matchLabels: labels }, template: pod },
})

const web = (cluster: TestCluster) =>
  cluster.resource<Deployment>('deployments.apps').get({ namespace: 'default', name: 'web' })
const podsOf = async (cluster: TestCluster) => (await cluster.resource<Pod>('pods').list()).items
const isReady = ({ status }: Pod) =>
  status?.conditions?.some(({ type, status: says }) => type === 'Ready' && says === 'True') ?? false
const running = (cluster: TestCluster) => cluster.nodes.list().flatMap((node) => node.running)

test('a deployment runs on the nodes, rolls, and comes back from a crash: in no time but that which is moved', async () => {
  await using cluster = await startTestCluster({ time: 'virtual' })
  await cluster.apply(deployment(3))
  await cluster.clock.advance('5s')
  equal((await web(cluster)).status?.readyReplicas, 3)
  deepEqual(
    cluster.nodes.list().map((node) => [node.name, node.running.length]),
    [
      ['node-1', 1],
      ['node-2', 1],
      ['node-3', 1],
    ],
  )
  await cluster.apply(deployment(3, template('web:2')))
  await cluster.clock.advance('40s')
  const pods = await podsOf(cluster)
  deepEqual(
    pods.map((pod) => [pod.spec?.containers[0]?.image, isReady(pod)]),
    Array(3).fill(['web:2', true]),
  )
  const name = pods[0]?.metadata.name ?? ''
  await cluster.crash({ name, exitCode: 7 })
  await cluster.clock.advance('1s')
  const found = await cluster.resource<Pod>('pods').get({ namespace: 'default', name })
  const [status] = found.status?.containerStatuses ?? []
  deepEqual([status?.restartCount, status?.lastState?.terminated?.exitCode], [1, 7])
  await rejects(cluster.crash({ name: 'nobody' }), /no container {2}of pod default\/nobody runs on any node/)
})

test('what pods do is said in annotations; an image that there is not is waited for', async () => {
  await using cluster = await startTestCluster({ time: 'virtual', hasImage: (image) => !image.startsWith('missing') })
  const slow = template('web:1', { 'fake.muster.dev/ready-after': '10s' })
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 1 }
  const [container] = slow.spec.containers
  await cluster.apply(
    deployment(1, { ...slow, spec: { containers: [{ ...container, readinessProbe: probe }] as never } }),
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'lost' },
      spec: { containers: [{ name: 'a', image: 'missing:1' }] },
    },
  )
  await cluster.clock.advance('9s')
  equal((await web(cluster)).status?.readyReplicas ?? 0, 0)
  await cluster.clock.advance('3s')
  equal((await web(cluster)).status?.readyReplicas, 1)
  const lost = await cluster.resource<Pod>('pods').get({ namespace: 'default', name: 'lost' })
  match(lost.status?.containerStatuses?.[0]?.state?.waiting?.reason ?? '', /ErrImagePull|ImagePullBackOff/)
})

test('a node that is cut off is given up after five minutes, and its pods run elsewhere; back, it runs nothing twice', async () => {
  await using cluster = await startTestCluster({ time: 'virtual' })
  const set: StatefulSet = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: labels }, template: template() },
  }
  await cluster.apply(deployment(3), set)
  await cluster.clock.advance('10s')
  equal(running(cluster).length, 6)
  const lost = cluster.nodes.get('node-2')
  const there = lost.running
  ok(there.length > 0)
  lost.disconnect()
  await cluster.clock.advance('60s')
  const node = await cluster.resource<Node>('nodes').get({ namespace: '', name: 'node-2' })
  equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'Unknown')
  equal((await web(cluster)).status?.readyReplicas, 3 - there.filter((run) => run.startsWith('default/web')).length)
  await cluster.clock.advance('6m')
  equal((await web(cluster)).status?.readyReplicas, 3, 'others took the place of those that were given up')
  deepEqual(lost.running, there, 'nothing ends for being cut off')
  const names = running(cluster).filter((run) => run.startsWith('default/db'))
  equal(
    new Set(names).size,
    names.length,
    'a pod of a stateful set is not there twice, whatever is believed of its node',
  )
  lost.connect()
  await cluster.clock.advance('60s')
  equal((await web(cluster)).status?.readyReplicas, 3)
  equal(running(cluster).length, 6)
  equal(new Set(running(cluster)).size, 6)
})

test('an agent that starts anew finds what runs; a machine that loses power does not', async () => {
  await using cluster = await startTestCluster({ time: 'virtual', nodes: 1 })
  await cluster.apply(deployment(2))
  await cluster.clock.advance('5s')
  const [node] = cluster.nodes.list()
  const restarts = async () => (await podsOf(cluster)).map(({ status }) => status?.containerStatuses?.[0]?.restartCount)
  await node?.restartAgent()
  await cluster.clock.advance('5s')
  deepEqual(await restarts(), [0, 0])
  await node?.powerOff()
  equal(node?.running.length, 0)
  await node?.powerOn()
  await cluster.clock.advance('30s')
  deepEqual(await restarts(), [1, 1])
  equal((await web(cluster)).status?.readyReplicas, 2)
})

test('an agent that begins anew ends what runs of a pod that was taken away meanwhile, and goes on with the others', async () => {
  await using cluster = await startTestCluster({ time: 'virtual', nodes: 1 })
  const node = cluster.nodes.get('node-1')
  const pods = cluster.resource<Pod>('pods')
  for (const name of ['goes', 'stays']) {
    const spec = { containers: [{ name: 'main', image: 'main' }] }
    await pods.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec })
  }
  await cluster.clock.advance('5s')
  equal(node.running.length, 2)
  node.disconnect()
  await node.restartAgent()
  await pods.delete({ namespace: 'default', name: 'goes' }, { gracePeriodSeconds: 0 })
  await cluster.clock.advance('10s')
  equal(node.running.length, 2)
  node.connect()
  await cluster.clock.advance('60s')
  deepEqual(node.running, ['default/stays main'])
})

test('nodes come as they are wanted, and say it when there is no room', async () => {
  await using cluster = await startTestCluster({ time: 'virtual', nodes: [{ name: 'small', cpu: '1', zone: 'a' }] })
  const pod = template()
  const spec = { containers: [{ name: 'web', image: 'web:1', resources: { requests: { cpu: '800m' } } }] }
  await cluster.apply(deployment(2, { ...pod, spec }))
  await cluster.clock.advance('5s')
  equal((await web(cluster)).status?.readyReplicas, 1)
  const waiting = (await podsOf(cluster)).find((one) => !one.spec?.nodeName)
  match(waiting?.status?.conditions?.[0]?.message ?? '', /^0\/1 nodes are available: 1 Insufficient cpu/)
  await cluster.nodes.add({ name: 'second' })
  await cluster.clock.advance('10s')
  equal((await web(cluster)).status?.readyReplicas, 2)
})

test('in virtual time nothing is left to other threads, the machine or its clock: they would answer in no order that replays', async () => {
  await using cluster = await startTestCluster({ time: 'virtual' })
  const asked = new Set<string>()
  const hook = createHook({ init: (_id, type) => void asked.add(type) }).enable()
  await cluster.apply(deployment(3))
  await cluster.clock.advance('10s')
  cluster.nodes.get('node-1').disconnect()
  await cluster.clock.advance('10m')
  hook.disable()
  equal((await web(cluster)).status?.readyReplicas, 3)
  deepEqual([...asked].sort(), ['Immediate', 'PROMISE', 'TickObject'])
})

test('the same in real time', async () => {
  await using cluster = await startTestCluster()
  await cluster.apply(deployment(2))
  for (let tried = 0; tried < 100 && (await web(cluster)).status?.readyReplicas !== 2; tried++) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  equal((await web(cluster)).status?.readyReplicas, 2)
})
