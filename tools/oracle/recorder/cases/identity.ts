/** Who asks, whether he may, and what he is told when he may not. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { asked, inCluster, inNamespace, raw, resource, type StepDraft, setup, type TopicDraft } from '../draft.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const AUTHENTICATION = 'authentication.k8s.io/v1'
const AUTHORIZATION = 'authorization.k8s.io/v1'

/** Asks as another, whom the admin may speak for. */
const actingAs = (user: string, step: StepDraft, groups?: string): StepDraft =>
  asked(step, { headers: { 'impersonate-user': user, ...(groups && { 'impersonate-group': groups }) } })

/** kube-apiserver learns of roles by a watch of its own. */
const afterRoles = (step: StepDraft): StepDraft => ({ ...step, pauseMs: 500 })

const selfReview = raw('POST', `/apis/${AUTHENTICATION}/selfsubjectreviews`, {
  body: { apiVersion: AUTHENTICATION, kind: 'SelfSubjectReview' },
})

const review = (kind: string, plural: string, namespace?: string) => {
  const it = resource(AUTHORIZATION, plural, kind, namespace)
  return (spec: JsonObject): StepDraft => it.create({ spec })
}

/** The topic. */
export const identity: TopicDraft = {
  topic: 'identity',
  cases: [
    inCluster('Identity', 'of nobody and of the wrong', () => {
      const bearer = (token: string, path = '/api/v1/namespaces'): StepDraft =>
        raw('GET', path, { identity: 'nobody', headers: { authorization: token } })
      const nobody = (method: string, path: string): StepDraft => raw(method, path, { identity: 'nobody' })
      return [
        bearer('Bearer wrong'),
        bearer('Bearer '),
        bearer('Basic dTpw'),
        bearer('Bearer wrong', '/livez'),
        bearer('Bearer a.b.c'),
        nobody('GET', '/api/v1/namespaces'),
        nobody('GET', '/api/v1/namespaces/default/pods/x'),
        nobody('GET', '/api/v1/namespaces/default/pods/x/log'),
        nobody('GET', '/api/v1/namespaces/default/pods?watch=1'),
        nobody('POST', '/api/v1/namespaces/default/pods'),
        nobody('DELETE', '/apis/apps/v1/namespaces/default/deployments'),
        nobody('PATCH', '/apis/apps/v1/namespaces/default/deployments/x/scale'),
        nobody('PUT', '/api/v1/nodes/x/status'),
        nobody('GET', '/apis/none.example.test/v1/castles'),
        nobody('GET', '/none'),
        asked(selfReview, { identity: 'nobody' }),
      ]
    }),
    inCluster('Identity', 'of another, spoken for', () => [
      selfReview,
      actingAs('jane', selfReview),
      actingAs('jane', selfReview, 'crew'),
      actingAs('system:anonymous', selfReview),
      actingAs('system:serviceaccount:ns:name', selfReview),
      asked(selfReview, {
        headers: { 'impersonate-user': 'jane', 'impersonate-uid': 'uid-7', 'impersonate-extra-scope': 'view' },
      }),
      asked(selfReview, { headers: { 'impersonate-group': 'crew' } }),
      asked(selfReview, { headers: { 'impersonate-uid': 'uid-7' } }),
      actingAs('jane', raw('GET', '/api/v1/namespaces')),
      actingAs('jane', raw('GET', '/api/v1/namespaces'), 'system:masters'),
      actingAs('jane', raw('GET', '/apis')),
      actingAs('jane', raw('GET', '/metrics')),
      actingAs('system:serviceaccount:default:x', raw('GET', '/api/v1/namespaces/default/secrets/s')),
      asked(raw('GET', '/api/v1/namespaces'), { identity: 'nobody', headers: { 'impersonate-user': 'jane' } }),
    ]),
    inNamespace('Role', 'lets one do some things', (namespace) => {
      const roles = resource(RBAC, 'roles', 'Role', namespace)
      const bindings = resource(RBAC, 'rolebindings', 'RoleBinding', namespace)
      const maps = resource('v1', 'configmaps', 'ConfigMap', namespace)
      const jane = (step: StepDraft): StepDraft => actingAs('jane', step)
      return [
        setup(maps.create({ metadata: { name: 'mine' } })),
        setup(
          roles.create({
            metadata: { name: 'r' },
            rules: [
              { apiGroups: [''], resources: ['configmaps'], verbs: ['get'], resourceNames: ['mine'] },
              { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['list', 'create'] },
              {
                apiGroups: [RBAC.split('/')[0] ?? ''],
                resources: ['roles', 'rolebindings'],
                verbs: ['create', 'update', 'get'],
              },
            ],
          }),
        ),
        setup(
          bindings.create({
            metadata: { name: 'b' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
            subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
          }),
        ),
        afterRoles(jane(maps.get('mine'))),
        jane(maps.get('other')),
        jane(maps.list()),
        jane(maps.list('fieldSelector=metadata.name%3Dmine')),
        jane(maps.create({ metadata: { name: 'new' } })),
        jane(resource('v1', 'pods', 'Pod', namespace).list()),
        jane(resource('v1', 'pods', 'Pod').list()),
        jane(resource('v1', 'pods', 'Pod', namespace).watch()),
        jane(resource('v1', 'pods', 'Pod', namespace).removeAll()),
        jane(raw('GET', `/api/v1/namespaces/${namespace}/pods/x/log`)),
        jane(raw('GET', `/api/v1/namespaces/${namespace}`)),
        // Nobody may give what he has not.
        jane(
          roles.create({
            metadata: { name: 'more' },
            rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }],
          }),
        ),
        jane(
          roles.create({
            metadata: { name: 'most' },
            rules: [
              { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
              { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
            ],
          }),
        ),
        jane(
          bindings.create({
            metadata: { name: 'up' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: [],
          }),
        ),
        jane(
          bindings.create({
            metadata: { name: 'none' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'none' },
            subjects: [],
          }),
        ),
        jane(
          bindings.create({
            metadata: { name: 'same' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' },
            subjects: [],
          }),
        ),
        jane(
          roles.update('r', {
            metadata: { name: 'r' },
            rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }],
          }),
        ),
      ]
    }),
    inNamespace('ClusterRole', 'lets one bind and speak for others', (namespace) => {
      const roles = resource(RBAC, 'clusterroles', 'ClusterRole')
      const bindings = resource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding')
      const local = resource(RBAC, 'rolebindings', 'RoleBinding', namespace)
      const user = `user-${namespace}`
      const asUser = (step: StepDraft): StepDraft => actingAs(user, step)
      return [
        setup(
          roles.create({
            metadata: { name: namespace },
            rules: [
              {
                apiGroups: ['rbac.authorization.k8s.io'],
                resources: ['clusterroles'],
                verbs: ['bind'],
                resourceNames: ['view'],
              },
              {
                apiGroups: ['rbac.authorization.k8s.io'],
                resources: ['rolebindings', 'clusterroles'],
                verbs: ['create'],
              },
              { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['bob'] },
              { nonResourceURLs: ['/metrics'], verbs: ['get'] },
            ],
          }),
        ),
        setup(
          bindings.create({
            metadata: { name: namespace },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace },
            subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
          }),
        ),
        afterRoles(
          asUser(
            local.create({
              metadata: { name: 'may' },
              roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
              subjects: [],
            }),
          ),
        ),
        asUser(
          local.create({
            metadata: { name: 'may-not' },
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: [],
          }),
        ),
        asUser(
          roles.create({
            metadata: { name: `${namespace}-x` },
            rules: [{ nonResourceURLs: ['/logs'], verbs: ['get'] }],
          }),
        ),
        asUser(
          roles.create({
            metadata: { name: `${namespace}-y` },
            rules: [],
            aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
          }),
        ),
        bindings.remove(namespace),
        roles.remove(namespace),
      ]
    }),
    inNamespace('SubjectAccessReview', 'answers whether', (namespace) => {
      const anyone = review('SubjectAccessReview', 'subjectaccessreviews')
      const self = review('SelfSubjectAccessReview', 'selfsubjectaccessreviews')
      const local = review('LocalSubjectAccessReview', 'localsubjectaccessreviews', namespace)
      const rules = review('SelfSubjectRulesReview', 'selfsubjectrulesreviews')
      const pods: JsonObject = { resourceAttributes: { namespace, verb: 'get', resource: 'pods' } }
      return [
        anyone({ user: 'jane', ...pods }),
        anyone({ user: 'jane', groups: ['system:masters'], ...pods }),
        anyone({ user: 'jane', nonResourceAttributes: { path: '/livez', verb: 'get' } }),
        anyone({ groups: ['system:unauthenticated'], nonResourceAttributes: { path: '/version', verb: 'get' } }),
        anyone({ user: 'jane' }),
        anyone(pods),
        anyone({ user: 'jane', ...pods, nonResourceAttributes: { path: '/', verb: 'get' } }),
        anyone({
          user: 'system:serviceaccount:kube-system:node-controller',
          resourceAttributes: { verb: 'delete', resource: 'nodes' },
        }),
        anyone({
          user: 'jane',
          resourceAttributes: {
            verb: 'get',
            resource: 'pods',
            fieldSelector: { rawSelector: 'a=b', requirements: [] },
          },
        }),
        self(pods),
        self({ nonResourceAttributes: { path: '/x', verb: 'get' } }),
        self({}),
        actingAs('jane', self(pods)),
        local({ user: 'jane', ...pods }),
        local({ user: 'jane', resourceAttributes: { namespace: 'other', verb: 'get', resource: 'pods' } }),
        local({ user: 'jane', nonResourceAttributes: { path: '/', verb: 'get' } }),
        rules({ namespace }),
        rules({}),
        actingAs('jane', rules({ namespace })),
        resource(AUTHORIZATION, 'subjectaccessreviews', 'SubjectAccessReview').list(),
        resource(AUTHORIZATION, 'selfsubjectaccessreviews', 'SelfSubjectAccessReview').create(
          { spec: pods },
          'dryRun=All',
        ),
        asked(self(pods), { identity: 'nobody' }),
      ]
    }),
    inCluster('TokenReview', 'tells whose token it is', () => {
      const it = resource(AUTHENTICATION, 'tokenreviews', 'TokenReview')
      return [
        it.create({ spec: { token: 'oracle-admin-token' } }),
        it.create({ spec: { token: 'wrong' } }),
        it.create({ spec: { token: '' } }),
        it.create({ spec: { token: 'oracle-admin-token', audiences: ['elsewhere'] } }),
        it.create({ metadata: { namespace: 'x' }, spec: { token: 'wrong' } }),
        it.list(),
      ]
    }),
  ],
}
