import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiResponse } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { openTestApi, type TestApi } from '../../testing/open-test-api.ts'

const POLICIES = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const BINDINGS = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const MAPS = '/api/v1/namespaces/default/configmaps'

interface Answer {
  readonly status: number
  readonly message: string
  readonly reason: string
  readonly warnings: string
}

async function ask(
  api: TestApi,
  method: string,
  path: string,
  body: object,
  type = 'application/json',
): Promise<Answer> {
  const headers = { host: 'x', authorization: `Bearer ${api.adminToken}`, 'content-type': type }
  const { signal } = new AbortController()
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const response = await api.handle({ method, path, query: new URLSearchParams(), headers, body: bytes, signal })
  const { message = '', reason = '' } = JSON.parse(textOf(response))
  return { status: response.status, message, reason, warnings: String(response.headers.warning ?? '') }
}

function textOf({ body }: ApiResponse): string {
  return body.body === 'bytes' ? new TextDecoder().decode(body.bytes) : '{}'
}

const rule = {
  apiGroups: [''],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE', 'DELETE'],
  resources: ['configmaps'],
}
const policy = (name: string, spec: object) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name },
  spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
})
const binding = (policyName: string, spec: object = {}) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: `${policyName}-binding` },
  spec: { policyName, validationActions: ['Deny'], ...spec },
})
const map = (name: string, data: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

/** A server with one policy that is bound, and known. */
async function withPolicy(spec: object, bound: object, use: (api: TestApi) => Promise<void>): Promise<void> {
  const api = await openTestApi({ clock: systemClock })
  try {
    equal((await ask(api, 'POST', POLICIES, policy('p', spec))).status, 201)
    equal((await ask(api, 'POST', BINDINGS, binding('p', bound))).status, 201)
    // The store's watch tells admission, as it tells authorization of roles.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await use(api)
  } finally {
    api.close()
  }
}

const SMALL = { validations: [{ expression: 'size(object.data) < 2', message: 'too much' }] }
const SAID = "configmaps \"b\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'p-binding' denied request: "

test('a policy refuses what breaks it, and nothing else', () =>
  withPolicy(SMALL, {}, async (api) => {
    equal((await ask(api, 'POST', MAPS, map('a', { one: '1' }))).status, 201)
    const refused = await ask(api, 'POST', MAPS, map('b', { one: '1', two: '2' }))
    deepEqual([refused.status, refused.reason, refused.message], [422, 'Invalid', `${SAID}too much`])
    const patched = await ask(api, 'PATCH', `${MAPS}/a`, { data: { two: '2' } }, 'application/merge-patch+json')
    equal(patched.status, 422)
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'b', c: 'd' } }
    equal((await ask(api, 'POST', '/api/v1/namespaces/default/secrets', secret)).status, 201)
  }))

test('a binding that only warns lets pass and tells', () =>
  withPolicy(SMALL, { validationActions: ['Warn', 'Audit'] }, async (api) => {
    const warned = await ask(api, 'POST', MAPS, map('b', { one: '1', two: '2' }))
    equal(warned.status, 201)
    match(warned.warnings, /Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p-binding': too much/)
  }))

test('parameters, variables, the request, the namespace and the authorizer are at hand', () => {
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    variables: [
      { name: 'max', expression: 'int(params.data.max)' },
      { name: 'count', expression: 'size(object.data)' },
    ],
    matchConditions: [{ name: 'not-params', expression: "object.metadata.name != 'limits'" }],
    validations: [
      {
        expression: 'variables.count <= variables.max',
        messageExpression: "'at most ' + string(variables.max) + ' in ' + namespaceObject.metadata.name",
        reason: 'Forbidden',
      },
      { expression: "request.operation == 'CREATE' && authorizer.requestResource.check('create').allowed()" },
    ],
  }
  const paramRef = { name: 'limits', namespace: 'default', parameterNotFoundAction: 'Deny' }
  return withPolicy(spec, { paramRef }, async (api) => {
    const without = await ask(api, 'POST', MAPS, map('b'))
    const missing =
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction'
    equal(without.message, `${SAID}${missing}`)
    await ask(api, 'POST', '/api/v1/namespaces/kube-public/configmaps', map('limits'))
    await ask(api, 'DELETE', `${BINDINGS}/p-binding`, {})
    await new Promise((resolve) => setTimeout(resolve, 50))
    equal((await ask(api, 'POST', MAPS, map('limits', { max: '1' }))).status, 201)
    await ask(api, 'POST', BINDINGS, binding('p', { paramRef }))
    await new Promise((resolve) => setTimeout(resolve, 50))
    equal((await ask(api, 'POST', MAPS, map('a', { one: '1' }))).status, 201)
    const refused = await ask(api, 'POST', MAPS, map('b', { one: '1', two: '2' }))
    deepEqual([refused.status, refused.message], [403, `${SAID}at most 1 in default`])
  })
})

test('what cannot be evaluated refuses, unless the policy ignores failures', async () => {
  const broken = { validations: [{ expression: "object.data.gone == 'x'" }] }
  await withPolicy(broken, {}, async (api) => {
    const refused = await ask(api, 'POST', MAPS, map('b', { a: '1' }))
    equal(refused.message, `${SAID}expression 'object.data.gone == 'x'' resulted in error: no such key: gone`)
  })
  await withPolicy({ ...broken, failurePolicy: 'Ignore' }, {}, async (api) => {
    equal((await ask(api, 'POST', MAPS, map('b', { a: '1' }))).status, 201)
  })
})

test('a policy that does not compile is not taken', async () => {
  const api = await openTestApi({ clock: systemClock })
  const refused = await ask(
    api,
    'POST',
    POLICIES,
    policy('p', { validations: [{ expression: 'object.spec.replicas' }] }),
  )
  match(
    refused.message,
    /spec\.validations\[0\]\.expression: Invalid value: "object\.spec\.replicas": must evaluate to bool but got dyn/,
  )
  api.close()
})
