/** Webhooks over real TLS on loopback, asked by a real API in the same process. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '@muster/api/object.ts'
import type { Status } from '@muster/api/status.ts'
import { systemClock } from '@muster/base/system.ts'
import { bytesOf } from '@muster/client/answer.ts'
import { createCaller } from '@muster/client/http/post.ts'
import { makeServing, type Serving } from '../../auth/identities.ts'
import { openTestApi, type TestApi } from '../../testing/open-test-api.ts'

interface Asked {
  readonly path: string
  readonly query: string
  readonly request: Record<string, unknown> & {
    readonly uid: string
    readonly object: KubeObject
    readonly oldObject: KubeObject
    readonly operation: string
  }
}
type Answer = (asked: Asked, response: ServerResponse) => void

let api: TestApi
let serving: Serving
let server: Server
let port = 0
/** What each path of the webhook server does, and what it was asked. */
const answers = new Map<string, Answer>()
const asked: Asked[] = []

before(async () => {
  const making = { now: systemClock.now(), entropy: (count: number) => new Uint8Array(randomBytes(count)) }
  serving = await makeServing(['localhost', '127.0.0.1', 'hooks.tools.svc'], making)
  const { privateKey: key, certificate: cert } = serving.server
  server = createServer({ key, cert }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [path = '', query = ''] = (request.url ?? '').split('?')
      const one: Asked = { path, query, request: JSON.parse(Buffer.concat(chunks).toString('utf8')).request }
      if (path !== '/probe') asked.push(one)
      const answer = answers.get(path) ?? allow
      answer(one, response)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address ? address.port : 0
  const caller = createCaller()
  api = await openTestApi({
    clock: systemClock,
    // Endpoints may not be on loopback: the one address that the tests give leads there.
    callWebhook: (request) =>
      caller(request.connectTo?.host === '10.1.2.3' ? { ...request, connectTo: { host: '127.0.0.1', port } } : request),
  })
})

after(() => {
  server.closeAllConnections()
  server.close()
  api.close()
})

afterEach(async () => {
  for (const plural of ['mutating', 'validating']) {
    await ask('DELETE', `${CONFIGURATIONS}/${plural}webhookconfigurations`)
  }
  answers.clear()
  await delay(20) // Until they are forgotten.
  await ask('DELETE', MAPS)
  asked.length = 0
})

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'
const MAPS = '/api/v1/namespaces/default/configmaps'

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const [bare = '', query = ''] = path.split('?')
  const answered = await api.handle({
    method,
    path: bare,
    query: new URLSearchParams(query),
    headers: {
      authorization: `Bearer ${api.adminToken}`,
      'content-type': 'application/json',
      'user-agent': 'tester/1',
      ...headers,
    },
    body: body === undefined ? new Uint8Array(0) : Buffer.from(JSON.stringify(body)),
    signal: new AbortController().signal,
  })
  const value: KubeObject & Status = JSON.parse(Buffer.from(await bytesOf(answered)).toString('utf8'))
  return { status: answered.status, value, warnings: [answered.headers.warning ?? []].flat() }
}

const respond = (response: ServerResponse, body: object) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', ...body }))
}
const allow: Answer = ({ request: { uid } }, response) => respond(response, { response: { uid, allowed: true } })
const patching =
  (...operations: object[]): Answer =>
  ({ request: { uid } }, response) => {
    const patch = Buffer.from(JSON.stringify(operations)).toString('base64')
    respond(response, { response: { uid, allowed: true, patchType: 'JSONPatch', patch } })
  }

interface Wanted extends Record<string, unknown> {
  readonly path: string
}

const RULES = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }]
let configured = 0

/** Configures webhooks, each with the path that it is asked at, and waits until they are known. */
async function configure(kind: 'Mutating' | 'Validating', ...wanted: readonly Wanted[]): Promise<void> {
  const label = `p${++configured}`
  const clientConfig = (path: string) => ({
    url: `https://127.0.0.1:${port}${path}`,
    caBundle: Buffer.from(serving.authority.certificate).toString('base64'),
  })
  const usual = { admissionReviewVersions: ['v1'], sideEffects: 'None', rules: RULES, timeoutSeconds: 5 }
  const webhooks = wanted.map(({ path, ...more }) => ({
    ...usual,
    name: `${path.slice(1)}.hooks.test`,
    clientConfig: clientConfig(path),
    objectSelector: { matchExpressions: [{ key: 'probe', operator: 'DoesNotExist' }] },
    ...more,
  }))
  const probe = {
    ...usual,
    name: 'probe.hooks.test',
    clientConfig: clientConfig('/probe'),
    objectSelector: { matchLabels: { probe: label } },
  }
  let isKnown = false
  answers.set('/probe', (one, response) => {
    isKnown = true
    allow(one, response)
  })
  const created = await ask('POST', `${CONFIGURATIONS}/${kind.toLowerCase()}webhookconfigurations`, {
    metadata: { name: `hooks-${label}` },
    webhooks: [...webhooks, probe],
  })
  equal(created.status, 201, created.value.message)
  while (!isKnown) await ask('POST', `${MAPS}?dryRun=All`, map('probe', {}, { labels: { probe: label } }))
}

const map = (name: string, data: object = { a: '1' }, metadata: object = {}) => ({
  metadata: { name, ...metadata },
  data,
})

test('a webhook sees the whole question, and its refusal is what the client gets', async () => {
  answers.set('/no', ({ request: { uid } }, response) =>
    respond(response, {
      response: {
        uid,
        allowed: false,
        status: { code: 418, reason: 'Teapot', message: 'tea only', details: { name: 'x' } },
        warnings: ['it is late'],
      },
    }),
  )
  await configure('Validating', { path: '/no' })
  const { status, value, warnings } = await ask('POST', `${MAPS}?fieldManager=me`, map('web'))
  equal(status, 418)
  deepEqual(value, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'admission webhook "no.hooks.test" denied the request: tea only',
    reason: 'Teapot',
    details: { name: 'x' },
    code: 418,
  })
  deepEqual(warnings, ['299 - "it is late"'])
  const [{ query, request } = { query: '', request: undefined }] = asked
  equal(query, 'timeout=5s')
  const { uid, object, ...rest } = request ?? { uid: '', object: undefined }
  match(uid, /^\S+$/)
  equal(object?.metadata.namespace, 'default')
  equal(object?.apiVersion, 'v1')
  deepEqual(rest, {
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    resource: { group: '', version: 'v1', resource: 'configmaps' },
    requestKind: { group: '', version: 'v1', kind: 'ConfigMap' },
    requestResource: { group: '', version: 'v1', resource: 'configmaps' },
    name: 'web',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'admin', groups: ['system:masters', 'system:authenticated'] },
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1', fieldManager: 'me' },
  })
  equal((await ask('GET', `${MAPS}/web`)).status, 404)
})

test('updates and deletes show what was there', async () => {
  equal((await ask('POST', MAPS, map('web'))).status, 201)
  await configure('Validating', { path: '/look' })
  equal((await ask('PUT', `${MAPS}/web`, map('web', { a: '2' }))).status, 200)
  equal((await ask('DELETE', `${MAPS}/web`)).status, 200)
  deepEqual(
    asked.map(({ request }) => [request.operation, request.oldObject?.data, request.object?.data]),
    [
      ['UPDATE', { a: '1' }, { a: '2' }],
      ['DELETE', { a: '2' }, undefined],
    ],
  )
})

test('a patch is stored, with defaults, and no manager owns what it set', async () => {
  answers.set(
    '/add',
    patching(
      { op: 'add', path: '/metadata/labels', value: { by: 'hook' } },
      { op: 'add', path: '/data/b', value: '2' },
    ),
  )
  await configure('Mutating', { path: '/add' })
  const { status, value } = await ask('POST', MAPS, map('web'))
  equal(status, 201)
  deepEqual(value.data, { a: '1', b: '2' })
  deepEqual(value.metadata.labels, { by: 'hook' })
  deepEqual((await ask('GET', `${MAPS}/web`)).value, value)
  deepEqual(
    value.metadata.managedFields?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [['tester', { 'f:data': { '.': {}, 'f:a': {} } }]],
  )
})

test('managed fields that a webhook spoils are put back, with a warning', async () => {
  answers.set('/spoil', patching({ op: 'replace', path: '/metadata/managedFields', value: [{ operation: 'Apply' }] }))
  await configure('Mutating', { path: '/spoil' })
  const { value, warnings } = await ask('POST', MAPS, map('web'))
  equal(value.metadata.managedFields?.[0]?.manager, 'tester')
  match(warnings.join(), /managedFields was in an invalid state after admission/)
})

test('what a patch makes is validated and defaulted as if the client had sent it', async () => {
  const pods = [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }]
  const PODS = '/api/v1/namespaces/default/pods'
  const pod = {
    metadata: { name: 'web' },
    spec: { serviceAccountName: 'default', containers: [{ name: 'c', image: 'i' }] },
  }
  await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } })
  answers.set('/bad', patching({ op: 'add', path: '/spec/containers/-', value: { name: 'c', image: 'j' } }))
  await configure('Mutating', { path: '/bad', rules: pods, objectSelector: {} })
  const refused = await ask('POST', PODS, pod)
  equal(refused.value.message, 'Pod "web" is invalid: spec.containers[1].name: Duplicate value: "c"')
  answers.set('/bad', patching({ op: 'add', path: '/spec/containers/-', value: { name: 'd', image: 'j' } }))
  const { value } = await ask('POST', PODS, pod)
  const { containers } = value.spec as {
    containers: { name: string; imagePullPolicy: string; volumeMounts: object[] }[]
  }
  deepEqual(
    containers.map(({ name, imagePullPolicy }) => [name, imagePullPolicy]),
    [
      ['c', 'Always'],
      ['d', 'Always'],
    ],
  )
  // The server's own steps ran again: they gave the new container its token, too.
  equal(containers[1]?.volumeMounts.length, 1)
  answers.set('/bad', patching({ op: 'replace', path: '/spec/containers', value: 'none' }))
  match((await ask('POST', PODS, pod)).value.message ?? '', /^Internal error occurred: json: cannot unmarshal string/)
  answers.set('/bad', patching({ op: 'remove', path: '/spec/nothing' }))
  equal(
    (await ask('POST', PODS, pod)).value.message,
    "Internal error occurred: error in remove for path: '/spec/nothing': Unable to remove nonexistent key: nothing: missing value",
  )
  await ask('DELETE', `${PODS}/web?gracePeriodSeconds=0`)
})

test('a dry run asks only those without side effects', async () => {
  await configure('Validating', { path: '/none' }, { path: '/careful', sideEffects: 'NoneOnDryRun' })
  equal((await ask('POST', `${MAPS}?dryRun=All`, map('web'))).status, 201)
  deepEqual(
    asked.map(({ request }) => request.dryRun),
    [true, true],
  )
})

/** What a webhook may do wrong, and what the client is told where its failure counts. */
const TROUBLES: readonly (readonly [string, Answer, RegExp])[] = [
  [
    'answers no JSON',
    (_asked, response) => void response.end('hello'),
    /failed to call webhook: couldn't get version\/kind; json parse error: invalid character 'h'/,
  ],
  ['answers nothing', (_asked, response) => void response.end(), /0-length response with status code: 200/],
  [
    'answers 500',
    (_asked, response) => {
      response.writeHead(500, { 'content-type': 'text/plain' })
      response.end('oh no')
    },
    /failed to call webhook: an error on the server \("oh no"\) has prevented the request from succeeding/,
  ],
  [
    'answers 404',
    (_asked, response) => {
      response.statusCode = 404
      response.end()
    },
    /failed to call webhook: the server could not find the requested resource/,
  ],
  [
    'leads elsewhere',
    (_asked, response) => {
      response.writeHead(307, { location: '/probe' })
      response.end()
    },
    /the server responded with the status code 307 but did not return more information/,
  ],
  [
    'answers another question',
    (_asked, response) => respond(response, { response: { uid: 'other', allowed: true } }),
    /received invalid webhook response: expected response.uid="[^"]+", got "other"/,
  ],
  [
    'says no more than its kind',
    (_asked, response) => respond(response, {}),
    /received invalid webhook response: webhook response was absent/,
  ],
  [
    'speaks another version',
    ({ request: { uid } }, response) =>
      respond(response, { apiVersion: 'admission.k8s.io/v1beta1', response: { uid, allowed: true } }),
    /expected webhook response of admission.k8s.io\/v1, Kind=AdmissionReview, got admission.k8s.io\/v1beta1/,
  ],
  [
    'has no patch to give',
    patching({ op: 'add', path: '/data/b', value: '2' }),
    /validating webhook may not return response.patch/,
  ],
  [
    'breaks off',
    (_asked, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{')
      setTimeout(() => response.destroy(), 5)
    },
    /Post "https:\/\/127.0.0.1:\d+\/bad\?timeout=5s": (unexpected EOF|EOF|aborted|read tcp .* connection reset by peer)/,
  ],
  [
    'resets the connection',
    (_asked, response) => void response.socket?.destroy(),
    /Post "https:\/\/127.0.0.1:\d+\/bad\?timeout=5s": (EOF|read tcp .* connection reset by peer)/,
  ],
  [
    'answers without end',
    (_asked, response) => {
      const block = Buffer.alloc(1024 * 1024, 0x20)
      const more = () => {
        while (!response.destroyed && response.write(block));
        if (!response.destroyed) response.once('drain', more)
      }
      more()
    },
    /the answer is longer than 8388608 bytes/,
  ],
]

for (const [what, answer, why] of TROUBLES) {
  test(`a webhook that ${what}: Fail refuses, Ignore goes on`, async () => {
    answers.set('/bad', answer)
    await configure('Validating', { path: '/bad' })
    const { status, value } = await ask('POST', MAPS, map('web'))
    equal(status, 500)
    match(value.message ?? '', /^Internal error occurred: failed calling webhook "bad.hooks.test": /)
    match(value.message ?? '', why)
    await ask('DELETE', `${CONFIGURATIONS}/validatingwebhookconfigurations`)
    await configure('Validating', { path: '/bad', failurePolicy: 'Ignore' })
    equal((await ask('POST', MAPS, map('web'))).status, 201)
  })
}

test('a webhook that hangs is waited for as long as its configuration says', async () => {
  answers.set('/hang', () => {})
  await configure('Validating', { path: '/hang', timeoutSeconds: 1 })
  const begun = systemClock.elapsed()
  const { value } = await ask('POST', MAPS, map('web'))
  const took = systemClock.elapsed() - begun
  ok(took >= 990 && took < 3000, `took ${took} ms`)
  equal(
    value.message,
    `Internal error occurred: failed calling webhook "hang.hooks.test": failed to call webhook: Post "https://127.0.0.1:${port}/hang?timeout=1s": context deadline exceeded`,
  )
})

test('a certificate that nobody vouches for', async () => {
  const others = await makeServing(['localhost'], {
    now: systemClock.now(),
    entropy: (count: number) => new Uint8Array(randomBytes(count)),
  })
  const caBundle = Buffer.from(others.authority.certificate).toString('base64')
  const clientConfig = { url: `https://127.0.0.1:${port}/x`, caBundle }
  await configure('Validating', { path: '/stranger', clientConfig })
  match((await ask('POST', MAPS, map('web'))).value.message ?? '', /x509: certificate signed by unknown authority$/)
  deepEqual(asked, [])
})

test('nobody listens', async () => {
  const caBundle = Buffer.from(serving.authority.certificate).toString('base64')
  await configure('Validating', { path: '/gone', clientConfig: { url: 'https://127.0.0.1:1/x', caBundle } })
  match(
    (await ask('POST', MAPS, map('web'))).value.message ?? '',
    /failed to call webhook: Post "https:\/\/127.0.0.1:1\/x\?timeout=5s": dial tcp 127.0.0.1:1: connect: connection refused$/,
  )
})

const TOOLS = '/api/v1/namespaces/tools'

async function startService(name: string): Promise<void> {
  const spec = { selector: { app: name }, ports: [{ name: 'https', port: 8443, targetPort: 9443 }] }
  equal((await ask('POST', `${TOOLS}/services`, { metadata: { name }, spec })).status, 201)
}

async function startEndpoints(name: string): Promise<void> {
  const { status, value } = await ask('POST', '/apis/discovery.k8s.io/v1/namespaces/tools/endpointslices', {
    metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: 'https', port: 9443 }],
    endpoints: [
      { addresses: ['10.9.9.9'], conditions: { ready: false } },
      { addresses: ['10.1.2.3'], conditions: { ready: true } },
    ],
  })
  equal(status, 201, value.message)
}

test('a webhook behind a service is found by its endpoints, and known by its name', async () => {
  await ask('POST', '/api/v1/namespaces', { metadata: { name: 'tools' } })
  const caBundle = Buffer.from(serving.authority.certificate).toString('base64')
  const of = (name: string) => ({ service: { namespace: 'tools', name, path: '/served', port: 8443 }, caBundle })
  const messageOf = async () => (await ask('POST', MAPS, map('web'))).value.message ?? ''
  await configure('Validating', { path: '/served', clientConfig: of('hooks') })
  match(await messageOf(), /Post "https:\/\/hooks.tools.svc:8443\/served\?timeout=5s": service "hooks" not found$/)
  await startService('hooks')
  match(await messageOf(), /no endpoints available for service "hooks"$/)
  await startEndpoints('hooks')
  equal(await messageOf(), '')
  deepEqual(
    asked.map(({ path }) => path),
    ['/served'],
  )
  // Another service leads to the same server, whose certificate does not have its name.
  await startService('others')
  await startEndpoints('others')
  await configure('Validating', { path: '/others', clientConfig: of('others') })
  match(await messageOf(), /tls: failed to verify certificate: x509: .*others\.tools\.svc/)
  equal(asked.length, 2)
})

test('configurations of webhooks are shown to no webhook; definitions of custom resources are', async () => {
  const everything = [{ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }]
  answers.set('/no', ({ request: { uid } }, response) => respond(response, { response: { uid, allowed: false } }))
  await configure('Validating', { path: '/no', rules: everything })
  const definition = {
    metadata: { name: 'kettles.hooks.test' },
    spec: {
      group: 'hooks.test',
      scope: 'Namespaced',
      names: { plural: 'kettles', kind: 'Kettle' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  }
  const { status, value } = await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  equal(status, 400)
  equal(value.message, 'admission webhook "no.hooks.test" denied the request without explanation')
  equal((await ask('DELETE', `${CONFIGURATIONS}/validatingwebhookconfigurations`)).status, 200)
})
