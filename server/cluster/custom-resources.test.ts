import { equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { simClock } from '@muster/sim/clock.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi } from '../testing/open-test-api.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

test('a definition whose objects are held by finalizers keeps no other from being served, and goes when they do', async () => {
  const clock = simClock()
  const api = await openTestApi({ clock })
  const ask = async (method: string, path: string, body?: object) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const { status, body: text } = await askMuster(api)({
      method,
      path,
      headers: { 'content-type': type },
      identity: 'admin',
      body: body && Buffer.from(JSON.stringify(body)),
    })
    return { status, text }
  }
  const isServed = async (group: string) =>
    (await ask('GET', `/apis/${group}/v1/namespaces/default/kettles`)).status === 200

  equal((await ask('POST', DEFINITIONS, kettles('held.test'))).status, 201)
  await clock.advance(seconds(1))
  const held = { apiVersion: 'held.test/v1', kind: 'Kettle', metadata: { name: 'one', finalizers: ['held.test/hot'] } }
  equal((await ask('POST', '/apis/held.test/v1/namespaces/default/kettles', held)).status, 201)
  equal((await ask('DELETE', `${DEFINITIONS}/kettles.held.test`)).status, 200)
  await clock.advance(seconds(1))

  const late = await ask('POST', '/apis/held.test/v1/namespaces/default/kettles', held)
  equal(late.status, 405)
  match(String(late.text), /create not allowed while custom resource definition is terminating/)

  equal((await ask('POST', DEFINITIONS, kettles('other.test'))).status, 201)
  await clock.advance(seconds(1))
  equal(await isServed('other.test'), true)

  const release = { metadata: { finalizers: null } }
  equal((await ask('PATCH', '/apis/held.test/v1/namespaces/default/kettles/one', release)).status, 200)
  await clock.advance(seconds(5))
  equal((await ask('GET', `${DEFINITIONS}/kettles.held.test`)).status, 404)
  equal(await isServed('held.test'), false)
  equal(await isServed('other.test'), true)
  api.close()
})

const kettles = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `kettles.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'kettles', singular: 'kettle', kind: 'Kettle', listKind: 'KettleList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
})
