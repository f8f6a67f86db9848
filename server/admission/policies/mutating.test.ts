import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiResponse } from '@muster/api/message.ts'
import type { JsonObject } from '@muster/api/object.ts'
import { systemClock } from '@muster/base/system.ts'
import { openTestApi, type TestApi } from '../../testing/open-test-api.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'

async function post(api: TestApi, path: string, body: object, query = ''): Promise<[number, JsonObject]> {
  const headers = { host: 'x', authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json' }
  const { signal } = new AbortController()
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  const asked = { method: 'POST', path, query: new URLSearchParams(query), headers, body: bytes, signal }
  const response = await api.handle(asked)
  return [response.status, JSON.parse(textOf(response))]
}

const textOf = ({ body }: ApiResponse): string => (body.body === 'bytes' ? new TextDecoder().decode(body.bytes) : '{}')

const rule = { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }
const apply = (expression: string) => ({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })
const patch = (expression: string) => ({ patchType: 'JSONPatch', jsonPatch: { expression } })

/** A server with policies that are bound, and known, in this order. */
async function withPolicies(specs: readonly object[], use: (api: TestApi) => Promise<void>): Promise<void> {
  const api = await openTestApi({ clock: systemClock })
  try {
    for (const [at, spec] of specs.entries()) {
      const metadata = { name: `p${at}` }
      const whole = { matchConstraints: { resourceRules: [rule] }, reinvocationPolicy: 'Never', ...spec }
      const kind = 'MutatingAdmissionPolicy'
      const apiVersion = 'admissionregistration.k8s.io/v1'
      const made = await post(api, `${GROUP}/mutatingadmissionpolicies`, { apiVersion, kind, metadata, spec: whole })
      equal(made[0], 201, JSON.stringify(made[1]))
      const binding = { apiVersion, kind: `${kind}Binding`, metadata, spec: { policyName: metadata.name } }
      equal((await post(api, `${GROUP}/mutatingadmissionpolicybindings`, binding))[0], 201)
    }
    // The store's watch tells admission, as it tells authorization of roles.
    await new Promise((resolve) => setTimeout(resolve, 50))
    await use(api)
  } finally {
    api.close()
  }
}

const web = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'example.test/main', args: ['a'] }] },
    },
  },
}

interface Deployment {
  readonly metadata: { readonly labels: Record<string, string> }
  readonly spec: {
    readonly replicas: number
    readonly template: { readonly spec: { readonly containers: { name: string; image: string }[] } }
  }
}

const POD = 'Object.spec.template.spec'
const container = (fields: string) =>
  `Object{spec: Object.spec{template: Object.spec.template{spec: ${POD}{containers: [${POD}.containers{${fields}}]}}}}`

test('an applied configuration is merged, items of a list by their keys', () =>
  withPolicies(
    [
      {
        mutations: [
          apply(container("name: 'side', image: 'example.test/side'")),
          apply(container("name: 'main', image: 'new'")),
        ],
      },
    ],
    async (api) => {
      const [status, made] = await post(api, DEPLOYMENTS, web)
      equal(status, 201, JSON.stringify(made))
      const { containers } = (made as unknown as Deployment).spec.template.spec
      deepEqual(
        containers.map(({ name, image }) => [name, image]),
        [
          ['main', 'new'],
          ['side', 'example.test/side'],
        ],
      )
    },
  ))

test('a JSON patch is done, and one whose test fails is not', () =>
  withPolicies(
    [
      {
        variables: [{ name: 'key', expression: "jsonpatch.escapeKey('example.test/by-me')" }],
        mutations: [
          patch("[JSONPatch{op: 'add', path: '/metadata/labels/' + variables.key, value: 'yes'}]"),
          patch(
            "[JSONPatch{op: 'test', path: '/spec/replicas', value: 7}, JSONPatch{op: 'replace', path: '/spec/replicas', value: 8}]",
          ),
          patch("[JSONPatch{op: 'replace', path: '/spec/replicas', value: object.spec.replicas + 1}]"),
        ],
      },
    ],
    async (api) => {
      const [status, said] = await post(api, DEPLOYMENTS, web, 'dryRun=All')
      equal(status, 201, JSON.stringify(said))
      const made = said as unknown as Deployment
      equal(made.metadata.labels['example.test/by-me'], 'yes')
      equal(made.spec.replicas, 2)
    },
  ))

const MORE = "[JSONPatch{op: 'replace', path: '/spec/replicas', value: object.spec.replicas + 1}]"

test('a policy sees what those before it made, and again when it wants to', async () => {
  const never = { mutations: [patch(MORE)] }
  await withPolicies([never, { ...never, reinvocationPolicy: 'IfNeeded' }], async (api) => {
    const made = (await post(api, DEPLOYMENTS, web))[1] as unknown as Deployment
    equal(made.spec.replicas, 4)
  })
})

test('what cannot be done refuses in the words of Kubernetes, unless failures are ignored', async () => {
  const denied = "policy 'p0' with binding 'p0' denied request: "
  const cases = [
    [
      apply(container("name: 'main', args: ['b']")),
      'error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.template.spec.containers[0].args',
    ],
    [
      apply('Object{spec: Object.wrong{replicas: 1}}'),
      'type mismatch: unexpected type name "Object.wrong", expected "Object.spec", which matches field name path from root Object type',
    ],
    [
      apply('Object{spec: Object.spec{gone: 1}}'),
      'error applying patch: failed to convert patch object to typed object: .spec.gone: field not declared in schema',
    ],
    [
      patch("[JSONPatch{op: 'remove', path: '/spec/gone/deep'}]"),
      'JSON Patch: remove operation does not apply: doc is missing path: "/spec/gone/deep": missing value',
    ],
  ] as const
  for (const [mutation, why] of cases) {
    await withPolicies([{ mutations: [mutation] }], async (api) => {
      const [status, said] = await post(api, DEPLOYMENTS, web)
      deepEqual([status, said.reason, said.message], [403, 'Invalid', denied + why])
    })
  }
  await withPolicies([{ failurePolicy: 'Ignore', mutations: [cases[0][0]] }], async (api) => {
    equal((await post(api, DEPLOYMENTS, web))[0], 201)
  })
})
