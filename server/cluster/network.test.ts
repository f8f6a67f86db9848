/** A logical cluster whose pods are processes of this machine, beside one whose nodes are elsewhere. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { simClock } from '@muster/sim/clock.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { rangeOf } from '../services/ranges.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { DEFAULT_NETWORK, loopbackNetwork } from './network.ts'

const LOCAL = loopbackNetwork(rangeOf('127.129.0.0/16'))

async function start() {
  const networkOf = (cluster: string) => (cluster === 'local' ? LOCAL : DEFAULT_NETWORK)
  const api = await openTestApi({ clock: simClock(), clusters: ['default', 'local'], networkOf })
  const send = askMuster(api)
  return async (cluster: string, method: string, path: string, object?: object) => {
    const body = object && new TextEncoder().encode(JSON.stringify(object))
    const headers = { 'content-type': 'application/json' }
    const answer = await send({ method, path: `/clusters/${cluster}${path}`, headers, identity: 'admin', body })
    return { status: answer.status, body: JSON.parse(String(answer.body)) }
  }
}

const SERVICES = '/api/v1/namespaces/default/services'
const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } }
const slice = (address: string) => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'web' },
  addressType: 'IPv4',
  endpoints: [{ addresses: [address] }],
  ports: [],
})
const endpoints = (ip: string) => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { name: 'web' },
  subsets: [{ addresses: [{ ip }] }],
})

test('services of each cluster have addresses of its own range, the API the first', async () => {
  const ask = await start()
  for (const [cluster, cidr, first, address] of [
    ['default', '10.96.0.0/16', '10.96.0.1', /^10\.96\./],
    ['local', '127.129.0.0/16', '127.129.0.1', /^127\.129\./],
  ] as const) {
    equal((await ask(cluster, 'GET', `${SERVICES}/kubernetes`)).body.spec.clusterIP, first)
    const networking = '/apis/networking.k8s.io/v1'
    deepEqual((await ask(cluster, 'GET', `${networking}/servicecidrs/kubernetes`)).body.spec.cidrs, [cidr])
    equal((await ask(cluster, 'GET', `${networking}/ipaddresses/${first}`)).status, 200)
    match((await ask(cluster, 'POST', SERVICES, service)).body.spec.clusterIP, address)
  }
})

test('an address of the loopback is an endpoint where pods are processes of this machine, and nowhere else', async () => {
  const ask = await start()
  for (const [path, object] of [
    ['/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', slice],
    ['/api/v1/namespaces/default/endpoints', endpoints],
  ] as const) {
    equal((await ask('local', 'POST', path, object('127.65.0.2'))).status, 201)
    const refused = await ask('default', 'POST', path, object('127.65.0.2'))
    equal(refused.status, 422)
    match(refused.body.message, /may not be in the loopback range/)
    const changed = await ask('local', 'PUT', `${path}/web`, object('127.65.0.3'))
    equal(changed.status, 200)
    equal((await ask('local', 'PUT', `${path}/web`, object('169.254.0.1'))).status, 422)
  }
})
