/** Where services are, which targets they have, and what they are called. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointConditions, EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { CLIENTS_MAX, createBalancer } from './balance.ts'
import { type Front, frontsOf } from './fronts.ts'
import { hostsFile, namesIn } from './names.ts'

const service = (spec: Service['spec'], name = 'web', namespace = 'shop'): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { clusterIP: '127.129.0.9', clusterIPs: ['127.129.0.9'], ...spec },
})

const slice = (endpoints: Record<string, EndpointConditions>, port = 8080, name = 'http'): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  addressType: 'IPv4',
  ports: [{ name, port, protocol: 'TCP' }],
  endpoints: Object.entries(endpoints).map(([address, conditions]) => ({ addresses: [address], conditions })),
})

const http = { ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }
const targetsOf = (slices: EndpointSlice[]) =>
  frontsOf(service(http), slices, [])[0]?.targets.map(({ address }) => address)

test('ready endpoints are targets, whatever slice they are in; those that say nothing are ready', () => {
  const [front] = frontsOf(service(http), [slice({ '127.65.0.3': {}, '127.65.0.2': { ready: true } })], [])
  deepEqual(front, {
    address: '127.129.0.9',
    port: 80,
    protocol: 'TCP',
    targets: [
      { address: '127.65.0.2', port: 8080 },
      { address: '127.65.0.3', port: 8080 },
    ],
  })
  deepEqual(targetsOf([slice({ '127.65.0.2': { ready: true } }), slice({ '127.65.1.2': { ready: true } })]), [
    '127.65.0.2',
    '127.65.1.2',
  ])
  deepEqual(targetsOf([slice({ '127.65.0.2': { ready: true } }, 9090, 'metrics')]), [])
})

test('endpoints on their way out are targets only when there is nobody else, and only while they serve', () => {
  const leaving = { ready: false, serving: true, terminating: true }
  const dead = { ready: false, serving: false, terminating: true }
  deepEqual(targetsOf([slice({ '127.65.0.2': leaving, '127.65.0.3': { ready: true } })]), ['127.65.0.3'])
  deepEqual(targetsOf([slice({ '127.65.0.2': leaving, '127.65.0.3': dead })]), ['127.65.0.2'])
  deepEqual(targetsOf([slice({ '127.65.0.3': dead })]), [])
})

test('a port of the nodes is at every node of the machine; a name or no address has no front', () => {
  const ports = [{ name: 'http', port: 80, nodePort: 30080 }]
  const fronts = frontsOf(service({ type: 'NodePort', ports }), [], ['127.65.0.1', '127.65.1.1'])
  deepEqual(
    fronts.map(({ address, port }) => `${address}:${port}`),
    ['127.129.0.9:80', '127.65.0.1:30080', '127.65.1.1:30080'],
  )
  deepEqual(frontsOf(service({ ...http, clusterIP: 'None', clusterIPs: ['None'] }), [], []), [])
  deepEqual(frontsOf(service({ type: 'ExternalName', externalName: 'example.com' }), [], []), [])
})

const front = (more: Partial<Front> = {}): Front => ({
  address: '127.129.0.9',
  port: 80,
  protocol: 'TCP',
  targets: ['a', 'b', 'c'].map((address) => ({ address, port: 1 })),
  ...more,
})

test('targets take turns; a client with affinity stays with the one that served it, until that is over or gone', () => {
  const balancer = createBalancer()
  const first = (of: Front, client: string, at: number) => balancer.order(of, client, seconds(at))[0]
  deepEqual(
    [1, 2, 3, 4].map(() => first(front(), 'x', 0)?.address),
    ['a', 'b', 'c', 'a'],
  )
  equal(balancer.order(front(), 'x', seconds(0)).length, 3)
  const sticky = front({ affinitySeconds: 60 })
  const target = first(sticky, 'x', 0)
  if (target) balancer.served(sticky, 'x', target, seconds(0))
  for (const at of [1, 30, 59]) deepEqual(first(sticky, 'x', at), target)
  deepEqual([first(sticky, 'x', 61), first(sticky, 'x', 61)].filter((one) => one === target).length < 2, true)
  const without = front({ affinitySeconds: 60, targets: sticky.targets.filter((one) => one !== target) })
  equal(without.targets.includes(first(without, 'x', 1) ?? { address: '', port: 0 }), true)
  deepEqual(balancer.order(front({ targets: [] }), 'x', seconds(0)), [])
})

const counted = (weights: Readonly<Record<string, number>>, connections: number) => {
  const balancer = createBalancer()
  const targets = Object.entries(weights).map(([address, weight]) => ({ address, port: 1, weight }))
  const orders = Array.from({ length: connections }, () => balancer.order(front({ targets }), 'x', seconds(0)))
  const firsts = orders.map(([first]) => first?.address ?? '')
  return { firsts, orders, counts: Object.keys(weights).map((name) => firsts.filter((one) => one === name).length) }
}

test('targets get as many connections as they weigh, as evenly as can be', () => {
  const { firsts, counts } = counted({ old: 100, older: 100, canary: 10 }, 420)
  deepEqual(counts, [200, 200, 20])
  const gaps = firsts
    .flatMap((one, at) => (one === 'canary' ? [at] : []))
    .map((at, place, all) => at - (all[place - 1] ?? at - 21))
  deepEqual(gaps, Array(20).fill(21), 'none of them come together')
  deepEqual(counted({ a: 1000, b: 1000 }, 4).firsts, ['a', 'b', 'a', 'b'])
})

test('a target of no weight gets a connection when nobody else answers, and its part when all weigh nothing', () => {
  const { counts, orders } = counted({ canary: 0, old: 100, older: 50 }, 30)
  deepEqual(counts, [0, 20, 10])
  deepEqual([...new Set(orders.map((order) => order.at(-1)?.address))], ['canary'])
  deepEqual(counted({ a: 0, b: 0 }, 4).counts, [2, 2])
})

test('a slice tells what its endpoints weigh', () => {
  const weighing = (address: string, weight: string) => ({
    ...slice({ [address]: {} }),
    metadata: { name: address, namespace: 'shop', annotations: { 'muster.dev/weight': weight } },
  })
  const slices = [weighing('127.65.0.2', '10'), weighing('127.65.0.3', 'ten'), weighing('127.65.0.4', '9999')]
  deepEqual(frontsOf(service(http), slices, [])[0]?.targets, [
    { address: '127.65.0.2', port: 8080, weight: 10 },
    { address: '127.65.0.3', port: 8080 },
    { address: '127.65.0.4', port: 8080, weight: 1000 },
  ])
})

test('however many clients come, only so many are remembered', () => {
  const balancer = createBalancer()
  const sticky = front({ affinitySeconds: 60 })
  const [a, b] = sticky.targets
  if (!a || !b) throw new Error('two targets')
  balancer.served(sticky, 'first', b, 0 as Duration)
  for (let client = 0; client < CLIENTS_MAX; client++) balancer.served(sticky, `${client}`, a, 0 as Duration)
  // Forgotten, so it is its turn that counts: the first of all.
  deepEqual(balancer.order(sticky, 'first', 0 as Duration)[0], a)
})

test('names are those of DNS in a cluster: short ones within the namespace, those of pods by their hostnames', () => {
  const database = service({ clusterIP: 'None', clusterIPs: ['None'] }, 'db')
  const pods: EndpointSlice = {
    ...slice({}),
    metadata: { name: 'db-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'db' } },
    endpoints: [
      { addresses: ['127.65.0.7'], hostname: 'db-0', conditions: { ready: true } },
      { addresses: ['127.65.0.8'], hostname: 'db-1', conditions: { ready: false } },
    ],
  }
  const all = [service(http), database, service({ ...http, clusterIP: '127.129.0.8' }, 'bank', 'money')]
  deepEqual(namesIn('shop', all, [pods]), [
    { address: '127.129.0.8', names: ['bank.money.svc.cluster.local', 'bank.money.svc', 'bank.money'] },
    {
      address: '127.65.0.7',
      names: ['db-0.db.shop.svc.cluster.local', 'db-0.db.shop.svc', 'db-0.db.shop', 'db-0.db'],
    },
    { address: '127.129.0.9', names: ['web.shop.svc.cluster.local', 'web.shop.svc', 'web.shop', 'web'] },
  ])
  equal(
    hostsFile([{ address: '127.129.0.9', names: ['web', 'web.shop'] }]),
    '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n127.129.0.9\tweb web.shop\n',
  )
})
