import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { statusOf } from '@muster/api/status.ts'
import type { SubjectAccessReviewSpec } from '@muster/api/types/authorization-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { bootstrapPolicy } from '../policy/bootstrap-policy.ts'
import { aggregate } from '../rbac/aggregate.ts'
import { createRbacAuthorizer } from '../rbac/authorizer.ts'
import { createRbacIndex } from '../rbac/index.ts'
import { isClusterRole } from '../rbac/objects.ts'
import type { User } from '../user.ts'
import { reviewAccess, reviewLocalAccess, reviewOwnAccess } from './access-review.ts'
import { reviewOwnRules, reviewSelf } from './self-review.ts'

const index = createRbacIndex()
for (const object of bootstrapPolicy()) index.put(object)
const authorizer = createRbacAuthorizer(index)

const ada: User = { username: 'ada', groups: ['dev', 'system:authenticated'] }

const review = (spec: SubjectAccessReviewSpec, metadata: object = {}) =>
  ({ apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata, spec }) as const

const messageOf = (act: () => unknown): string => {
  try {
    act()
    return ''
  } catch (error) {
    return statusOf(error).message ?? ''
  }
}

const pods = { verb: 'get', resource: 'pods' }

test('says why somebody may', () => {
  const spec = { nonResourceAttributes: { verb: 'get', path: '/healthz' } }
  const own = reviewOwnAccess(
    { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec },
    ada,
    authorizer,
  )
  deepEqual(own.status, {
    allowed: true,
    reason:
      'RBAC: allowed by ClusterRoleBinding "system:discovery" of ClusterRole "system:discovery" to Group "system:authenticated"',
  })
  deepEqual(reviewAccess(review({ user: 'ada', resourceAttributes: pods }), authorizer).status, { allowed: false })
  const master = reviewAccess(review({ groups: ['system:masters'], resourceAttributes: pods }), authorizer)
  deepEqual(master.status, { allowed: true })
})

const READ = '.authorization.k8s.io "" is invalid: '

// Each message is what kube-apiserver v1.36.1 answered.
const REFUSED: readonly (readonly [string, SubjectAccessReviewSpec, string, object?])[] = [
  [
    'nothing',
    {},
    `${READ}[spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified, spec.user: Invalid value: "": at least one of user or group must be specified]`,
  ],
  [
    'two things',
    { user: 'ada', resourceAttributes: pods, nonResourceAttributes: { path: '/x', verb: 'get' } },
    `${READ}spec.nonResourceAttributes: Invalid value: {"Path":"/x","Verb":"get"}: cannot be specified in combination with resourceAttributes`,
  ],
  [
    'a selector twice, and metadata',
    {
      user: 'ada',
      resourceAttributes: {
        ...pods,
        fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] },
        labelSelector: { requirements: [{ key: 'a', operator: 'Foo' }] },
      },
    },
    `${READ}[spec.resourceAttributes.fieldSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements, metadata: Invalid value: {"name":"x"}: must be empty]`,
    { name: 'x' },
  ],
  [
    'an empty selector, and values where there may be none',
    {
      user: 'ada',
      resourceAttributes: {
        ...pods,
        fieldSelector: {},
        labelSelector: { requirements: [{ key: 'a b', operator: 'Exists', values: ['x'] }] },
      },
    },
    `${READ}[spec.resourceAttributes.fieldSelector.requirements: Required value: when spec.resourceAttributes.fieldSelector is specified, requirements or rawSelector is required, spec.resourceAttributes.labelSelector.requirements[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist', spec.resourceAttributes.labelSelector.requirements[0].key: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')]`,
  ],
]

for (const [what, spec, message, metadata] of REFUSED) {
  test(`a question about ${what} is refused`, () =>
    equal(
      messageOf(() => reviewAccess(review(spec, metadata), authorizer)),
      message,
    ))
}

test('selectors that cannot be read are told, and change nothing', () => {
  const ask = (fieldSelector: object, labelSelector: object) =>
    reviewAccess(review({ user: 'ada', resourceAttributes: { ...pods, fieldSelector, labelSelector } }), authorizer)
      .status?.evaluationError
  const known = { key: 'a', operator: 'In', values: ['b'] }
  const unknown = { key: 'a', operator: 'Foo' }
  equal(
    ask({ rawSelector: 'a===' }, { requirements: [unknown] }),
    'spec.resourceAttributes.fieldSelector ignored due to parse error; spec.resourceAttributes.labelSelector ignored due to parse error',
  )
  equal(
    ask({ rawSelector: 'a=b' }, { requirements: [known, unknown] }),
    'spec.resourceAttributes.labelSelector partially ignored due to parse error',
  )
  equal(ask({ requirements: [known] }, { rawSelector: 'a in (b)' }), undefined)
})

test('a local review is about its own namespace', () => {
  const local = (spec: SubjectAccessReviewSpec, namespace = 'default') =>
    ({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'LocalSubjectAccessReview',
      metadata: { namespace },
      spec,
    }) as const
  const inDefault = { user: 'ada', resourceAttributes: { ...pods, namespace: 'default' } }
  deepEqual(reviewLocalAccess(local(inDefault), 'default', authorizer).status, { allowed: false })
  equal(
    messageOf(() => reviewLocalAccess(local({ user: 'ada', resourceAttributes: pods }), 'default', authorizer)),
    `${READ}spec.resourceAttributes.namespace: Invalid value: "": must match metadata.namespace`,
  )
  equal(
    messageOf(() =>
      reviewLocalAccess(
        local({ user: 'ada', nonResourceAttributes: { path: '/', verb: 'get' } }),
        'default',
        authorizer,
      ),
    ),
    `${READ}spec.nonResourceAttributes: Invalid value: {"Path":"/","Verb":"get"}: disallowed on this kind of request`,
  )
  equal(
    messageOf(() => reviewLocalAccess(local(inDefault), 'shop', authorizer)),
    'spec.resourceAttributes.namespace must match namespace: shop',
  )
})

test('whoami shows what the server takes one for', () => {
  const now = instant(Date.parse('2026-11-22T22:57:23.456Z'))
  deepEqual(reviewSelf({ username: 'bob', groups: ['g'], extra: { scopes: ['a', 'b'] } }, now), {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
    metadata: { creationTimestamp: '2026-11-22T22:57:23Z' },
    status: { userInfo: { username: 'bob', groups: ['g'], extra: { scopes: ['a', 'b'] } } },
  })
})

test('can-i --list shows every rule that holds', () => {
  const asked = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', metadata: {} } as const
  const { status, spec } = reviewOwnRules({ ...asked, spec: { namespace: 'default' } }, ada, authorizer)
  deepEqual(spec, {})
  deepEqual(status, {
    resourceRules: [
      {
        verbs: ['create'],
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
      },
      { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
    ],
    nonResourceRules: [
      {
        verbs: ['get'],
        nonResourceURLs: [
          '/api',
          '/api/*',
          '/apis',
          '/apis/*',
          '/healthz',
          '/livez',
          '/openapi',
          '/openapi/*',
          '/readyz',
          '/version',
          '/version/',
        ],
      },
      { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
    ],
    incomplete: false,
  })
  throws(() => reviewOwnRules({ ...asked, spec: {} }, ada, authorizer), { message: 'no namespace on request' })
})

test('in the policy that every cluster starts with, a viewer looks and an editor changes', () => {
  const own = createRbacIndex()
  const objects = bootstrapPolicy()
  for (const object of objects) own.put(object)
  // view, then edit that gathers view, then admin that gathers edit.
  let roles = objects.filter(isClusterRole)
  for (let round = 0; round < 3; round++) {
    const gathered = new Map(aggregate(roles).map(({ role, rules }) => [role, { ...role, rules: [...rules] }]))
    roles = roles.map((role) => gathered.get(role) ?? role)
  }
  for (const role of roles) own.put(role)
  for (const name of ['view', 'edit']) {
    own.put({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name, namespace: 'shop' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', name }],
    })
  }
  const judge = createRbacAuthorizer(own)
  const may = (user: string, verb: string, resource: string, namespace = 'shop') =>
    reviewAccess(review({ user, resourceAttributes: { verb, resource, namespace } }), judge).status?.allowed
  deepEqual(
    [
      may('view', 'list', 'pods'),
      may('view', 'create', 'pods'),
      may('view', 'get', 'secrets'),
      may('view', 'list', 'pods', 'other'),
    ],
    [true, false, false, false],
  )
  deepEqual(
    [may('edit', 'create', 'pods'), may('edit', 'get', 'secrets'), may('edit', 'list', 'pods')],
    [true, true, true],
  )
})
