/** The agent on a simulated machine, over an API, in virtual time. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { readRange } from '@muster/api/ip-address.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { ConfigMap, Event, Node, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { add, type Clock, type Duration, type Instant, seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { type SimClock, simClock } from '@muster/sim/clock.ts'
import { startTestServer, type TestServer } from '@muster/test-server/index.ts'
import { rangeNetwork } from './addresses.ts'
import { type Agent, runAgent } from './agent.ts'
import { hostImages } from './container/image.ts'
import { createFakeMachine, type FakeMachine } from './fake/fake-machine.ts'
import { type MemoryFileSystem, memoryFileSystem } from './files/memory-file-system.ts'

const DAY = 24 * 3600
const range = readRange('10.7.0.0/16')
const facts = {
  name: 'n1',
  addresses: ['192.0.2.7'],
  capacity: { cpu: '4', memory: '8Gi', pods: '110' },
  allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
  region: 'cn-east',
  zone: 'cn-east-a',
  os: 'linux',
  arch: 'amd64',
  system: { bootID: 'b', kernelVersion: '6.8', machineID: 'm', osImage: 'Linux', systemUUID: 's' },
  containerRuntime: 'fake://0.1.0',
}

/** A server, a machine, and an agent on it that can die. */
interface Stage extends AsyncDisposable {
  readonly cluster: TestServer
  readonly machine: FakeMachine
  readonly files: MemoryFileSystem
  readonly agent: Agent
  advance(seconds: number): Promise<void>
  /** The machine's wall clock shows so much more from now on. */
  setClock(seconds: number): void
  restartAgent(): Promise<void>
  stopAgent(): Promise<void>
  startAgent(): Promise<void>
}

async function openStage(): Promise<Stage> {
  const cluster = await startTestServer({ time: 'virtual', controllers: false })
  // Time of the agent goes with that of the server, a second at a time.
  const clock: SimClock = simClock({ start: cluster.clock.now().getTime() as Instant })
  let setBy = seconds(0)
  const machineClock: Clock = { ...clock, now: () => add(clock.now(), setBy) }
  const random = seededRandom(7)
  const machine = createFakeMachine({ clock: machineClock, random })
  const files = memoryFileSystem()
  if (!range) throw new Error('no range')
  let stop = new AbortController()
  let agent: Agent | undefined
  const settle = async () => {
    for (let turns = 0; turns < 3; turns++) {
      await cluster.settled()
      await clock.advance(0 as Duration)
    }
  }
  const stage: Stage = {
    cluster,
    machine,
    files,
    get agent() {
      if (!agent) throw new Error('there is no agent')
      return agent
    },
    async startAgent() {
      stop = new AbortController()
      const deps = { clock: machineClock, random, log: noLog }
      agent = runAgent(
        {
          node: facts,
          findImage: hostImages({ 'shop/web:1': { command: ['web'] } }),
          environment: { PATH: '/bin' },
          root: '/agent',
          resolvers: { machine: '' },
        },
        {
          ...deps,
          client: cluster.client,
          driver: machine.driver,
          prober: machine.prober,
          // As with a program that starts anew: it remembers nothing.
          network: rangeNetwork(range),
          files,
          services: { ready: Promise.resolve(), servicesOf: () => [], namesIn: () => [] },
          events: createEventRecorder({ ...deps, component: 'kubelet', host: facts.name }),
        },
        stop.signal,
      )
      await settle()
      await agent.ready
      await settle()
    },
    async stopAgent() {
      stop.abort()
      await settle()
      await agent?.ended
    },
    async restartAgent() {
      await stage.stopAgent()
      await stage.startAgent()
    },
    async advance(length) {
      await settle()
      for (let count = 0; count < length; count++) {
        await clock.advance(1000 as Duration)
        await cluster.clock.advance('1s')
        await settle()
      }
    },
    setClock(by) {
      setBy = (setBy + seconds(by)) as Duration
    },
    async [Symbol.asyncDispose]() {
      await stage.stopAgent()
      await cluster.close()
    },
  }
  await stage.startAgent()
  return stage
}

const pod = (name: string, spec: Partial<PodSpec> = {}, annotations: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', annotations },
  spec: {
    nodeName: 'n1',
    automountServiceAccountToken: false,
    containers: [{ name: 'app', image: 'host/app' }],
    ...spec,
  },
})
const named = (name: string) => ({ namespace: 'default', name })
const read = (stage: Stage, name: string) => stage.cluster.resource<Pod>('pods').find(named(name))
const make = (stage: Stage, one: Pod) => stage.cluster.resource<Pod>('pods').create(one)
const waiting = (one: Pod | undefined) => one?.status?.containerStatuses?.[0]?.state?.waiting
const isReady = (one: Pod | undefined) => one?.status?.conditions?.find(({ type }) => type === 'Ready')?.status

test('a status that somebody else changes is put right, though not again and again', async () => {
  await using stage = await openStage()
  await make(stage, pod('web'))
  await stage.advance(12)
  const unready = { status: { conditions: [{ type: 'Ready', status: 'False' }] } }
  const change = () =>
    stage.cluster
      .resource<Pod>('pods')
      .patch(named('web'), { patch: 'strategic', value: unready }, { subresource: 'status' })
  await change()
  await stage.advance(1)
  equal(isReady(await read(stage, 'web')), 'True')
  await change()
  await stage.advance(8)
  equal(isReady(await read(stage, 'web')), 'False')
  await stage.advance(3)
  equal(isReady(await read(stage, 'web')), 'True')
})

test('a node registers, is ready, and renews its lease', async () => {
  await using stage = await openStage()
  const nodes = stage.cluster.resource<Node>('nodes')
  const node = await nodes.get({ namespace: '', name: 'n1' })
  equal(node.metadata.labels?.['topology.kubernetes.io/zone'], 'cn-east-a')
  equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.message, 'kubelet is posting ready status')
  const leases = stage.cluster.resource<Lease>('leases.coordination.k8s.io')
  const lease = () => leases.get({ namespace: 'kube-node-lease', name: 'n1' })
  const before = await lease()
  equal(before.metadata.ownerReferences?.[0]?.uid, node.metadata.uid)
  await stage.advance(11)
  const after = await lease()
  ok(String(after.spec?.renewTime) > String(before.spec?.renewTime))
  equal((await nodes.get({ namespace: '', name: 'n1' })).metadata.resourceVersion, node.metadata.resourceVersion)
})

test('a pod runs to Ready, is deleted with grace, and nothing of it is left', async () => {
  await using stage = await openStage()
  await make(stage, pod('web', {}, { 'fake.muster.dev/ends-in': '3s' }))
  await stage.advance(1)
  const running = await read(stage, 'web')
  deepEqual([running?.status?.phase, isReady(running), running?.status?.podIP], ['Running', 'True', '10.7.0.1'])
  deepEqual([running?.status?.hostIP, running?.status?.qosClass], ['192.0.2.7', 'BestEffort'])
  await stage.cluster.resource('pods').delete(named('web'))
  await stage.advance(2)
  ok((await read(stage, 'web'))?.metadata.deletionTimestamp)
  await stage.advance(3)
  equal(await read(stage, 'web'), undefined)
  deepEqual([stage.machine.running, stage.agent.size, await stage.files.list('/agent/pods')], [0, 0, []])
  const { items } = await stage.cluster.resource<Event>('events').list()
  deepEqual(
    items.map(({ reason, involvedObject, source }) => [reason, involvedObject.fieldPath, source?.host]).slice(-4),
    ['Pulled', 'Created', 'Started', 'Killing'].map((reason) => [reason, 'spec.containers{app}', 'n1']),
  )
})

test('a pod that crashes backs off', async () => {
  await using stage = await openStage()
  await make(stage, pod('web', {}, { 'fake.muster.dev/runs-for': '1s', 'fake.muster.dev/exit-code': '3' }))
  await stage.advance(5)
  const crashed = await read(stage, 'web')
  const [status] = crashed?.status?.containerStatuses ?? []
  equal(status?.state?.waiting?.reason, 'CrashLoopBackOff')
  match(status?.state?.waiting?.message ?? '', /^back-off 10s restarting failed container=app pod=web_default\(/)
  deepEqual([status?.restartCount, status?.lastState?.terminated?.exitCode], [1, 3])
  equal(crashed?.status?.phase, 'Running')
  await stage.advance(10)
  equal((await read(stage, 'web'))?.status?.containerStatuses?.[0]?.restartCount, 2)
})

test('a config map that is missing, and then made; a volume of one that changes', async () => {
  await using stage = await openStage()
  const maps = stage.cluster.resource<ConfigMap>('configmaps')
  const map = (name: string, data: Record<string, string>): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: named(name),
    data,
  })
  const env = [{ name: 'MODE', valueFrom: { configMapKeyRef: { name: 'cfg', key: 'mode' } } }]
  await make(stage, pod('web', { containers: [{ name: 'app', image: 'host/app', env }] }))
  await stage.advance(1)
  deepEqual(waiting(await read(stage, 'web')), {
    reason: 'CreateContainerConfigError',
    message: 'configmap "cfg" not found',
  })
  await maps.create(map('cfg', { other: 'x' }))
  await stage.advance(11)
  equal(waiting(await read(stage, 'web'))?.message, "couldn't find key mode in ConfigMap default/cfg")
  await maps.update(map('cfg', { mode: 'fast' }))
  await stage.advance(11)
  equal(isReady(await read(stage, 'web')), 'True')

  const volumes = [{ name: 'config', configMap: { name: 'cfg' } }]
  await make(
    stage,
    pod('files', {
      volumes,
      containers: [{ name: 'app', image: 'host/app', volumeMounts: [{ name: 'config', mountPath: '/etc/app' }] }],
    }),
  )
  await stage.advance(1)
  const uid = (await read(stage, 'files'))?.metadata.uid
  const file = `/agent/pods/${uid}/volumes/kubernetes.io~configmap/config/mode`
  deepEqual(stage.files.look(file), { text: 'fast', mode: 0o644 })
  await maps.update(map('cfg', { mode: 'slow' }))
  await stage.advance(61)
  equal(stage.files.look(file)?.text, 'slow')
})

test('a pod has a token of its account, and a new one in time', async () => {
  await using stage = await openStage()
  const object = (kind: string, name: string, more = {}) => ({ apiVersion: 'v1', kind, metadata: named(name), ...more })
  await stage.cluster.apply(
    object('ServiceAccount', 'default'),
    object('ConfigMap', 'kube-root-ca.crt', { data: { 'ca.crt': 'the CA' } }),
  )
  await make(stage, pod('web', { automountServiceAccountToken: true }))
  await stage.advance(1)
  const made = await read(stage, 'web')
  equal(isReady(made), 'True')
  const volume = made?.spec?.volumes?.[0]?.name
  const place = `/agent/pods/${made?.metadata.uid}/volumes/kubernetes.io~projected/${volume}`
  equal(stage.files.look(`${place}/namespace`)?.text, 'default')
  equal(stage.files.look(`${place}/ca.crt`)?.text, 'the CA')
  const token = stage.files.look(`${place}/token`)?.text ?? ''
  const [, claims = ''] = token.split('.')
  equal(JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')))['kubernetes.io'].pod.uid, made?.metadata.uid)
})

for (const [way, by] of [
  ['forward', DAY],
  ['back', -DAY],
] as const)
  test(`a machine's clock that is set ${way} by a day ends nothing, hastens nothing and delays nothing`, async () => {
    await using stage = await openStage()
    const probe = { httpGet: { port: 80 }, periodSeconds: 1 }
    const app = { name: 'app', image: 'host/app' }
    await make(stage, pod('web', { containers: [{ ...app, livenessProbe: probe, readinessProbe: probe }] }))
    await make(stage, pod('goes', { terminationGracePeriodSeconds: 20 }, { 'fake.muster.dev/ends-in': '15s' }))
    await make(stage, pod('crashes', {}, { 'fake.muster.dev/runs-for': '1s', 'fake.muster.dev/exit-code': '1' }))
    await make(stage, pod('limited', { activeDeadlineSeconds: 60 }))
    await stage.advance(5)
    await stage.cluster.resource('pods').delete(named('goes'))
    await stage.advance(1)
    const restarts = async (name: string) => (await read(stage, name))?.status?.containerStatuses?.[0]?.restartCount
    const before = await restarts('crashes')
    equal(waiting(await read(stage, 'crashes'))?.reason, 'CrashLoopBackOff')
    stage.setClock(by)
    await stage.advance(2)
    deepEqual([await restarts('web'), isReady(await read(stage, 'web'))], [0, 'True'])
    equal(await restarts('crashes'), before, 'the time until it is tried again is what it was')
    ok(await read(stage, 'goes'), 'its grace is what it was')
    equal((await read(stage, 'limited'))?.status?.phase, 'Running')
    await make(stage, pod('new', { containers: [{ ...app, readinessProbe: probe }] }))
    await stage.advance(15)
    equal(await read(stage, 'goes'), undefined)
    equal(isReady(await read(stage, 'new')), 'True')
    ok(Number(await restarts('crashes')) > Number(before), 'it is tried again')
    await stage.advance(60)
    equal((await read(stage, 'limited'))?.status?.reason, 'DeadlineExceeded')
    deepEqual([await restarts('web'), isReady(await read(stage, 'web'))], [0, 'True'])
    const node = await stage.cluster.resource<Node>('nodes').get({ namespace: '', name: 'n1' })
    equal(node.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
  })

test('an image that is no program of this machine says what to do', async () => {
  await using stage = await openStage()
  await make(stage, pod('web', { containers: [{ name: 'app', image: 'nginx:1' }] }))
  await make(stage, pod('mapped', { containers: [{ name: 'app', image: 'shop/web:1' }] }))
  await stage.advance(1)
  const refused = waiting(await read(stage, 'web'))
  equal(refused?.reason, 'ErrImagePull')
  match(refused?.message ?? '', /use "host\/NAME" .* or map "nginx:1" to a command/)
  equal(isReady(await read(stage, 'mapped')), 'True')
  await stage.advance(3)
  equal(waiting(await read(stage, 'web'))?.reason, 'ImagePullBackOff')
})

test('readiness by annotation, and a liveness probe that gives up', async () => {
  await using stage = await openStage()
  const probe = { httpGet: { port: 80 }, periodSeconds: 1 }
  await make(
    stage,
    pod(
      'web',
      { containers: [{ name: 'app', image: 'host/app', readinessProbe: probe }] },
      { 'fake.muster.dev/ready-after': '4s' },
    ),
  )
  await make(
    stage,
    pod(
      'sick',
      { containers: [{ name: 'app', image: 'host/app', livenessProbe: probe }] },
      { 'fake.muster.dev/healthy-for': '3s' },
    ),
  )
  await stage.advance(2)
  equal(isReady(await read(stage, 'web')), 'False')
  await stage.advance(4)
  equal(isReady(await read(stage, 'web')), 'True')
  await stage.advance(2)
  ok(((await read(stage, 'sick'))?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1)
})

test('what runs keeps its address when its agent is another, whoever has come meanwhile', async () => {
  await using stage = await openStage()
  const probed = { containers: [{ name: 'app', image: 'host/app', readinessProbe: { tcpSocket: { port: 80 } } }] }
  for (const name of ['web', 'db']) await make(stage, pod(name, probed))
  await stage.advance(2)
  const addressOf = async (name: string) => (await read(stage, name))?.status?.podIP
  const before = [await addressOf('web'), await addressOf('db')]
  await stage.stopAgent()
  // They come first in every list, and nobody knows an address of theirs.
  for (const name of ['a', 'b']) await make(stage, pod(name, probed))
  await stage.startAgent()
  await stage.advance(15)
  deepEqual([await addressOf('web'), await addressOf('db')], before)
  equal(new Set([...before, await addressOf('a'), await addressOf('b')]).size, 4)
  for (const name of ['web', 'db', 'a', 'b']) equal(isReady(await read(stage, name)), 'True', name)
})

test('an agent that dies and comes back: nothing runs twice, what was missed is made up for', async () => {
  await using stage = await openStage()
  for (const name of ['stays', 'ends', 'goes', 'crashes']) await make(stage, pod(name))
  await stage.advance(1)
  const before = await read(stage, 'stays')
  const uidOf = async (name: string) => (await read(stage, name))?.metadata.uid ?? ''
  const crashed = { podUid: await uidOf('crashes'), container: 'app', attempt: 0 }
  await stage.stopAgent()
  await stage.cluster.resource('pods').delete(named('ends'))
  await stage.cluster.resource('pods').delete(named('goes'), { gracePeriodSeconds: 0 })
  ok(stage.machine.crash(crashed, 9))
  await make(stage, pod('new'))
  await stage.advance(5)
  equal(stage.machine.running, 3)
  await stage.startAgent()
  await stage.advance(1)
  equal((await read(stage, 'stays'))?.metadata.resourceVersion, before?.metadata.resourceVersion)
  equal(await read(stage, 'ends'), undefined)
  equal((await read(stage, 'crashes'))?.status?.containerStatuses?.[0]?.restartCount, 1)
  equal(isReady(await read(stage, 'new')), 'True')
  equal(stage.machine.running, 3)
  deepEqual(stage.machine.starts.length, new Set(stage.machine.starts).size)
})

test('an API that is away, restarts, and forgets: pods go on, and their status follows', async () => {
  await using stage = await openStage()
  await make(stage, pod('web'))
  await stage.advance(1)
  const uid = (await read(stage, 'web'))?.metadata.uid ?? ''
  stage.cluster.faults.refuse({ method: 'PATCH', path: '/pods/' }, { times: 5 })
  ok(stage.machine.crash({ podUid: uid, container: 'app', attempt: 0 }, 1))
  await stage.advance(2)
  equal(stage.machine.running, 1)
  await stage.advance(40)
  equal((await read(stage, 'web'))?.status?.containerStatuses?.[0]?.restartCount, 1)
  stage.cluster.faults.dropWatches()
  await stage.cluster.faults.compact()
  await stage.advance(40)
  await stage.cluster.resource('pods').delete(named('web'))
  await stage.advance(40)
  equal(await read(stage, 'web'), undefined)
  equal(stage.machine.starts.length, 2)
})

test('a hundred pods on one node are ready, and gone again', async () => {
  await using stage = await openStage()
  const names = Array.from({ length: 100 }, (_one, index) => `web-${index}`)
  await Promise.all(names.map((name) => make(stage, pod(name))))
  await stage.advance(2)
  const { items } = await stage.cluster.resource<Pod>('pods').list()
  equal(items.filter((one) => isReady(one) === 'True').length, 100)
  equal(new Set(items.map(({ status }) => status?.podIP)).size, 100)
  await Promise.all(names.map((name) => stage.cluster.resource('pods').delete(named(name))))
  await stage.advance(2)
  deepEqual([stage.machine.running, stage.agent.size], [0, 0])
})
