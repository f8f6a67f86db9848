/** The audit log of an API in the same process, read back. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '@muster/api/caller.ts'
import type { Json, KubeObject } from '@muster/api/object.ts'
import { encodeObject, PROTOBUF_MEDIA_TYPE } from '@muster/api/protobuf/envelope.ts'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { bytesOf } from '@muster/client/answer.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import type { AuditEvent } from './event.ts'
import { readPolicy } from './policy.ts'
import type { Sink, SinkMode } from './sink.ts'

type Told = AuditEvent & { requestObject?: KubeObject; responseObject?: KubeObject & { items?: KubeObject[] } }

interface World {
  readonly policy: object
  readonly mode?: SinkMode
  /** What a sink that keeps nothing says. */
  readonly isKept?: () => boolean
  readonly callWebhook?: Caller
}

async function open({ policy, mode = 'batch', isKept, callWebhook }: World) {
  const told: Told[] = []
  const clock = simClock()
  let isOn = false
  const sink: Sink = {
    mode,
    put(line) {
      if (isOn) told.push(JSON.parse(line))
      return isKept && isOn ? Promise.resolve(isKept()) : undefined
    },
    close: async () => {},
  }
  const audit = () => ({
    policy: readPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', ...policy } as Json),
    sinks: [sink],
  })
  const api = await openTestApi({ clock, audit, ...(callWebhook ? { callWebhook } : {}) })
  isOn = true
  const ask = async (method: string, path: string, body?: object, more: Record<string, string> = {}) => {
    const [bare = '', query = ''] = path.split('?')
    const groups = more['impersonate-group']
    const response = await api.handle({
      method,
      path: bare,
      query: new URLSearchParams(query),
      headers: {
        authorization: `Bearer ${api.adminToken}`,
        'content-type': 'application/json',
        'user-agent': 'tester/1',
        'x-forwarded-for': '203.0.113.7',
        ...more,
      },
      headerLists: {
        ...(more['impersonate-user'] ? { 'impersonate-user': [more['impersonate-user']] } : {}),
        ...(groups ? { 'impersonate-group': [groups] } : {}),
      },
      remoteAddress: '::ffff:192.0.2.1',
      body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    return { response, text: Buffer.from(await bytesOf(response)).toString('utf8') }
  }
  return { api, clock, told, ask }
}

const SECRETS = '/api/v1/namespaces/default/secrets'
const SECRET = { metadata: { name: 'key' }, stringData: { password: 'hunter2' } }

test('a write at Metadata: who, what, from where and with what outcome, and nothing that was in it', async () => {
  const { told, ask } = await open({ policy: { rules: [{ level: 'Metadata' }] } })
  const { response } = await ask('POST', `${SECRETS}?fieldManager=me`, SECRET, { 'audit-id': 'my-own' })
  equal(response.headers['audit-id'], 'my-own')
  equal(told.length, 2)
  const [received, complete] = told
  const { requestReceivedTimestamp, stageTimestamp, ...rest } = complete ?? ({} as Told)
  match(requestReceivedTimestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  match(stageTimestamp, /Z$/)
  deepEqual(rest, {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: 'my-own',
    stage: 'ResponseComplete',
    requestURI: `${SECRETS}?fieldManager=me`,
    verb: 'create',
    user: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    sourceIPs: ['203.0.113.7', '192.0.2.1'],
    userAgent: 'tester/1',
    objectRef: { resource: 'secrets', namespace: 'default', name: 'key', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
  })
  equal(received?.stage, 'RequestReceived')
  equal(received?.responseStatus, undefined)
  ok(!JSON.stringify(told).includes('hunter2') && !JSON.stringify(told).includes('aHVudGVyMg'))
})

test('an id is made for a request that has none, and told to the client even where nothing is kept', async () => {
  const { told, ask } = await open({ policy: { rules: [{ level: 'None' }] } })
  const { response } = await ask('GET', SECRETS)
  match(String(response.headers['audit-id']), /^\S{8,}$/)
  deepEqual(told, [])
})

test('at RequestResponse both bodies are kept, without managed fields where the policy says so', async () => {
  const policy = { omitStages: ['RequestReceived'], rules: [{ level: 'RequestResponse', omitManagedFields: true }] }
  const { told, ask } = await open({ policy })
  await ask('POST', SECRETS, SECRET)
  await ask(
    'PATCH',
    `${SECRETS}/key`,
    { metadata: { labels: { a: 'b' } } },
    { 'content-type': 'application/merge-patch+json' },
  )
  await ask('GET', SECRETS)
  await ask('GET', `${SECRETS}/key`, undefined, { accept: PROTOBUF_MEDIA_TYPE })
  await ask('DELETE', `${SECRETS}/key`, { gracePeriodSeconds: 0 })
  const [created, patched, listed, read, deleted] = told
  deepEqual(created?.requestObject?.data, { password: 'aHVudGVyMg==' })
  equal(created?.responseObject?.metadata.name, 'key')
  ok(created?.responseObject?.metadata.uid)
  deepEqual(patched?.requestObject, { metadata: { labels: { a: 'b' } } })
  deepEqual(patched?.responseObject?.metadata.labels, { a: 'b' })
  equal(listed?.requestObject, undefined)
  equal(listed?.responseObject?.items?.length, 1)
  equal(read?.responseObject?.kind, 'Secret')
  equal(deleted?.requestObject?.kind, 'DeleteOptions')
  const { uid: _uid, ...details } = (deleted?.responseStatus?.details ?? {}) as Record<string, unknown>
  deepEqual(
    { ...deleted?.responseStatus, details },
    { metadata: {}, status: 'Success', details: { name: 'key', kind: 'secrets' }, code: 200 },
  )
  ok(!JSON.stringify(told).includes('managedFields'))
})

test('a body in protobuf is kept as JSON', async () => {
  const { api, told } = await open({ policy: { omitStages: ['RequestReceived'], rules: [{ level: 'Request' }] } })
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } }
  await api.handle({
    method: 'POST',
    path: '/api/v1/namespaces/default/configmaps',
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${api.adminToken}`, 'content-type': PROTOBUF_MEDIA_TYPE },
    body: encodeObject(object),
    signal: new AbortController().signal,
  })
  deepEqual(told[0]?.requestObject?.data, { b: 'c' })
  equal(told[0]?.responseObject, undefined)
})

test('a refusal says why; a client that is not known is told of by how it tried', async () => {
  const { told, ask } = await open({ policy: { omitStages: ['RequestReceived'], rules: [{ level: 'Metadata' }] } })
  await ask('GET', `${SECRETS}/none`)
  await ask('GET', SECRETS, undefined, { authorization: 'Bearer not-a-token' })
  await ask('GET', SECRETS, undefined, { 'impersonate-user': 'ada', 'impersonate-group': 'dev' })
  const [missing, stranger, other] = told
  deepEqual(missing?.responseStatus, {
    metadata: {},
    status: 'Failure',
    message: 'secrets "none" not found',
    reason: 'NotFound',
    details: { name: 'none', kind: 'secrets' },
    code: 404,
  })
  equal(stranger?.stage, 'ResponseStarted')
  deepEqual(stranger?.user, {})
  deepEqual(stranger?.responseStatus, {
    metadata: {},
    message: 'Authentication failed, attempted: bearer',
    code: 401,
  })
  equal(other?.user.username, 'admin')
  deepEqual(other?.impersonatedUser, { username: 'ada', groups: ['dev', 'system:authenticated'] })
  equal(other?.annotations?.['authorization.k8s.io/decision'], 'forbid')
  equal(other?.responseStatus?.code, 403)
})

test('a watch is told when it begins and when it ends', async () => {
  const { clock, told, ask } = await open({
    policy: { omitStages: ['RequestReceived'], rules: [{ level: 'RequestResponse' }] },
  })
  const watched = ask('GET', `${SECRETS}?watch=true&timeoutSeconds=5`)
  await clock.advance(seconds(1))
  deepEqual(
    told.map(({ stage, verb }) => [verb, stage]),
    [['watch', 'ResponseStarted']],
  )
  await clock.advance(seconds(5))
  await watched
  equal(told[1]?.stage, 'ResponseComplete')
  equal(told[1]?.responseObject, undefined)
})

test('an event that is too long goes without its bodies', async () => {
  const { told, ask } = await open({ policy: { omitStages: ['RequestReceived'], rules: [{ level: 'Request' }] } })
  const data = { text: 'x'.repeat(200_000) }
  await ask('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'long' }, data })
  equal(told[0]?.requestObject, undefined)
  equal(told[0]?.annotations?.['audit.k8s.io/truncated'], 'true')
})

test('a fault of ours is told as a panic', async () => {
  const { clock, told, ask } = await open({
    policy: { omitStages: ['RequestReceived'], rules: [{ level: 'Metadata' }] },
    callWebhook: () => {
      throw new TypeError('a mistake')
    },
  })
  const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['secrets'] }]
  const clientConfig = { url: 'https://hooks.test/' }
  await ask('POST', '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
    metadata: { name: 'a' },
    webhooks: [{ name: 'a.hooks.test', admissionReviewVersions: ['v1'], sideEffects: 'None', rules, clientConfig }],
  })
  await clock.advance(milliseconds(1))
  const { response } = await ask('POST', SECRETS, SECRET)
  equal(response.status, 500)
  const panic = told.at(-1)
  equal(panic?.stage, 'Panic')
  match(panic?.responseStatus?.message ?? '', /^APIServer panic'd: .*a mistake/)
})

test('under blocking-strict a request whose line cannot be kept is refused', async () => {
  let isKept = true
  const { ask } = await open({
    policy: { rules: [{ level: 'Metadata' }] },
    mode: 'blocking-strict',
    isKept: () => isKept,
  })
  equal((await ask('GET', SECRETS)).response.status, 200)
  isKept = false
  const { response, text } = await ask('POST', SECRETS, SECRET)
  equal(response.status, 500)
  match(text, /failed to store audit event/)
  isKept = true
  equal((await ask('GET', `${SECRETS}/key`)).response.status, 404)
})

test('what is counted has the names of Kubernetes', async () => {
  const { ask } = await open({ policy: { rules: [{ level: 'Metadata' }] } })
  await ask('GET', SECRETS)
  const { text } = await ask('GET', '/metrics')
  match(text, /^apiserver_audit_event_total \d+$/m)
  match(text, /^apiserver_audit_level_total\{level="Metadata"\} \d+$/m)
  match(text, /^# TYPE apiserver_audit_error_total counter$/m)
  match(text, /^apiserver_audit_requests_rejected_total 0$/m)
})
