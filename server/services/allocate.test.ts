import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { defaultService } from '@muster/api/builtin/core/service/defaults.ts'
import { readRange } from '@muster/api/ip-address.ts'
import type { Service, ServiceSpec } from '@muster/api/types/core-v1.ts'
import { seededRandom } from '@muster/base/random.ts'
import { type AllocationDeps, allocateService, claimsOf } from './allocate.ts'
import { DEFAULT_RANGES, type ServiceRanges } from './ranges.ts'

const serviceOf = (spec: ServiceSpec): Service => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'a', namespace: 'n' },
    spec: structuredClone(spec),
  }
  defaultService(service)
  return service
}

const depsWith = (taken: readonly string[] = [], ranges: ServiceRanges = DEFAULT_RANGES): AllocationDeps => ({
  ranges,
  random: seededRandom(7),
  isTaken: async ({ name }) => taken.includes(name),
})

const http = { ports: [{ port: 80 }] }

test('a service is given an address, and claims it', async () => {
  const service = serviceOf(http)
  const { claims, releases } = await allocateService(depsWith(), service)
  const { clusterIP = '', clusterIPs, ipFamilies, ipFamilyPolicy } = service.spec ?? {}
  ok(/^10\.96\./.test(clusterIP))
  deepEqual(clusterIPs, [clusterIP])
  deepEqual([ipFamilies, ipFamilyPolicy], [['IPv4'], 'SingleStack'])
  deepEqual(claims, [{ claim: 'address', name: clusterIP }])
  deepEqual(releases, [])
})

test('what is asked for is given, unless somebody has it or nobody can', async () => {
  const asked = serviceOf({ ...http, clusterIP: '10.96.0.10' })
  deepEqual((await allocateService(depsWith(), asked)).claims, [{ claim: 'address', name: '10.96.0.10' }])
  await rejects(allocateService(depsWith(['10.96.0.10']), serviceOf({ ...http, clusterIP: '10.96.0.10' })), {
    message:
      'Service "a" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  })
  await rejects(allocateService(depsWith(), serviceOf({ ...http, clusterIP: '10.1.1.1' })), {
    message:
      'Service "a" is invalid: spec.clusterIPs: Invalid value: ["10.1.1.1"]: failed to allocate IP 10.1.1.1: the provided IP (10.1.1.1) is not in the valid range. The range of valid IPs is 10.96.0.0/16',
  })
  const port = (nodePort: number) => serviceOf({ type: 'NodePort', ports: [{ port: 80, nodePort }] })
  await rejects(allocateService(depsWith(['31000']), port(31000)), {
    message: 'Service "a" is invalid: spec.ports[0].nodePort: Invalid value: 31000: provided port is already allocated',
  })
  await rejects(allocateService(depsWith(), port(99)), {
    message:
      'Service "a" is invalid: spec.ports[0].nodePort: Invalid value: 99: provided port is not in the valid range. The range of valid ports is 30000-32767',
  })
})

test('every port of every node is one of its own, but that two protocols share one', async () => {
  const service = serviceOf({
    type: 'NodePort',
    ports: [
      { name: 'a', port: 80 },
      { name: 'b', port: 81 },
      { name: 'c', port: 80, protocol: 'UDP' },
    ],
  })
  const { claims } = await allocateService(depsWith(), service)
  const [one, two, three] = (service.spec?.ports ?? []).map(({ nodePort }) => nodePort)
  equal(one, three)
  notEqual(one, two)
  equal(claims.filter(({ claim }) => claim === 'port').length, 2)
})

test('a range is used to its last', async () => {
  const range = readRange('10.0.0.0/29')
  ok(range)
  const ranges: ServiceRanges = { addresses: { IPv4: range }, ports: { first: 30000, last: 30001 } }
  const taken: string[] = []
  for (let given = 0; given < 6; given++) {
    const service = serviceOf(http)
    await allocateService(depsWith(taken, ranges), service)
    taken.push(service.spec?.clusterIP ?? '')
  }
  equal(new Set(taken).size, 6)
  await rejects(allocateService(depsWith(taken, ranges), serviceOf(http)), /range is full/)
})

test('a service without a head has no address, and both families', async () => {
  const service = serviceOf({ ...http, clusterIP: 'None' })
  deepEqual((await allocateService(depsWith(), service)).claims, [])
  deepEqual([service.spec?.ipFamilies, service.spec?.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack'])
})

test('an update keeps what was given, and a change of type lets it go', async () => {
  const old = serviceOf({ type: 'NodePort', ...http })
  await allocateService(depsWith(), old)
  const same = serviceOf({ type: 'NodePort', ...http })
  deepEqual(await allocateService(depsWith(), same, old), { claims: [], releases: [] })
  equal(same.spec?.clusterIP, old.spec?.clusterIP)
  equal(same.spec?.ports?.[0]?.nodePort, old.spec?.ports?.[0]?.nodePort)
  const inside = serviceOf({ ...old.spec, type: 'ClusterIP' })
  deepEqual((await allocateService(depsWith(), inside, old)).releases, claimsOf(old).slice(1))
  const elsewhere = serviceOf({ ...old.spec, type: 'ExternalName', externalName: 'example.com' })
  deepEqual((await allocateService(depsWith(), elsewhere, old)).releases, claimsOf(old))
})

test('a balancer that must know where pods are has a port for that', async () => {
  const service = serviceOf({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', ...http })
  const { claims } = await allocateService(depsWith(), service)
  ok(service.spec?.healthCheckNodePort)
  equal(claims.length, 3)
})
