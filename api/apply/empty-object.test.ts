import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyObject } from './empty-object.ts'

test('what Go always writes is there before an object is created', () => {
  const deployment = emptyObject({ group: 'apps', version: 'v1' }, 'Deployment')
  assert.deepEqual(deployment, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {},
    spec: { selector: null, strategy: {}, template: { metadata: {}, spec: { containers: null } } },
    status: {},
  })
  assert.equal(emptyObject({ group: 'apps', version: 'v1' }, 'Deployment'), deployment)
  const custom = emptyObject({ group: 'example.com', version: 'v1' }, 'Widget')
  assert.deepEqual(custom, { apiVersion: 'example.com/v1', kind: 'Widget', metadata: {} })
})
