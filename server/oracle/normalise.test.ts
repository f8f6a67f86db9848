import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type Json, verbOf } from './case.ts'
import { normaliser } from './normalise.ts'

const json = (...documents: readonly unknown[]) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: documents.map((document) => JSON.stringify(document)).join('\n'),
})
const bodyOf = (document: unknown): Json | undefined => normaliser()(json(document)).body

const UID = '0f8fad5b-d9cb-469f-a165-70867728950e'
const OTHER_UID = '7c9e6679-7425-40de-944b-e07fc1f90ae7'
const NOW = '2031-05-06T07:08:09Z'
const DATE = { name: 'Age', type: 'string' }

const TABLE: readonly (readonly [what: string, answered: unknown, normalised: Json])[] = [
  ['a uid', { uid: UID, other: OTHER_UID, again: UID }, { again: '{{uid:1}}', other: '{{uid:2}}', uid: '{{uid:1}}' }],
  ['a uid in a message', { message: `UID: ${UID}` }, { message: 'UID: {{uid:1}}' }],
  ['a uid in a key', { [`k:{"uid":"${UID}"}`]: {} }, { 'k:{"uid":"{{uid:1}}"}': {} }],
  ['a version', { metadata: { resourceVersion: '7' } }, { metadata: { resourceVersion: '{{version:1}}' } }],
  ['a version of nothing', { resourceVersion: '0' }, { resourceVersion: '0' }],
  ['an empty version', { resourceVersion: '' }, { resourceVersion: '' }],
  [
    'the version of a list',
    { items: [], metadata: { resourceVersion: '7', continue: 'abc' } },
    { items: [], metadata: { continue: '{{continue}}', resourceVersion: '{{listVersion}}' } },
  ],
  ['a time of a clock', { at: NOW, micro: '2031-05-06T07:08:09.123456Z' }, { at: '{{time}}', micro: '{{time}}' }],
  ['a time of a case', { at: '2024-01-01T00:00:00Z' }, { at: '2024-01-01T00:00:00Z' }],
  [
    'a name that was made up',
    { metadata: { generateName: 'a-', name: 'a-x2z4b' }, message: 'a-x2z4b is there' },
    { message: 'a-{{name:1}} is there', metadata: { generateName: 'a-', name: 'a-{{name:1}}' } },
  ],
  ['a name that was given', { generateName: 'a-', name: 'a-mine' }, { generateName: 'a-', name: 'a-mine' }],
  [
    'an address',
    { clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'] },
    { clusterIP: '{{clusterIP:1}}', clusterIPs: ['{{clusterIP:1}}'] },
  ],
  ['no address', { clusterIP: 'None' }, { clusterIP: 'None' }],
  ['a port', { nodePort: 30123, port: 80 }, { nodePort: '{{nodePort:1}}', port: 80 }],
  ['a token', { token: 'eyJh.eyJz.c2ln' }, { token: '{{token}}' }],
  [
    'managers in the order of their seconds',
    {
      managedFields: [
        { manager: 'b', operation: 'Update' },
        { manager: 'a', operation: 'Update' },
      ],
    },
    {
      managedFields: [
        { manager: 'a', operation: 'Update' },
        { manager: 'b', operation: 'Update' },
      ],
    },
  ],
  [
    'the order of rules that are gathered',
    { resourceRules: [{ verbs: ['get'] }, { verbs: ['any'] }], incomplete: false },
    { incomplete: false, resourceRules: [{ verbs: ['any'] }, { verbs: ['get'] }] },
  ],
  [
    'the age in a table',
    { kind: 'Table', columnDefinitions: [{ name: 'Name' }, DATE], rows: [{ cells: ['5s', '5s'] }] },
    { kind: 'Table', columnDefinitions: [{ name: 'Name' }, DATE], rows: [{ cells: ['5s', '{{age}}'] }] },
  ],
  [
    'restarts in a table',
    { kind: 'Table', columnDefinitions: [{ name: 'Restarts' }], rows: [{ cells: ['3 (2y40d ago)'] }] },
    { kind: 'Table', columnDefinitions: [{ name: 'Restarts' }], rows: [{ cells: ['3 ({{age}} ago)'] }] },
  ],
]

for (const [what, answered, normalised] of TABLE) {
  test(`normalising replaces ${what} as it should`, () => deepEqual(bodyOf(answered), normalised))
}

test('a number stands for the same value through all answers of a case', () => {
  const normalise = normaliser()
  normalise(json({ uid: UID }))
  deepEqual(normalise(json({ a: OTHER_UID, b: UID })).body, { a: '{{uid:2}}', b: '{{uid:1}}' })
})

test('normalising what is normalised changes nothing', () => {
  for (const [, answered] of TABLE) {
    const once = bodyOf(answered)
    deepEqual(bodyOf(once), once)
  }
})

test('a watch is a list of events, whose bookmarks count only at the end of the initial ones', () => {
  const object = { kind: 'ConfigMap', metadata: { resourceVersion: '5' } }
  const bookmark = (annotations: object) => ({
    type: 'BOOKMARK',
    object: { metadata: { resourceVersion: '9', annotations } },
  })
  const last = bookmark({ 'k8s.io/initial-events-end': 'true' })
  deepEqual(normaliser()(json({ type: 'ADDED', object }, bookmark({}), last)).events, [
    { object: { kind: 'ConfigMap', metadata: { resourceVersion: '{{version:1}}' } }, type: 'ADDED' },
    {
      object: {
        metadata: { annotations: { 'k8s.io/initial-events-end': 'true' }, resourceVersion: '{{listVersion}}' },
      },
      type: 'BOOKMARK',
    },
  ])
})

test('headers are kept when clients act upon them', () => {
  const headers = { 'content-type': 'text/plain', date: 'today', etag: '"abc"', warning: ['299 - "a"', '299 - "b"'] }
  deepEqual(normaliser()({ status: 200, headers, body: 'ok' }), {
    status: 200,
    headers: { 'content-type': 'text/plain', etag: '{{hash}}', warning: ['299 - "a"', '299 - "b"'] },
    text: 'ok',
  })
})

const APPLY = { 'content-type': 'application/apply-patch+yaml' }
const AS_TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }

test('a request is counted by what it does', () => {
  const verbs: readonly (readonly [method: string, path: string, headers: Record<string, string>, verb: string])[] = [
    ['GET', '/api/v1/namespaces/n/pods', {}, 'list'],
    ['GET', '/api/v1/namespaces/n/pods/p', {}, 'get'],
    ['GET', '/api/v1/namespaces/n/pods/p/log', {}, 'get log'],
    ['GET', '/api/v1/namespaces', {}, 'list'],
    ['GET', '/api/v1/namespaces/n', {}, 'get'],
    ['PUT', '/api/v1/namespaces/n/finalize', {}, 'update finalize'],
    ['GET', '/apis/apps/v1/deployments?watch=1', {}, 'watch'],
    ['GET', '/api/v1/watch/namespaces/n/pods', {}, 'watch'],
    ['GET', '/api/v1/nodes', AS_TABLE, 'table'],
    ['GET', '/api/v1/nodes?watch=true', AS_TABLE, 'watch table'],
    ['PATCH', '/api/v1/nodes/n/status', APPLY, 'apply status'],
    ['PATCH', '/api/v1/nodes/n', {}, 'patch'],
    ['POST', '/api/v1/namespaces/n/pods/p/eviction', {}, 'create eviction'],
    ['DELETE', '/api/v1/nodes', {}, 'deletecollection'],
    ['GET', '/livez', {}, 'path'],
    ['GET', '/apis/apps/v1', {}, 'path'],
  ]
  for (const [method, path, headers, verb] of verbs) equal(verbOf({ method, path, headers }), verb, `${method} ${path}`)
})
