import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { nameserversIn, resolverFile } from './resolver.ts'

const MACHINE =
  '# made by hand\nsearch old.example\nsearch corp.example .\nnameserver 192.0.2.53\n nameserver 192.0.2.54\noptions timeout:1 rotate\n'
const CLUSTER = '127.64.255.252'

const fileOf = (spec: Partial<PodSpec>, cluster: string | undefined = CLUSTER): readonly string[] | undefined => {
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', namespace: 'shop' },
    spec: { containers: [], ...spec },
  }
  const resolvers = cluster === '' ? { machine: MACHINE } : { cluster, machine: MACHINE }
  return resolverFile(pod, resolvers)?.trimEnd().split('\n')
}
const OF_CLUSTER = [
  'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example',
  `nameserver ${CLUSTER}`,
  'options ndots:5',
]

test('a pod asks the cluster, and the searches of the machine come last', () => {
  deepEqual(fileOf({}), OF_CLUSTER)
  deepEqual(fileOf({ dnsPolicy: 'ClusterFirst' }), OF_CLUSTER)
  deepEqual(fileOf({ dnsPolicy: 'ClusterFirstWithHostNet', hostNetwork: true }), OF_CLUSTER)
})

test('who asks for the machine’s has it as it is: by policy, on its network, or where the cluster has none', () => {
  equal(fileOf({ dnsPolicy: 'Default' }), undefined)
  equal(fileOf({ hostNetwork: true }), undefined)
  equal(fileOf({}, ''), undefined)
})

test('what a pod adds comes after, once; its options take the place of others', () => {
  const dnsConfig = {
    nameservers: ['192.0.2.99', CLUSTER],
    searches: ['svc.cluster.local', 'team.example.'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
  }
  deepEqual(fileOf({ dnsConfig }), [
    'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example team.example',
    `nameserver ${CLUSTER}`,
    'nameserver 192.0.2.99',
    'options ndots:2 edns0',
  ])
  deepEqual(fileOf({ dnsPolicy: 'None', dnsConfig }), [
    'search svc.cluster.local team.example',
    'nameserver 192.0.2.99',
    `nameserver ${CLUSTER}`,
    'options ndots:2 edns0',
  ])
  deepEqual(fileOf({ dnsPolicy: 'Default', dnsConfig: { options: [{ name: 'timeout', value: '5' }] } }), [
    'search corp.example',
    'nameserver 192.0.2.53',
    'nameserver 192.0.2.54',
    'options rotate timeout:5',
  ])
})

test('the resolvers of a machine', () => deepEqual(nameserversIn(MACHINE), ['192.0.2.53', '192.0.2.54']))
