import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { type DnsWorld, type Known, recordsOf } from './dns-names.ts'

const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  ...(spec ? { spec } : {}),
})
const ports = [{ name: 'http', port: 80 }, { port: 9 }, { name: 'dns', port: 53, protocol: 'UDP' }]
const services = [
  service('web', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1', 'fd00::1'], ports }),
  service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 1 }] }),
  service('nobody', { clusterIP: 'None' }),
  service('outside', { type: 'ExternalName', externalName: 'example.com.' }),
]
const slices: Record<string, readonly EndpointSlice[]> = {
  db: [
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'db-1', namespace: 'shop' },
      addressType: 'IPv4',
      ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
      endpoints: [
        { addresses: ['10.1.0.1'], hostname: 'db-0', conditions: { ready: true } },
        { addresses: ['10.1.0.2'] },
        { addresses: ['10.1.0.3'], hostname: 'db-2', conditions: { ready: false } },
      ],
    },
  ],
}
const world: DnsWorld = {
  service: (namespace, name) =>
    namespace === 'shop' ? services.find(({ metadata }) => metadata.name === name) : undefined,
  services: () => services,
  slicesOf: (_namespace, name) => slices[name] ?? [],
}

const a = (address: string) => ({ type: 'A', address })
const srv = (target: string, port: number) => ({ type: 'SRV', target, port })
const NONE = 'no such name'
const answers: readonly (readonly [name: string, known: Known | object])[] = [
  ['web.shop.svc.cluster.local', [a('10.0.0.1'), { type: 'AAAA', address: 'fd00::1' }]],
  ['WEB.Shop.svc.Cluster.Local.', [a('10.0.0.1'), { type: 'AAAA', address: 'fd00::1' }]],
  ['db.shop.svc.cluster.local', [a('10.1.0.1'), a('10.1.0.2')]],
  ['nobody.shop.svc.cluster.local', []],
  ['outside.shop.svc.cluster.local', [{ type: 'CNAME', target: 'example.com' }]],
  ['web.other.svc.cluster.local', NONE],
  ['missing.shop.svc.cluster.local', NONE],
  // Hosts of a service: by the name that an endpoint has, or by its address.
  ['db-0.db.shop.svc.cluster.local', [a('10.1.0.1')]],
  ['10-1-0-2.db.shop.svc.cluster.local', [a('10.1.0.2')]],
  ['db-2.db.shop.svc.cluster.local', NONE],
  ['db-7.db.shop.svc.cluster.local', NONE],
  // Ports that have names.
  ['_http._tcp.web.shop.svc.cluster.local', [srv('web.shop.svc.cluster.local', 80)]],
  ['_dns._udp.web.shop.svc.cluster.local', [srv('web.shop.svc.cluster.local', 53)]],
  ['_dns._tcp.web.shop.svc.cluster.local', NONE],
  ['_._tcp.web.shop.svc.cluster.local', NONE],
  ['_tcp.web.shop.svc.cluster.local', []],
  [
    '_sql._tcp.db.shop.svc.cluster.local',
    [srv('db-0.db.shop.svc.cluster.local', 5432), srv('10-1-0-2.db.shop.svc.cluster.local', 5432)],
  ],
  // What is between names is there, and has no records.
  ['cluster.local', []],
  ['svc.cluster.local', []],
  ['shop.svc.cluster.local', []],
  ['other.svc.cluster.local', NONE],
  ['what.cluster.local', NONE],
  ['a.b.c.d.shop.svc.cluster.local', NONE],
  ['dns-version.cluster.local', [{ type: 'TXT', text: '1.1.0' }]],
  ['10-9-8-7.shop.pod.cluster.local', [a('10.9.8.7')]],
  ['10-9-8.shop.pod.cluster.local', NONE],
  // Addresses.
  ['1.0.0.10.in-addr.arpa', [{ type: 'PTR', target: 'web.shop.svc.cluster.local' }]],
  ['1.0.1.10.in-addr.arpa', [{ type: 'PTR', target: 'db-0.db.shop.svc.cluster.local' }]],
  ['1.1.1.1.in-addr.arpa', 'not ours'],
  // Names of the world.
  ['example.com', 'not ours'],
  ['notcluster.local', 'not ours'],
]

describe('what is known under', () => {
  for (const [name, known] of answers) test(name, () => deepEqual(recordsOf(name, world), known))
})
