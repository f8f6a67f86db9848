import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const SERVICES = '/api/v1/namespaces/default/services'

const serviceNamed = (name: string, spec: object) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})

test('many at once ask for one port, and one gets it', async () => {
  const { api, ask } = await openAsk({ clock: systemClock })
  const asked = Array.from({ length: 8 }, (_, at) =>
    ask('POST', SERVICES, serviceNamed(`s${at}`, { type: 'NodePort', ports: [{ port: 80, nodePort: 31234 }] })),
  )
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort()
  deepEqual(statuses, [201, ...new Array(7).fill(422)])
  api.close()
})

test('an address is an object while a service has it, and is free again after', async () => {
  const { api, ask } = await openAsk({ clock: systemClock })
  const made = await ask('POST', SERVICES, serviceNamed('a', { clusterIP: '10.96.77.77' }))
  equal(made.status, 201)
  const path = '/apis/networking.k8s.io/v1/ipaddresses/10.96.77.77'
  deepEqual((await ask('GET', path)).body.spec.parentRef, { name: 'a', namespace: 'default', resource: 'services' })
  equal((await ask('POST', SERVICES, serviceNamed('b', { clusterIP: '10.96.77.77' }))).status, 422)
  equal((await ask('DELETE', `${SERVICES}/a`)).status, 200)
  equal((await ask('GET', path)).status, 404)
  equal((await ask('POST', SERVICES, serviceNamed('b', { clusterIP: '10.96.77.77' }))).status, 201)
  api.close()
})

test('endpoints go with the service whose name they have', async () => {
  const { api, ask } = await openAsk({ clock: systemClock })
  const endpoints = '/api/v1/namespaces/default/endpoints'
  equal((await ask('POST', SERVICES, serviceNamed('a', {}))).status, 201)
  equal((await ask('POST', endpoints, { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'a' } })).status, 201)
  equal((await ask('DELETE', `${SERVICES}/a`)).status, 200)
  equal((await ask('GET', `${endpoints}/a`)).status, 404)
  api.close()
})

test('a dry run takes nothing', async () => {
  const { api, ask } = await openAsk({ clock: systemClock })
  const body = serviceNamed('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 31234 }] })
  equal((await ask('POST', `${SERVICES}?dryRun=All`, body)).status, 201)
  equal((await ask('POST', SERVICES, body)).status, 201)
  api.close()
})

test('a service that waits to go keeps its address until it has gone', async () => {
  const { api, ask } = await openAsk({ clock: systemClock })
  const body = serviceNamed('a', { clusterIP: '10.96.77.77' })
  const held = { ...body, metadata: { name: 'a', finalizers: ['example.com/wait'] } }
  equal((await ask('POST', SERVICES, held)).status, 201)
  equal((await ask('DELETE', `${SERVICES}/a`)).status, 200)
  const path = '/apis/networking.k8s.io/v1/ipaddresses/10.96.77.77'
  equal((await ask('GET', path)).status, 200)
  const { body: waiting } = await ask('GET', `${SERVICES}/a`)
  delete waiting.metadata.finalizers
  equal((await ask('PUT', `${SERVICES}/a`, waiting)).status, 200)
  equal((await ask('GET', path)).status, 404)
  api.close()
})
