import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { type Attributes, aboutResource, forbiddenBy } from '../authorization.ts'
import type { User } from '../user.ts'
import { createRbacAuthorizer } from './authorizer.ts'
import { ATOMS_MAX, compact, uncovered } from './cover.ts'
import { checkEscalation } from './escalation.ts'
import { createRbacIndex } from './index.ts'
import { isBinding, isClusterRole, isRole } from './objects.ts'
import { ruleAllows, sayRule } from './rule.ts'

// A failure prints its seed; SEED=… runs that one first.
const SEED = process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }

const RBAC = 'rbac.authorization.k8s.io'
const apiVersion = `${RBAC}/v1`

const role = (namespace: string, name: string, rules: readonly PolicyRule[]): KubeObject => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace },
  rules,
})

const clusterRole = (name: string, rules: readonly PolicyRule[], more: object = {}): KubeObject => ({
  apiVersion,
  kind: 'ClusterRole',
  metadata: { name },
  rules,
  ...more,
})

const roleRef = (kind: string, name: string) => ({ apiGroup: RBAC, kind, name })

const binding = (namespace: string, name: string, ref: object, subjects: readonly object[]): KubeObject => ({
  apiVersion,
  kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
  metadata: namespace === '' ? { name } : { name, namespace },
  roleRef: ref,
  subjects,
})

const user = (username: string, ...groups: string[]): User => ({ username, groups })

function authorizerOver(...objects: readonly KubeObject[]) {
  const index = createRbacIndex()
  for (const object of objects) index.put(object)
  return { index, authorizer: createRbacAuthorizer(index) }
}

const RULES: readonly (readonly [string, PolicyRule, Attributes, boolean])[] = [
  ['a verb', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, pod('get'), true],
  ['another verb', { verbs: ['get'], apiGroups: [''], resources: ['pods'] }, pod('list'), false],
  ['every verb', { verbs: ['*'], apiGroups: [''], resources: ['pods'] }, pod('list'), true],
  ['another group', { verbs: ['*'], apiGroups: ['apps'], resources: ['pods'] }, pod('get'), false],
  ['every group', { verbs: ['*'], apiGroups: ['*'], resources: ['pods'] }, pod('get'), true],
  ['no group', { verbs: ['*'], resources: ['pods'] }, pod('get'), false],
  ['its subresource', { verbs: ['*'], apiGroups: [''], resources: ['pods/log'] }, pod('get', 'log'), true],
  ['the object, not its subresource', { verbs: ['*'], apiGroups: [''], resources: ['pods'] }, pod('get', 'log'), false],
  ['any such subresource', { verbs: ['*'], apiGroups: [''], resources: ['*/log'] }, pod('get', 'log'), true],
  ['another subresource', { verbs: ['*'], apiGroups: [''], resources: ['*/scale'] }, pod('get', 'log'), false],
  ['everything', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, pod('get', 'log'), true],
  ['its name', { verbs: ['*'], apiGroups: [''], resources: ['pods'], resourceNames: ['x'] }, pod('get', '', 'x'), true],
  [
    'another name',
    { verbs: ['*'], apiGroups: [''], resources: ['pods'], resourceNames: ['y'] },
    pod('get', '', 'x'),
    false,
  ],
  [
    'a name, of a list',
    { verbs: ['*'], apiGroups: [''], resources: ['pods'], resourceNames: ['x'] },
    pod('list'),
    false,
  ],
  ['a path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, at('/healthz'), true],
  ['below a path', { verbs: ['get'], nonResourceURLs: ['/healthz'] }, at('/healthz/etcd'), false],
  ['a prefix', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }, at('/healthz/etcd'), true],
  ['every path', { verbs: ['get'], nonResourceURLs: ['*'] }, at('/any'), true],
  ['a path, for a resource', { verbs: ['get'], nonResourceURLs: ['*'] }, pod('get'), false],
  ['a resource, for a path', { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }, at('/any'), false],
]

function pod(verb: string, subresource = '', name = ''): Attributes {
  return aboutResource({ verb, resource: 'pods', subresource, namespace: 'shop', name })
}

function at(path: string): Attributes {
  return { about: 'path', verb: 'get', path }
}

for (const [what, rule, asked, allowed] of RULES) {
  test(`a rule with ${what}: ${allowed}`, () => equal(ruleAllows(rule, asked), allowed))
}

const READ_PODS: PolicyRule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] }

test('says which binding allowed it', () => {
  const { authorizer } = authorizerOver(
    clusterRole('reader', [READ_PODS]),
    role('shop', 'local', [{ ...READ_PODS, verbs: ['list'] }]),
    binding('', 'everywhere', roleRef('ClusterRole', 'reader'), [{ kind: 'Group', name: 'ops' }]),
    binding('shop', 'here', roleRef('ClusterRole', 'reader'), [
      { kind: 'User', name: 'eve' },
      { kind: 'ServiceAccount', name: 'bot' },
    ]),
    binding('shop', 'mine', roleRef('Role', 'local'), [{ kind: 'User', name: 'ada' }]),
  )
  const reasons = [
    authorizer.authorize(user('x', 'ops'), pod('get')),
    authorizer.authorize(user('system:serviceaccount:shop:bot'), pod('get')),
    authorizer.authorize(user('ada'), pod('list')),
    authorizer.authorize(user('ada'), pod('get')),
    authorizer.authorize(user('root', 'system:masters'), at('/any')),
  ]
  deepEqual(reasons, [
    {
      allowed: true,
      reason: 'RBAC: allowed by ClusterRoleBinding "everywhere" of ClusterRole "reader" to Group "ops"',
    },
    {
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "here/shop" of ClusterRole "reader" to ServiceAccount "bot/shop"',
    },
    { allowed: true, reason: 'RBAC: allowed by RoleBinding "mine/shop" of Role "local" to User "ada"' },
    { allowed: false, reason: '' },
    { allowed: true, reason: '' },
  ])
})

test('says which roles were missing, and refuses in the words of Kubernetes', () => {
  const { authorizer } = authorizerOver(
    binding('shop', 'one', roleRef('Role', 'gone'), [{ kind: 'User', name: 'ada' }]),
    binding('shop', 'two', roleRef('Role', 'gone'), [{ kind: 'User', name: 'ada' }]),
    binding('', 'three', roleRef('ClusterRole', 'lost'), [{ kind: 'User', name: 'ada' }]),
  )
  const asked = aboutResource({ verb: 'get', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web' })
  const { reason } = authorizer.authorize(user('ada'), asked)
  equal(reason, `RBAC: [clusterrole.${RBAC} "lost" not found, role.${RBAC} "gone" not found]`)
  equal(authorizer.rulesFor(user('ada'), '').error, `clusterrole.${RBAC} "lost" not found`)
  equal(
    forbiddenBy(user('ada'), asked, '').message,
    'deployments.apps "web" is forbidden: User "ada" cannot get resource "deployments" in API group "apps" in the namespace "shop"',
  )
  equal(
    forbiddenBy(user('<b>'), aboutResource({ verb: 'create', resource: 'nodes', subresource: 'status' }), 'why')
      .message,
    'nodes is forbidden: User "&lt;b&gt;" cannot create resource "nodes/status" in API group "" at the cluster scope: why',
  )
  equal(forbiddenBy(user('ada'), at('/metrics'), '').message, 'forbidden: User "ada" cannot get path "/metrics"')
})

interface World {
  readonly objects: readonly KubeObject[]
  readonly grant: { readonly rules: readonly PolicyRule[]; readonly namespace: string }
  readonly asks: readonly {
    readonly user: User
    readonly resource?: Omit<Extract<Attributes, { about: 'resource' }>, 'about'>
    readonly path?: { readonly verb: string; readonly path: string }
    readonly allowed: boolean
    readonly forbidden: string
    readonly escalation: string
  }[]
}

// Random worlds of roles and bindings, and what the RBAC packages of kubernetes v1.36.1 answered when asked about them.
const WORLDS: readonly World[] = readFileSync(new URL('fixtures/kubernetes-1.36.1.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

test('answers as Kubernetes does, refusals and escalations word for word', () => {
  ok(WORLDS.length > 5)
  for (const { objects, grant, asks } of WORLDS) {
    const { index, authorizer } = authorizerOver(...objects)
    const refuses = { ...authorizer, authorize: () => ({ allowed: false, reason: '' }) }
    for (const ask of asks) {
      const asked: Attributes = ask.resource
        ? { about: 'resource', ...ask.resource }
        : { about: 'path', verb: '', path: '', ...ask.path }
      const { allowed, reason } = authorizer.authorize(ask.user, asked)
      equal(allowed, ask.allowed)
      if (!allowed) equal(forbiddenBy(ask.user, asked, reason).message, ask.forbidden)
      const object = clusterRole('x', grant.rules)
      const write = { object, user: ask.user, namespace: grant.namespace, name: '' }
      equal(
        messageOf(() => checkEscalation(write, index, refuses)),
        ask.escalation && `clusterroles.${RBAC} "x" is forbidden: ${ask.escalation}`,
      )
    }
  }
})

function messageOf(act: () => void): string {
  try {
    act()
    return ''
  } catch (error) {
    ok(error instanceof Error)
    return error.message
  }
}

const NAMESPACES = ['', 'default', 'shop']
const GROUPS = ['dev', 'ops']
const USERS = ['ada', 'eve', 'system:serviceaccount:shop:bot']
const words = (...all: string[]) => fc.subarray(all, { minLength: 1 })

const someRule: fc.Arbitrary<PolicyRule> = fc.oneof(
  fc.record(
    {
      verbs: words('get', 'list', '*'),
      apiGroups: words('', 'apps', '*'),
      resources: words('pods', 'pods/log', '*/log', '*'),
      resourceNames: words('x', 'y'),
    },
    { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
  ),
  fc.record({ verbs: words('get', '*'), nonResourceURLs: words('/a', '/a/*', '*') }),
)

const someSubject = fc.oneof(
  fc.record({ kind: fc.constantFrom('User', 'Robot'), name: fc.constantFrom(...USERS) }),
  fc.record({ kind: fc.constant('Group'), name: fc.constantFrom(...GROUPS) }),
  fc.record(
    { kind: fc.constant('ServiceAccount'), name: fc.constant('bot'), namespace: fc.constantFrom('shop', 'default') },
    { requiredKeys: ['kind', 'name'] },
  ),
)

const NAMES = ['one', 'two']
const someObject: fc.Arbitrary<KubeObject> = fc
  .record({
    what: fc.constantFrom('role', 'binding'),
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom(...NAMES),
    rules: fc.array(someRule, { maxLength: 2 }),
    ref: fc.record({ kind: fc.constantFrom('Role', 'ClusterRole'), name: fc.constantFrom(...NAMES) }),
    subjects: fc.array(someSubject, { maxLength: 3 }),
  })
  .map(({ what, namespace, name, rules, ref, subjects }) => {
    if (what === 'binding') return binding(namespace, name, { apiGroup: RBAC, ...ref }, subjects)
    return namespace === '' ? clusterRole(name, rules) : role(namespace, name, rules)
  })

const someUser: fc.Arbitrary<User> = fc.record({
  username: fc.constantFrom(...USERS),
  groups: fc.subarray(GROUPS),
})

const someQuestion: fc.Arbitrary<Attributes> = fc.oneof(
  fc.record({
    about: fc.constant('path' as const),
    verb: fc.constantFrom('get', 'post'),
    path: fc.constantFrom('/a', '/a/b'),
  }),
  fc.record({
    about: fc.constant('resource' as const),
    verb: fc.constantFrom('get', 'list', 'create'),
    group: fc.constantFrom('', 'apps'),
    resource: fc.constantFrom('pods', 'nodes'),
    subresource: fc.constantFrom('', 'log'),
    namespace: fc.constantFrom(...NAMESPACES),
    name: fc.constantFrom('', 'x'),
  }),
)

/** What the definition says, by looking through everything there is. */
function naive(objects: readonly KubeObject[], who: User, asked: Attributes): boolean {
  return objects.filter(isBinding).some(({ metadata, roleRef: ref, subjects }) => {
    const { namespace = '' } = metadata
    if (namespace !== '' && (asked.about === 'path' || asked.namespace !== namespace)) return false
    const isHim = (subjects ?? []).some(({ kind, name, namespace: own = namespace }) => {
      if (kind === 'User') return name === who.username
      if (kind === 'Group') return who.groups.includes(name)
      return kind === 'ServiceAccount' && own !== '' && who.username === `system:serviceaccount:${own}:${name}`
    })
    const given = objects.find((object) =>
      ref.kind === 'Role'
        ? isRole(object) && object.metadata.name === ref.name && object.metadata.namespace === namespace
        : isClusterRole(object) && object.metadata.name === ref.name,
    )
    const rules = given && (isRole(given) || isClusterRole(given)) ? (given.rules ?? []) : []
    return isHim && rules.some((rule) => ruleAllows(rule, asked))
  })
}

test('the index answers as a look through everything does, whatever was put and removed before', () => {
  let allowedCount = 0
  const change = fc.record({ object: someObject, remove: fc.integer({ min: 0, max: 4 }).map((draw) => draw === 0) })
  const changesAndQuestions = fc.tuple(
    fc.array(change, { minLength: 10, maxLength: 40 }),
    fc.array(fc.tuple(someUser, someQuestion), { minLength: 5, maxLength: 10 }),
  )
  fc.assert(
    fc.property(changesAndQuestions, ([changes, asks]) => {
      const index = createRbacIndex()
      const present = new Map<string, KubeObject>()
      for (const { object, remove } of changes) {
        const key = `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`
        if (remove) {
          index.remove(object)
          present.delete(key)
        } else {
          index.put(object)
          present.set(key, object)
        }
      }
      const authorizer = createRbacAuthorizer(index)
      for (const [who, asked] of asks) {
        const { allowed } = authorizer.authorize(who, asked)
        equal(allowed, naive([...present.values()], who, asked))
        if (allowed) allowedCount++
      }
    }),
    { numRuns: 200, ...SEED },
  )
  ok(allowedCount > 20, `only ${allowedCount} were allowed, so little was shown`)
})

test('what is covered allows nothing that the one who covers it may not', () => {
  let coveredCount = 0
  fc.assert(
    fc.property(fc.array(someRule, { maxLength: 3 }), someRule, someQuestion, (held, wanted, asked) => {
      if (uncovered(held, [wanted]).length > 0) return
      coveredCount++
      if (ruleAllows(wanted, asked)) ok(held.some((rule) => ruleAllows(rule, asked)))
    }),
    { numRuns: 2000, ...SEED },
  )
  ok(coveredCount > 50, `only ${coveredCount} were covered, so little was shown`)
})

test('shows rules as messages do', () => {
  equal(
    sayRule({ verbs: ['get', 'list'], apiGroups: ['', 'apps'], resources: ['pods'], resourceNames: ['x'] }),
    '{APIGroups:["" "apps"], Resources:["pods"], ResourceNames:["x"], Verbs:["get" "list"]}',
  )
  const atoms = uncovered([], [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'nodes'] }])
  equal(atoms.length, 4)
  deepEqual(compact(atoms).map(sayRule), [
    '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}',
    '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "list"]}',
  ])
})

test('a rule with null for its lists allows nothing, and covers nothing', () => {
  const empty = { verbs: null, apiGroups: null, resources: null, resourceNames: null, nonResourceURLs: null } as never
  equal(ruleAllows(empty, pod('get')), false)
  equal(ruleAllows(empty, at('/x')), false)
  equal(uncovered([empty], [READ_PODS]).length, 1)
  equal(uncovered([], [empty]).length, 0)
})

test('a resource without a name covers no subresource', () => {
  const odd = { verbs: ['get'], apiGroups: [''], resources: [''] }
  equal(uncovered([odd], [READ_PODS]).length, 1)
})

test('a role that multiplies to more than can be checked is refused', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`)
  const fits = { verbs: many(10), apiGroups: many(100), resources: many(ATOMS_MAX / 1000) }
  equal(uncovered([{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], [fits]).length, 0)
  throws(
    () => uncovered([], [fits, READ_PODS]),
    (error) => hasCode(error, 'TooLarge'),
  )
})

const held = authorizerOver(
  clusterRole('reader', [READ_PODS]),
  clusterRole('escalator', [{ verbs: ['escalate'], apiGroups: [RBAC], resources: ['clusterroles', 'roles'] }]),
  clusterRole('binder', [{ verbs: ['bind'], apiGroups: [RBAC], resources: ['clusterroles'], resourceNames: ['big'] }]),
  clusterRole('big', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]),
  clusterRole('everything', [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ]),
  ...['reader', 'escalator', 'binder', 'everything'].map((name) =>
    binding('', name, roleRef('ClusterRole', name), [{ kind: 'User', name }]),
  ),
)

const BIG: PolicyRule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] }
const GATHERS = { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } }
const NOT_HELD =
  'is attempting to grant RBAC permissions not currently held:\n{APIGroups:["*"], Resources:["*"], Verbs:["*"]}'
const toBig = binding('', 'b', roleRef('ClusterRole', 'big'), [])

const WRITES: readonly (readonly [
  string,
  { who: string; object: KubeObject; old?: KubeObject; namespace?: string },
  string,
])[] = [
  ['a role that is held', { who: 'reader', object: clusterRole('r', [READ_PODS]) }, ''],
  [
    'a role that is not held',
    { who: 'reader', object: clusterRole('r', [BIG]) },
    `clusterroles.${RBAC} "r" is forbidden: user "reader" (groups=["dev"]) ${NOT_HELD}`,
  ],
  [
    'a local role that is not held',
    { who: 'reader', object: role('shop', 'r', [BIG]), namespace: 'shop' },
    `roles.${RBAC} "r" is forbidden: user "reader" (groups=["dev"]) ${NOT_HELD}`,
  ],
  ['by one who may escalate', { who: 'escalator', object: clusterRole('r', [BIG]) }, ''],
  [
    'an aggregation, by one who holds the rules',
    { who: 'reader', object: clusterRole('r', [], GATHERS) },
    `clusterroles.${RBAC} "r" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
  ],
  [
    'an aggregation taken away',
    { who: 'reader', object: clusterRole('r', []), old: clusterRole('r', [], GATHERS) },
    `clusterroles.${RBAC} "r" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
  ],
  ['an aggregation, by one who holds everything', { who: 'everything', object: clusterRole('r', [], GATHERS) }, ''],
  [
    'owners alone',
    {
      who: 'reader',
      object: clusterRole('r', [BIG]),
      old: { ...clusterRole('r', [BIG]), metadata: { name: 'r', finalizers: ['x'] } },
    },
    '',
  ],
  [
    'labels of a role that is not held',
    {
      who: 'reader',
      object: clusterRole('r', [BIG]),
      old: { ...clusterRole('r', [BIG]), metadata: { name: 'r', labels: { a: 'b' } } },
    },
    `clusterroles.${RBAC} "r" is forbidden: user "reader" (groups=["dev"]) ${NOT_HELD}`,
  ],
  ['a binding to what is held', { who: 'reader', object: binding('', 'b', roleRef('ClusterRole', 'reader'), []) }, ''],
  [
    'a binding to what is not held',
    { who: 'reader', object: toBig },
    `clusterrolebindings.${RBAC} "b" is forbidden: user "reader" (groups=["dev"]) ${NOT_HELD}`,
  ],
  ['a binding, by one who may bind that role', { who: 'binder', object: toBig }, ''],
  [
    'a binding, by one who may bind another',
    { who: 'binder', object: binding('', 'b', roleRef('ClusterRole', 'everything'), []) },
    `clusterrolebindings.${RBAC} "b" is forbidden: user "binder" (groups=["dev"]) ${NOT_HELD}\n{NonResourceURLs:["*"], Verbs:["*"]}`,
  ],
  [
    'a binding to nothing',
    { who: 'reader', object: binding('shop', 'b', roleRef('Role', 'gone'), []), namespace: 'shop' },
    `roles.${RBAC} "gone" not found`,
  ],
  [
    'a binding to what is no role',
    { who: 'everything', object: binding('shop', 'b', roleRef('Robot', 'x'), []), namespace: 'shop' },
    'unsupported role reference kind: "Robot"',
  ],
  ['anything else', { who: 'reader', object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } } }, ''],
]

for (const [what, { who, object, old, namespace = '' }, message] of WRITES) {
  test(`writing ${what}: ${message === '' ? 'passes' : 'is refused'}`, () => {
    const write = { object, user: user(who, 'dev'), namespace, name: old ? 'r' : '', ...(old && { old }) }
    equal(
      messageOf(() => checkEscalation(write, held.index, held.authorizer)),
      message,
    )
    equal(
      messageOf(() => checkEscalation({ ...write, user: user(who, 'system:masters') }, held.index, held.authorizer)),
      '',
    )
  })
}

test('a check costs what concerns its user, not what there is', () => {
  const index = createRbacIndex()
  index.put(clusterRole('reader', [READ_PODS]))
  for (let count = 0; count < 5000; count++) {
    index.put(binding(`ns${count}`, 'b', roleRef('ClusterRole', 'reader'), [{ kind: 'User', name: 'ada' }]))
    index.put(binding('', `b${count}`, roleRef('ClusterRole', 'reader'), [{ kind: 'User', name: `u${count}` }]))
  }
  equal([...index.bindingsOf(user('ada', 'dev'), 'ns7')].length, 1)
  equal([...index.bindingsOf(user('u7', 'dev'), '')].length, 1)
})
