/** The fleet as a part of `muster up`: member clusters whose nodes are agents in this process. */
import type { ImageMap } from '@muster/agent/container/image.ts'
import { createForwarder, type Forwarder } from '@muster/agent/network/forwarder.ts'
import { type ServiceNetwork, serveServices } from '@muster/agent/network/serve-services.ts'
import type { Endpoints, Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import type { StorageClass } from '@muster/api/types/storage-v1.ts'
import type { Client } from '@muster/client/client.ts'
import { ENDPOINT_SLICES, ENDPOINTS, STORAGE_CLASSES } from '@muster/client/kubernetes.ts'
import { LOCAL_PROVISIONER } from '@muster/packs/volumes/words.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import type { Part, PartDeps } from '../control-plane/part.ts'
import { text } from '../terminal/language.ts'
import { type EmbeddedNode, startNode } from './embedded-node.ts'
import { machineFacts } from './machine.ts'
import { type Member, nodesOf } from './members.ts'
import { nodeDirectory } from './node-directories.ts'
import { serveDns } from './serve-dns.ts'
import { sweepNodes } from './sweep.ts'

/** Below this, only root may listen. */
const LOWEST_PORT = 1024

/** A member that runs. */
interface Running {
  readonly nodes: readonly EmbeddedNode[]
  readonly forwarder: Forwarder
  stop(): Promise<void>
}

/** The members; `images` are what their nodes run besides programs of the host. */
export function fleetPart(
  members: readonly Member[],
  images: () => Promise<Readonly<Record<string, readonly string[]>>>,
): Part {
  return {
    name: 'fleet',
    title: text('member clusters', '成员集群'),
    async start(deps) {
      const map: ImageMap = Object.fromEntries(
        Object.entries(await images()).map(([name, command]) => [name, { command }]),
      )
      const running = await Promise.all(members.map((member) => startMember(member, map, deps)))
      const troubles = running.flatMap(({ forwarder }) => forwarder.troubles)
      const nodes = running.reduce((sum, one) => sum + one.nodes.length, 0)
      const names = members.map(({ cluster }) => cluster).join(' ')
      const count = text(`${members.length} clusters, ${nodes} nodes`, `${members.length} 个集群，${nodes} 个节点`)
      const worst = troubles[0] ? `; ${troubles[0].service}: ${troubles[0].why}` : ''
      return {
        state: troubles.length === 0 ? 'healthy' : 'degraded',
        detail: text(`${names}   ${count.en}${worst}`, `${names}   ${count.zh}${worst}`),
        fact: `${members.length} clusters, ${nodes} nodes`,
        async stop() {
          await Promise.all(running.map((one) => one.stop()))
        },
      }
    },
    async sweep(place, what) {
      await sweepNodes(place, what)
    },
  }
}

async function startMember(member: Member, images: ImageMap, deps: PartDeps): Promise<Running> {
  const { place, plane, clock, random, log } = deps
  const ranges = deps.ranges.get(member.cluster)
  if (!ranges) throw new TypeError(`broken promise: ${member.cluster} has addresses`)
  const client = plane.client.inCluster(member.cluster)
  await plane.serveAt(member.cluster, ranges.front)
  await publishApi(client, ranges.front, plane.port)
  await offerStorage(client)
  const isRoot = process.getuid?.() === 0
  const forwarder = createForwarder({ clock, log, lowestPort: isRoot ? 0 : LOWEST_PORT })
  const stop = new AbortController()
  const all = nodesOf(member)
  const nodes = all.map((_, at) => ranges.nodeAddress(at))
  const events = createEventRecorder({ clock, random, log, component: 'muster-forwarder' })
  const served = serveServices({ client, forwarder, events, nodes, clock, random, log }, stop.signal)
  const services = { ...served, servicesOf: (namespace: string) => served.servicesOf(namespace).map(asServed(served)) }
  const facts = await machineFacts(all.length)
  const dns = await serveDns(served.names, ranges.dns, { clock, log })
  const started = await Promise.all(
    all.map(async ({ name, zone }, at) => {
      const node = await startNode({
        clock,
        random,
        log,
        client: await plane.nodeClient(member.cluster, name),
        services,
        resolvers: dns.resolvers,
        images,
        facts: { ...facts, name, zone, region: member.region, addresses: [ranges.nodeAddress(at)], port: plane.port },
        range: ranges.nodeRange(at),
        directory: nodeDirectory(place, member.cluster, name),
      })
      plane.agents.put(member.cluster, name, node.agent)
      return node
    }),
  )
  return {
    nodes: started,
    forwarder,
    async stop() {
      await Promise.all(started.map((node) => node.stop()))
      stop.abort()
      await served.ended
      await dns.close()
      await forwarder.close()
    },
  }
}

/** A service with the ports that it really has on this machine: low ones may be others. */
const asServed =
  ({ addressOf }: Pick<ServiceNetwork, 'addressOf'>) =>
  (service: Service): Service => {
    const { clusterIP = '', ports = [] } = service.spec ?? {}
    const real = ports.map((port) => ({ ...port, port: addressOf(clusterIP, port.port, port.protocol).port }))
    return { ...service, spec: { ...service.spec, ports: real } }
  }

const MANAGER = 'muster-fleet'

/** Claims that ask for nothing in particular get a directory of the node that their pod goes to. */
async function offerStorage(client: Client): Promise<void> {
  const local: StorageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: LOCAL_PROVISIONER,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
  }
  const named = { why: 'pods of this cluster may keep files on its nodes' } as const
  await client.because(named).resource(STORAGE_CLASSES).apply(local, { fieldManager: MANAGER, force: true })
}

/** Says where the API is, as kube-apiserver does of itself: the service `kubernetes` leads there. */
async function publishApi(plane: Client, address: string, port: number): Promise<void> {
  const client = plane.because({ why: 'the API is served at an address of the cluster’s own' })
  const metadata = { name: 'kubernetes', namespace: 'default' }
  const ports = [{ name: 'https', port, protocol: 'TCP' }]
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata,
    subsets: [{ addresses: [{ ip: address }], ports }],
  }
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  }
  await client.resource(ENDPOINTS).apply(endpoints, { fieldManager: MANAGER, force: true })
  await client.resource(ENDPOINT_SLICES).apply(slice, { fieldManager: MANAGER, force: true })
}
