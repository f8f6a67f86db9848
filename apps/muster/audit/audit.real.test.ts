/**
 * `muster up` as a process of its own, with a policy, a receiver and a webhook; a real kubectl writes, and what it wrote
 * is read back from the file, and from what was sent away.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { systemClock } from '@muster/base/system.ts'
import { makeServing, type Serving } from '@muster/server/auth/identities.ts'
import { needs } from '@muster/tools/real.ts'
import { type ApiProcess, startApi } from '../api-server/api-process.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { openLogFile } from './log-file.ts'

const kubectl = (await findKubectls()).at(-1)
const skip = needs('kubectl', kubectl !== undefined)

interface Told {
  readonly stage: string
  readonly level: string
  readonly verb: string
  readonly auditID: string
  readonly userAgent: string
  readonly sourceIPs: readonly string[]
  readonly user: { readonly username: string }
  readonly impersonatedUser?: { readonly username: string }
  readonly objectRef?: { readonly resource: string; readonly name?: string }
  readonly requestObject?: { readonly data?: object }
  readonly responseStatus?: { readonly code: number; readonly message?: string }
  readonly annotations: Readonly<Record<string, string>>
}

let home = ''
let serving: Serving
let outside: Server
let port = 0
let api: ApiProcess
const sent: { items: Told[]; authorization: string | undefined }[] = []

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    resources: [{ group: '', resources: [secrets] }]
  - level: Request
    verbs: [create, patch]
    resources: [{ group: '', resources: [configmaps] }]
`

before(async () => {
  if (skip) return
  home = mkdtempSync(join(tmpdir(), 'muster-audit-'))
  const making = { now: systemClock.now(), entropy: (count: number) => new Uint8Array(randomBytes(count)) }
  serving = await makeServing(['127.0.0.1'], making)
  outside = createServer({ key: serving.server.privateKey, cert: serving.server.certificate }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      if (request.url === '/events') {
        sent.push({ items: body.items, authorization: request.headers.authorization })
        response.end('{}')
        return
      }
      const { uid, object } = body.request
      const allowed = object.metadata.name !== 'refused'
      const patch = Buffer.from(JSON.stringify([{ op: 'add', path: '/data/by', value: 'hook' }])).toString('base64')
      const said = allowed
        ? { patchType: 'JSONPatch', patch, warnings: ['a hook was here'], auditAnnotations: { seen: 'yes' } }
        : { status: { message: 'not that name' } }
      const answer = { apiVersion: body.apiVersion, kind: body.kind, response: { uid, allowed, ...said } }
      response.end(JSON.stringify(answer))
    })
  })
  outside.listen(0, '127.0.0.1')
  await once(outside, 'listening')
  const address = outside.address()
  port = typeof address === 'object' && address ? address.port : 0
  writeFileSync(join(home, 'policy.yaml'), POLICY)
  const ca = Buffer.from(serving.authority.certificate).toString('base64')
  writeFileSync(
    join(home, 'receiver.yaml'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'r',
          cluster: { server: `https://127.0.0.1:${port}/events`, 'certificate-authority-data': ca },
        },
      ],
      users: [{ name: 'r', user: { token: 'let-me-in' } }],
      contexts: [{ name: 'r', context: { cluster: 'r', user: 'r' } }],
      'current-context': 'r',
    }),
  )
  api = await startApi(
    join(home, 'muster'),
    '--audit-policy-file',
    join(home, 'policy.yaml'),
    '--audit-webhook-config-file',
    join(home, 'receiver.yaml'),
  )
})

after(async () => {
  if (skip) return
  await api?.stop()
  outside?.closeAllConnections()
  outside?.close()
  rmSync(home, { recursive: true, force: true })
})

async function run(...words: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  try {
    return await promisify(execFile)(kubectl?.path ?? '', [...words], {
      env: { PATH: process.env.PATH, KUBECONFIG: api.kubeconfig, HOME: home },
    })
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    return { stdout, stderr }
  }
}

const logPath = () => join(home, 'muster', 'default', 'audit', 'audit.log')
const toldOf = (name: string): Told[] =>
  readFileSync(logPath(), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): Told => JSON.parse(line))
    .filter(({ objectRef }) => objectRef?.name === name)

test('what kubectl does is in the log, as the policy wants it', { skip }, async () => {
  match((await run('create', 'secret', 'generic', 'key', '--from-literal=password=hunter2')).stdout, /created/)
  match(
    (await run('create', 'configmap', 'plain', '--from-literal=a=b', '--as=admin', '--as-group=system:masters')).stdout,
    /created/,
  )
  await delay(200)
  const [secret, ...more] = toldOf('key')
  equal(more.length, 0)
  deepEqual([secret?.level, secret?.stage, secret?.verb], ['Metadata', 'ResponseComplete', 'create'])
  deepEqual(secret?.sourceIPs, ['127.0.0.1'])
  match(secret?.userAgent ?? '', /^kubectl/)
  equal(secret?.responseStatus?.code, 201)
  const [plain] = toldOf('plain')
  deepEqual(plain?.requestObject?.data, { a: 'b' })
  equal(plain?.impersonatedUser?.username, 'admin')
  ok(!readFileSync(logPath(), 'utf8').includes(Buffer.from('hunter2').toString('base64')))
  equal(statSync(logPath()).mode & 0o777, 0o600)
})

test('a webhook that kubectl configured has its say, and is in the log', { skip }, async () => {
  const configuration = join(home, 'hook.json')
  const webhook = {
    name: 'names.hooks.test',
    admissionReviewVersions: ['v1'],
    sideEffects: 'None',
    clientConfig: {
      url: `https://127.0.0.1:${port}/hook`,
      caBundle: Buffer.from(serving.authority.certificate).toString('base64'),
    },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
  }
  writeFileSync(
    configuration,
    JSON.stringify({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: 'names' },
      webhooks: [webhook],
    }),
  )
  match((await run('apply', '-f', configuration)).stdout, /names created/)
  await delay(200)
  const refused = await run('create', 'configmap', 'refused')
  equal(
    refused.stderr.trim(),
    'error: failed to create configmap: admission webhook "names.hooks.test" denied the request: not that name',
  )
  const created = await run('create', 'configmap', 'changed', '--from-literal=a=b', '-o', 'jsonpath={.data}')
  deepEqual(JSON.parse(created.stdout), { a: 'b', by: 'hook' })
  match(created.stderr, /Warning: a hook was here/)
  await delay(200)
  const [told] = toldOf('changed')
  equal(told?.annotations['names.hooks.test/seen'], 'yes')
  const place = 'webhook.admission.k8s.io/round_0_index_0'
  deepEqual(JSON.parse(told?.annotations[`mutation.${place}`] ?? '{}'), {
    configuration: 'names',
    webhook: 'names.hooks.test',
    mutated: true,
  })
  deepEqual(JSON.parse(told?.annotations[`patch.${place}`] ?? '{}').patch, [
    { op: 'add', path: '/data/by', value: 'hook' },
  ])
  match(toldOf('refused')[0]?.responseStatus?.message ?? '', /not that name/)
})

test('what waits is sent away before the server stops, and the log goes on after a restart', { skip }, async () => {
  equal(await api.stop(), 0)
  const names = sent.flatMap(({ items }) => items.map(({ objectRef }) => objectRef?.name))
  for (const name of ['key', 'plain', 'changed', 'refused']) ok(names.includes(name), `${name} was sent`)
  deepEqual([...new Set(sent.map(({ authorization }) => authorization))], ['Bearer let-me-in'])
  const before = readFileSync(logPath(), 'utf8')
  api = await startApi(join(home, 'muster'), '--audit-policy-file', join(home, 'policy.yaml'))
  await run('create', 'configmap', 'later')
  await delay(200)
  ok(readFileSync(logPath(), 'utf8').startsWith(before))
  equal(toldOf('later').length, 1)
})

test('a policy that cannot be used is told before anything starts', { skip }, async () => {
  writeFileSync(join(home, 'bad.yaml'), POLICY.replace('verbs:', 'verb:'))
  const started = startApi(join(home, 'other'), '--audit-policy-file', join(home, 'bad.yaml'))
  const error = await started.then(
    async (process) => {
      await process.stop()
      return undefined
    },
    (why: Error) => why,
  )
  match(error?.message ?? '', /bad\.yaml: .*rules\[1\]\.verb: .*there is no such field/)
})

test('a log that has grown is put aside, and of those the oldest go', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-audit-log-'))
  try {
    const path = join(directory, 'audit.log')
    const file = await openLogFile({ path, bytesMax: 100, backupsMax: 2, clock: systemClock })
    for (let count = 0; count < 10; count++) await file.write([`${count}`.repeat(59)])
    const names = readdirSync(directory).sort()
    equal(names.length, 3)
    equal(names.at(-1), 'audit.log')
    ok(names.slice(0, 2).every((name) => /^audit-\d{4}-\d\d-\d\dT[\d.-]+\.log$/.test(name)))
    // One line in each: a second would have made it too long.
    deepEqual(
      [...names]
        .sort((one, other) => (one === 'audit.log' ? 1 : other === 'audit.log' ? -1 : one < other ? -1 : 1))
        .map((name) => readFileSync(join(directory, name), 'utf8')[0]),
      ['7', '8', '9'],
    )
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
