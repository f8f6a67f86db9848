/** Who may do what, and what is checked on the way in: RBAC, admission, certificates. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inCluster, inNamespace, resource, setup, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases } from '../kind-cases.ts'
import { CERTIFICATE_REQUEST } from './certificate-request.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const RULE: JsonObject = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }
const REF = (kind: string, name = 'r'): JsonObject => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name })
const USER: JsonObject = { kind: 'User', name: 'u' }
const HOOK: JsonObject = {
  name: 'hook.example.test',
  clientConfig: { url: 'https://hook.example.test/x' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  objectSelector: { matchLabels: { 'oracle.example.test/never': 'seen' } },
}
const hooks = (change: JsonObject): JsonObject => ({ webhooks: [{ ...HOOK, ...change }] })

const webhookKind = (kind: string, plural: string): KindDraft => ({
  kind,
  apiVersion: 'admissionregistration.k8s.io/v1',
  plural,
  cluster: true,
  minimal: { webhooks: [] },
  rich: {
    'a hook': hooks({}),
    'a hook behind a service': hooks({
      clientConfig: { service: { namespace: 'n', name: 's' }, caBundle: '' },
      rules: [{ operations: ['CREATE'], apiGroups: ['example.test'], apiVersions: ['v1'], resources: ['castles'] }],
      failurePolicy: 'Ignore',
      timeoutSeconds: 3,
      matchConditions: [{ name: 'always', expression: 'true' }],
    }),
  },
  update: hooks({ timeoutSeconds: 5 }),
  refused: {
    'no name': hooks({ name: '' }),
    'a name of one word': hooks({ name: 'hook' }),
    'no side effects': hooks({ sideEffects: null }),
    'unknown side effects': hooks({ sideEffects: 'Some' }),
    'no versions': hooks({ admissionReviewVersions: [] }),
    'unknown versions': hooks({ admissionReviewVersions: ['v9'] }),
    'no address': hooks({ clientConfig: {} }),
    'two addresses': hooks({ clientConfig: { url: 'https://a.b', service: { name: 'a', namespace: 'b' } } }),
    'an address without https': hooks({ clientConfig: { url: 'http://a.b' } }),
    'a time-out out of range': hooks({ timeoutSeconds: 60 }),
    'an unknown policy': hooks({ failurePolicy: 'Shrug' }),
    'a rule without operations': hooks({ rules: [{ apiGroups: ['a'], apiVersions: ['v1'], resources: ['x'] }] }),
    'a rule of an unknown operation': hooks({
      rules: [{ operations: ['LOOK'], apiGroups: ['a'], apiVersions: ['v1'], resources: ['x'] }],
    }),
    'a condition that is none': hooks({ matchConditions: [{ name: 'x', expression: 'object.' }] }),
    'two hooks of one name': { webhooks: [HOOK, HOOK] },
  },
})

const CONSTRAINTS: JsonObject = {
  resourceRules: [{ apiGroups: ['example.test'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['castles'] }],
}

const KINDS: readonly KindDraft[] = [
  {
    kind: 'Role',
    apiVersion: RBAC,
    plural: 'roles',
    minimal: {},
    rich: { rules: { rules: [RULE, { apiGroups: ['apps'], resources: ['*'], resourceNames: ['a'], verbs: ['*'] }] } },
    update: { rules: [RULE] },
    refused: {
      'a rule without verbs': { rules: [{ ...RULE, verbs: [] }] },
      'a rule without groups': { rules: [{ ...RULE, apiGroups: [] }] },
      'a rule without resources': { rules: [{ ...RULE, resources: [] }] },
      'a path in a namespace': { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] },
      'a name of a path': { metadata: { name: 'a/b' } },
    },
    ownNames: true,
  },
  {
    kind: 'ClusterRole',
    apiVersion: RBAC,
    plural: 'clusterroles',
    cluster: true,
    minimal: {},
    rich: {
      'rules and paths': { rules: [RULE, { nonResourceURLs: ['/healthz', '/x/*'], verbs: ['get'] }] },
      'parts of others': { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'oracle' } }] } },
    },
    update: { rules: [RULE] },
    refused: {
      'a path and a resource': { rules: [{ ...RULE, nonResourceURLs: ['/x'] }] },
      'a path that is none': { rules: [{ nonResourceURLs: ['x'], verbs: ['get'] }] },
      'parts without a selector': { aggregationRule: { clusterRoleSelectors: [] } },
      'parts by a bad selector': { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { 'a b': 'c' } }] } },
    },
    ownNames: true,
  },
  {
    kind: 'RoleBinding',
    apiVersion: RBAC,
    plural: 'rolebindings',
    minimal: { roleRef: REF('ClusterRole', 'view') },
    rich: {
      subjects: {
        roleRef: REF('Role'),
        subjects: [USER, { kind: 'Group', name: 'g' }, { kind: 'ServiceAccount', name: 's', namespace: 'n' }],
      },
    },
    update: { subjects: [USER] },
    refused: {
      'no role': { roleRef: null },
      'a role of an unknown kind': { roleRef: { kind: 'Castle' } },
      'a role without a name': { roleRef: { name: '' } },
      'a role of another group': { roleRef: { apiGroup: 'apps' } },
      'a subject of an unknown kind': { subjects: [{ kind: 'Cat', name: 'c' }] },
      'a subject without a name': { subjects: [{ kind: 'User', name: '' }] },
      'an account without a namespace': { subjects: [{ kind: 'ServiceAccount', name: 's' }] },
      'a user of another group': { subjects: [{ kind: 'User', name: 'u', apiGroup: 'apps' }] },
    },
    refusedUpdates: { 'another role': { roleRef: { name: 'edit' } } },
    ownNames: true,
  },
  {
    kind: 'ClusterRoleBinding',
    apiVersion: RBAC,
    plural: 'clusterrolebindings',
    cluster: true,
    minimal: { roleRef: REF('ClusterRole', 'view') },
    rich: {
      subjects: {
        roleRef: REF('ClusterRole', 'view'),
        subjects: [USER, { kind: 'ServiceAccount', name: 's', namespace: 'n' }],
      },
    },
    update: { subjects: [{ kind: 'Group', name: 'g' }] },
    refused: { 'no role': { roleRef: null }, 'a role of a namespace': { roleRef: { kind: 'Role' } } },
    refusedUpdates: { 'another role': { roleRef: { name: 'edit' } } },
    ownNames: true,
  },
  webhookKind('ValidatingWebhookConfiguration', 'validatingwebhookconfigurations'),
  webhookKind('MutatingWebhookConfiguration', 'mutatingwebhookconfigurations'),
  {
    kind: 'ValidatingAdmissionPolicy',
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicies',
    cluster: true,
    minimal: { spec: { matchConstraints: CONSTRAINTS, validations: [{ expression: 'true' }] } },
    rich: {
      'every field': {
        spec: {
          failurePolicy: 'Ignore',
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConstraints: CONSTRAINTS,
          variables: [{ name: 'n', expression: 'object.metadata.name' }],
          matchConditions: [{ name: 'c', expression: 'true' }],
          validations: [
            {
              expression: 'variables.n != "x"',
              message: 'no x',
              reason: 'Forbidden',
              messageExpression: '"no " + variables.n',
            },
          ],
          auditAnnotations: [{ key: 'k', valueExpression: '"v"' }],
        },
      },
    },
    update: { spec: { failurePolicy: 'Ignore' } },
    refused: {
      'no spec': { spec: null },
      'no constraints': { spec: { matchConstraints: null } },
      'nothing to check': { spec: { validations: null } },
      'an expression that is none': { spec: { validations: [{ expression: 'object.' }] } },
      'an expression of another type': { spec: { validations: [{ expression: '1 + 1' }] } },
      'an unknown policy': { spec: { failurePolicy: 'Shrug' } },
      'an unknown reason': { spec: { validations: [{ expression: 'true', reason: 'Mood' }] } },
    },
  },
  {
    kind: 'ValidatingAdmissionPolicyBinding',
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicybindings',
    cluster: true,
    minimal: { spec: { policyName: 'p', validationActions: ['Deny'] } },
    update: { spec: { validationActions: ['Warn'] } },
    refused: {
      'no policy': { spec: { policyName: null } },
      'no actions': { spec: { validationActions: [] } },
      'actions that exclude each other': { spec: { validationActions: ['Deny', 'Warn'] } },
      'an unknown action': { spec: { validationActions: ['Sigh'] } },
      'parameters without a name': { spec: { paramRef: {} } },
    },
  },
  {
    kind: 'MutatingAdmissionPolicy',
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicies',
    cluster: true,
    minimal: {
      spec: {
        matchConstraints: CONSTRAINTS,
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'ApplyConfiguration',
            applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"a": "b"}}}' },
          },
        ],
      },
    },
    refused: {
      'no mutations': { spec: { mutations: null } },
      'an unknown type of patch': { spec: { mutations: [{ patchType: 'Glue' }] } },
      'no reinvocation': { spec: { reinvocationPolicy: null } },
      'an expression that is none': {
        spec: { mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression: '[' } }] },
      },
    },
  },
  {
    kind: 'MutatingAdmissionPolicyBinding',
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicybindings',
    cluster: true,
    minimal: { spec: { policyName: 'p' } },
    refused: { 'no policy': { spec: { policyName: null } } },
  },
]

const CSR = resource('certificates.k8s.io/v1', 'certificatesigningrequests', 'CertificateSigningRequest')
const SIGNER = 'example.test/signer'

/** The topic. */
export const policy: TopicDraft = {
  topic: 'policy',
  cases: [
    ...KINDS.flatMap(kindCases),
    ...kindCases({
      kind: 'CertificateSigningRequest',
      apiVersion: 'certificates.k8s.io/v1',
      plural: 'certificatesigningrequests',
      cluster: true,
      minimal: { spec: { request: CERTIFICATE_REQUEST, signerName: SIGNER, usages: ['client auth'] } },
      rich: {
        'an end': {
          spec: {
            request: CERTIFICATE_REQUEST,
            signerName: SIGNER,
            usages: ['digital signature', 'client auth'],
            expirationSeconds: 3600,
          },
        },
      },
      refused: {
        'no request': { spec: { request: null } },
        'a request that is none': { spec: { request: 'AAAA' } },
        'no signer': { spec: { signerName: null } },
        'a signer that is none': { spec: { signerName: 'signer' } },
        'no usages': { spec: { usages: [] } },
        'an unknown usage': { spec: { usages: ['juggling'] } },
        'a usage twice': { spec: { usages: ['client auth', 'client auth'] } },
        'too short a life': { spec: { expirationSeconds: 5 } },
        'a kubelet that is none': { spec: { signerName: 'kubernetes.io/kube-apiserver-client-kubelet' } },
      },
      refusedUpdates: { 'other usages': { spec: { usages: ['server auth'] } } },
    }),
    inCluster('CertificateSigningRequest', 'is approved or denied', (name) => {
      const body: JsonObject = {
        metadata: { name },
        spec: { request: CERTIFICATE_REQUEST, signerName: SIGNER, usages: ['client auth'] },
      }
      const approval = CSR.sub('approval')
      const conditions = (type: string, status = 'True', reason = 'Because'): JsonObject => ({
        status: { conditions: [{ type, status, reason, message: 'm' }] },
      })
      return [
        as('created', CSR.create(body)),
        CSR.table(name, 'includeObject=None'),
        approval.get(name),
        CSR.change(name, 'created', { metadata: { resourceVersion: null }, ...conditions('Approved') }),
        approval.change(name, 'created', conditions('Approved', 'False')),
        as('approved', approval.change(name, 'created', conditions('Approved'))),
        CSR.table(name, 'includeObject=None'),
        approval.change(name, 'approved', conditions('Denied')),
        approval.change(name, 'approved', {
          status: {
            conditions: [
              { type: 'Approved', status: 'True' },
              { type: 'Denied', status: 'True' },
            ],
          },
        }),
        CSR.sub('status').change(name, 'approved', { status: { certificate: 'AAAA' } }),
        CSR.sub('status').change(name, 'approved', conditions('Failed')),
        CSR.table(name, 'includeObject=None'),
        CSR.remove(name),
        as('second', CSR.create(body)),
        approval.change(name, 'second', conditions('Denied')),
        CSR.table(name, 'includeObject=None'),
        CSR.list(`fieldSelector=spec.signerName%3D${encodeURIComponent(SIGNER)}`),
        CSR.remove(name),
      ]
    }),
    inNamespace('ValidatingAdmissionPolicy', 'denies and warns', (namespace) => {
      const policies = resource(
        'admissionregistration.k8s.io/v1',
        'validatingadmissionpolicies',
        'ValidatingAdmissionPolicy',
      )
      const bindings = resource(
        'admissionregistration.k8s.io/v1',
        'validatingadmissionpolicybindings',
        'ValidatingAdmissionPolicyBinding',
      )
      const maps = resource('v1', 'configmaps', 'ConfigMap', namespace)
      const bound = (name: string, action: string): JsonObject => ({
        metadata: { name },
        spec: {
          policyName: namespace,
          validationActions: [action],
          matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
        },
      })
      return [
        setup(
          policies.create({
            metadata: { name: namespace },
            spec: {
              matchConstraints: {
                resourceRules: [
                  { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
                ],
              },
              validations: [
                { expression: '!has(object.data) || size(object.data) < 2', message: 'one entry is enough' },
                {
                  expression: 'object.metadata.name != "bad"',
                  messageExpression: '"no " + object.metadata.name',
                  reason: 'Forbidden',
                },
                { expression: 'object.metadata.name != "worse"' },
              ],
            },
          }),
        ),
        setup(bindings.create(bound(namespace, 'Deny'))),
        { ...maps.create({ metadata: { name: 'good' } }), pauseMs: 3000 },
        maps.create({ metadata: { name: 'full' }, data: { a: '1', b: '2' } }),
        maps.create({ metadata: { name: 'bad' } }),
        maps.create({ metadata: { name: 'worse' } }),
        maps.patch('merge', 'good', { data: { a: '1', b: '2' } }),
        bindings.remove(namespace),
        setup(bindings.create(bound(`${namespace}-w`, 'Warn'))),
        { ...maps.create({ metadata: { name: 'bad' } }), pauseMs: 3000 },
        bindings.remove(`${namespace}-w`),
        policies.remove(namespace),
      ]
    }),
    inCluster('ClusterRole', 'of the beginning', () => {
      const roles = resource(RBAC, 'clusterroles', 'ClusterRole')
      const bindings = resource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding')
      return [
        roles.get('cluster-admin'),
        roles.get('system:basic-user'),
        roles.get('system:discovery'),
        roles.get('system:public-info-viewer'),
        bindings.get('cluster-admin'),
        bindings.get('system:public-info-viewer'),
        resource(RBAC, 'clusterroles', 'ClusterRole').table('cluster-admin', 'includeObject=None'),
      ]
    }),
  ],
}
