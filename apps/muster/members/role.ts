/** The least that a mirror needs of a member, as objects to be applied there. */
import { stringify } from 'yaml'

/** Names everything of it. */
const NAME = 'muster-mirror'
const NAMESPACE = 'muster-system'

/** The manifest: an account that may list, watch and read discovery. Secrets are in it only where they are wished. */
export function roleManifest(secrets: 'None' | 'Metadata' | 'Values'): string {
  const reads = ['list', 'watch']
  const rules = [
    // Rules of RBAC only add up: to leave Secrets out, the core group is named resource by resource.
    {
      apiGroups: [''],
      resources: CORE.filter((resource) => secrets !== 'None' || resource !== 'secrets'),
      verbs: reads,
    },
    { apiGroups: [''], resources: ['namespaces'], resourceNames: ['kube-system'], verbs: ['get'] },
    { apiGroups: OTHER_GROUPS, resources: ['*'], verbs: reads },
    { nonResourceURLs: ['/version', '/api', '/api/*', '/apis', '/apis/*'], verbs: ['get'] },
  ]
  const account = { kind: 'ServiceAccount', name: NAME, namespace: NAMESPACE }
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: NAMESPACE } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: NAME }, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: NAME },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: NAME },
      subjects: [account],
    },
  ]
  const head = [
    '# What a mirror of this cluster needs, and no more: it lists and watches, and writes nothing.',
    '#   kubectl apply -f -     here;   kubectl delete -f -     takes it back',
    `#   kubectl -n ${NAMESPACE} create token ${NAME} --duration 8760h     the token for its kubeconfig`,
    '# Custom resources: add their groups to the third rule.',
  ]
  return `${head.join('\n')}\n${objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')}`
}

const CORE = [
  ...['configmaps', 'endpoints', 'events', 'limitranges', 'namespaces', 'nodes', 'persistentvolumeclaims'],
  ...['persistentvolumes', 'pods', 'podtemplates', 'replicationcontrollers', 'resourcequotas', 'secrets'],
  ...['serviceaccounts', 'services'],
]

const OTHER_GROUPS = [
  ...['admissionregistration.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io', 'apps', 'autoscaling', 'batch'],
  ...['certificates.k8s.io', 'coordination.k8s.io', 'discovery.k8s.io', 'flowcontrol.apiserver.k8s.io'],
  ...['networking.k8s.io', 'node.k8s.io', 'policy', 'rbac.authorization.k8s.io', 'resource.k8s.io'],
  ...['scheduling.k8s.io', 'storage.k8s.io'],
]
