/** A forwarder kept true to what an API says, also when its streams are cut. */
import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '@muster/api/types/core-v1.ts'
import { seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createEventRecorder } from '@muster/runtime/events.ts'
import { simClock } from '@muster/sim/clock.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { type Front, writeTarget } from './fronts.ts'
import { serveServices } from './serve-services.ts'

const slice = (addresses: readonly string[]) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name: 'http', port: 8080 }],
  endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
})
const web = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { clusterIP: '10.96.7.7', ports: [{ name: 'http', port: 80 }] },
}

test('services and endpoints that come, change and go are what the forwarder is told, and pods by name', async () => {
  await using cluster = await startTestServer({ time: 'virtual', controllers: false })
  const stop = new AbortController()
  const taken: string[] = []
  const told = new Map<string, readonly Front[]>()
  const forwarder = {
    addressOf: (address: string, port: number) => ({ address, port: port < 1024 ? port + 30_000 : port }),
    async set(service: string, fronts: readonly Front[]) {
      told.set(service, fronts)
      return taken.flatMap((why) => (service === 'default/web' ? { service, front: '', why } : []))
    },
  }
  const clock = simClock()
  const grounds = { clock, random: seededRandom(1), log: noLog }
  const events = createEventRecorder({ ...grounds, component: 'forwarder' })
  const deps = { ...grounds, client: cluster.client, forwarder, events, nodes: [] }
  const network = serveServices(deps, stop.signal)
  let changes = 0
  network.onNames(() => changes++, stop.signal)
  const settle = async () => {
    await cluster.settled()
    await clock.advance(seconds(2))
    await cluster.settled()
  }
  const targets = () =>
    told.get('default/web')?.map((front) => [writeTarget(front), front.targets.map(writeTarget).join()])

  await network.ready
  deepEqual(told.get('default/kubernetes')?.map(writeTarget), ['10.96.0.1:443'])
  await cluster.apply(web)
  await settle()
  deepEqual(targets(), [['10.96.7.7:80', '']])
  await cluster.apply(slice(['10.1.0.2']))
  await settle()
  deepEqual(targets(), [['10.96.7.7:80', '10.1.0.2:8080']])
  cluster.faults.dropWatches()
  await cluster.apply(slice(['10.1.0.2', '10.1.0.3']))
  await settle()
  deepEqual(targets(), [['10.96.7.7:80', '10.1.0.2:8080,10.1.0.3:8080']])
  deepEqual(
    network
      .namesIn('default')
      .map(({ names }) => names.at(-1))
      .sort(),
    ['kubernetes', 'web'],
  )
  deepEqual(
    network.servicesOf('elsewhere').map(({ metadata }) => metadata.name),
    ['kubernetes'],
  )
  deepEqual(network.addressOf('10.96.7.7', 80), { address: '10.96.7.7', port: 30_080 })
  const warnings = async () => {
    const { items } = await cluster.resource<Event>('events').list({ namespace: 'default' })
    return items.map(({ reason, message, involvedObject, count }) => [reason, message, involvedObject.name, count])
  }
  deepEqual(await warnings(), [])
  taken.push('cannot listen at 10.96.7.7:80: EADDRINUSE')
  for (const addresses of [['10.1.0.2'], ['10.1.0.2', '10.1.0.3']]) {
    await cluster.apply(slice(addresses))
    await settle()
  }
  deepEqual(await warnings(), [['NotForwarded', taken[0], 'web', 1]], 'it is said once')
  taken.pop()
  told.clear()
  await clock.advance(seconds(31))
  await cluster.settled()
  deepEqual(targets()?.length, 1, 'it is tried again, without a change')
  const before = changes
  await cluster.resource('services').delete({ namespace: 'default', name: 'web' })
  await settle()
  deepEqual([targets(), changes > before], [[], true])
  stop.abort()
  await network.ended
})
