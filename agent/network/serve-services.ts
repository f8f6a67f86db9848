/** Keeps a forwarder true to the services and endpoints of a cluster, for as long as it runs. */
import type { KubeObject } from '@muster/api/object.ts'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { seconds } from '@muster/base/clock.ts'
import { causeOf } from '@muster/client/cause-of.ts'
import type { Client } from '@muster/client/client.ts'
import { createInformer, type InformerDeps } from '@muster/client/informer.ts'
import { ENDPOINT_SLICES, SERVICES } from '@muster/client/kubernetes.ts'
import type { Index } from '@muster/client/picture.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { workThrough } from '@muster/kernel/work-through.ts'
import type { Saying } from '../pod/memory.ts'
import type { DnsWorld } from './dns-names.ts'
import type { Forwarder, Trouble } from './forwarder.ts'
import { frontsOf, type Target } from './fronts.ts'
import { type HostNames, namesIn } from './names.ts'

/** What it stands on. */
export interface ServeServicesDeps extends InformerDeps {
  /** Of the cluster. */
  readonly client: Client
  readonly forwarder: Pick<Forwarder, 'addressOf' | 'set'>
  /** Says of a service that it cannot be reached, and why. */
  readonly events: { say(client: Client, about: KubeObject, saying: Saying): void }
  /** Addresses of the nodes on this machine: where ports of nodes are. */
  readonly nodes: readonly string[]
}

/** What pods are told of services. */
export interface ServiceNetwork {
  /** Resolves once every service that there was is served. */
  readonly ready: Promise<void>
  /** Resolves once it has stopped, after its signal. */
  readonly ended: Promise<void>
  /** Services that pods of a namespace are told of in their environment: its own, and the API's. */
  servicesOf(namespace: string): readonly Service[]
  /** Where a port of a service really is on this machine. */
  addressOf(address: string, port: number, protocol?: string): Target
  /** For the DNS of the cluster. */
  readonly names: DnsWorld
  namesIn(namespace: string): readonly HostNames[]
  /** Told when names may have changed, until the signal aborts. */
  onNames(handler: () => void, signal: AbortSignal): void
}

/** A port that somebody has may be free by then. */
const TRY_AGAIN_AFTER = seconds(30)

const BY_SERVICE: Index<EndpointSlice> = {
  name: 'service',
  valuesOf: ({ metadata }) => [`${metadata.namespace}/${metadata.labels?.['kubernetes.io/service-name'] ?? ''}`],
}

/** Serves until the signal aborts. */
export function serveServices(deps: ServeServicesDeps, signal: AbortSignal): ServiceNetwork {
  const { client, forwarder, nodes, clock } = deps
  const services = createInformer<Service>(client.resource(SERVICES), {}, deps)
  const slices = createInformer<EndpointSlice>(client.resource(ENDPOINT_SLICES), {}, deps)
  const queue = createWorkQueue(deps.random)
  const handlers = new Set<() => void>()
  let wake = () => {}
  const ask = (key: string) => {
    queue.add(key)
    wake()
    for (const handler of handlers) handler()
  }
  services.onChange((change) => {
    const { metadata } = change.change === 'deleted' ? change.previous : change.object
    ask(`${metadata.namespace}/${metadata.name}`)
  }, signal)
  slices.onChange((change) => {
    if (change.change !== 'added') for (const key of BY_SERVICE.valuesOf(change.previous)) ask(key)
    if (change.change !== 'deleted') for (const key of BY_SERVICE.valuesOf(change.object)) ask(key)
  }, signal)

  const look = async (key: string) => {
    const [namespace = '', name = ''] = key.split('/')
    const service = services.inCluster('').get({ namespace, name })
    const found = [...slices.inCluster('').by(BY_SERVICE, key)]
    const troubles = await forwarder.set(key, service ? frontsOf(service, found, nodes) : [])
    if (service) tell(service, troubles)
    return troubles.length > 0 ? { lookAgainAfter: TRY_AGAIN_AFTER } : ('succeeded' as const)
  }
  /** What each service was last said to lack. */
  const said = new Map<string, string>()
  const tell = (service: Service, troubles: readonly Trouble[]): void => {
    const uid = service.metadata.uid ?? ''
    const message = troubles.map(({ why }) => why).join('; ')
    if (said.get(uid) !== message && message !== '') {
      const about = client.because(causeOf(SERVICES, service))
      deps.events.say(about, service, { type: 'Warning', reason: 'NotForwarded', message })
    }
    if (message === '') said.delete(uid)
    else said.set(uid, message)
  }
  const running = [services.run(signal), slices.run(signal)]
  const work = workThrough({ queue, clock, workers: 4, look }, signal)
  const ready = Promise.all([services.synced(), slices.synced()]).then(async () => {
    wake = work.wake
    wake()
    await Promise.all([...services.list()].map(({ metadata }) => look(`${metadata.namespace}/${metadata.name}`)))
  })
  return {
    ready,
    ended: Promise.all([work.ended, ...running]).then(() => undefined),
    servicesOf: (namespace) =>
      [...services.list()].filter(
        ({ metadata }) =>
          metadata.namespace === namespace || (metadata.namespace === 'default' && metadata.name === 'kubernetes'),
      ),
    addressOf: (address, port, protocol) => forwarder.addressOf(address, port, protocol),
    names: {
      service: (namespace, name) => services.inCluster('').get({ namespace, name }),
      services: () => services.list(),
      slicesOf: (namespace, name) => slices.inCluster('').by(BY_SERVICE, `${namespace}/${name}`),
    },
    namesIn: (namespace) => namesIn(namespace, services.list(), slices.list()),
    onNames(handler, until) {
      if (until.aborted) return
      handlers.add(handler)
      until.addEventListener('abort', () => handlers.delete(handler), { once: true })
    },
  }
}
