/**
 * The roles and bindings that every cluster starts with.
 *
 *     controllerRules ──► ClusterRole system:controller:NAME ◄── ClusterRoleBinding ── ServiceAccount kube-system/NAME
 *     namespaceRules  ──► Role in its namespace              ◄── RoleBinding ──────── the part of the cluster it is for
 *     user, system    ──► ClusterRole                        ◄── ClusterRoleBinding ── who is listed below
 *
 * `system:node` is bound to nobody, as in Kubernetes, where the node authorizer gives it to one node at a time.
 * Source: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy, v1.36.1.
 */
import type { ObjectMeta } from '@muster/api/object.ts'
import { TRANSACTION_GROUP, TRANSACTIONS } from '@muster/api/transaction/transaction.ts'
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding, Subject } from '@muster/api/types/rbac-v1.ts'
import { RBAC_GROUP } from '../rbac/objects.ts'
import { AUTHENTICATED, MASTERS, SERVICE_ACCOUNTS, UNAUTHENTICATED } from '../user.ts'
import { controllerRules } from './controller-roles.ts'
import { namespaceRules } from './namespace-roles.ts'
import { on } from './notation.ts'
import { systemRules } from './system-roles.ts'
import { userRules } from './user-roles.ts'

/** Any object of the policy. */
export type PolicyObject = ClusterRole | ClusterRoleBinding | Role | RoleBinding

/** What `metadata.annotations` says of an object that is kept up to date; `false` there is left alone. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

/** The whole policy, roles before their bindings; made anew, to be stored and changed freely. */
export const bootstrapPolicy = (): readonly PolicyObject[] => [
  ...Object.entries({ ...userRules(), ...systemRules() }).map(([name, rules]) => clusterRole(name, [...rules])),
  ...GATHERERS.map(({ name, gathers, labels }) => gatherer(name, gathers, labels)),
  ...Object.entries(controllerRules()).map(([name, rules]) => clusterRole(`system:controller:${name}`, [...rules])),
  ...Object.entries(CLUSTER_BINDINGS).map(([name, subjects]) => clusterBinding(name, subjects())),
  ...Object.keys(controllerRules()).map((name) => clusterBinding(`system:controller:${name}`, [account(name)])),
  ...Object.entries(namespaceRules()).flatMap(([namespace, roles]) =>
    Object.entries(roles).map(([name, rules]) => role(namespace, name, [...rules])),
  ),
  ...NAMESPACE_BINDINGS.map(({ namespace, name, to = name, subjects }) => binding(namespace, name, to, subjects())),
]

/** What Muster adds where it serves Transactions: everybody may ask for one, since each needs the rights of what it does. */
export const transactionPolicy = (): readonly PolicyObject[] => [
  clusterRole(TRANSACTOR, [on(TRANSACTION_GROUP, TRANSACTIONS, 'create')]),
  clusterBinding(TRANSACTOR, [group(AUTHENTICATED)]),
]

const TRANSACTOR = 'system:muster:transactor'

const TO = 'rbac.authorization.k8s.io/aggregate-to-'

/** Whoever may administer may edit, and whoever may edit may view. */
const GATHERERS = [
  { name: 'admin', gathers: 'admin', labels: {} },
  { name: 'edit', gathers: 'edit', labels: { [`${TO}admin`]: 'true' } },
  { name: 'view', gathers: 'view', labels: { [`${TO}edit`]: 'true' } },
]

const CLUSTER_BINDINGS: Readonly<Record<string, () => Subject[]>> = {
  'cluster-admin': () => [group(MASTERS)],
  'system:basic-user': () => [group(AUTHENTICATED)],
  'system:discovery': () => [group(AUTHENTICATED)],
  'system:kube-controller-manager': () => [user('system:kube-controller-manager')],
  'system:kube-dns': () => [account('kube-dns')],
  'system:kube-scheduler': () => [user('system:kube-scheduler')],
  'system:monitoring': () => [group('system:monitoring')],
  'system:node': () => [],
  'system:node-proxier': () => [user('system:kube-proxy')],
  'system:public-info-viewer': () => [group(AUTHENTICATED), group(UNAUTHENTICATED)],
  'system:service-account-issuer-discovery': () => [group(SERVICE_ACCOUNTS)],
  'system:volume-scheduler': () => [user('system:kube-scheduler')],
}

const NAMESPACE_BINDINGS: readonly {
  readonly namespace: string
  readonly name: string
  /** The role; it has the name of the binding when absent. */
  readonly to?: string
  readonly subjects: () => Subject[]
}[] = [
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    subjects: () => [account('bootstrap-signer')],
  },
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    to: 'extension-apiserver-authentication-reader',
    subjects: () => [user('system:kube-controller-manager'), user('system:kube-scheduler')],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-controller-manager',
    subjects: () => [
      user('system:kube-controller-manager'),
      account('kube-controller-manager'),
      account('leader-election-controller'),
    ],
  },
  {
    namespace: 'kube-system',
    name: 'system::leader-locking-kube-scheduler',
    subjects: () => [user('system:kube-scheduler'), account('kube-scheduler')],
  },
  ...['bootstrap-signer', 'cloud-provider', 'token-cleaner'].map((name) => ({
    namespace: 'kube-system',
    name: `system:controller:${name}`,
    subjects: () => [account(name)],
  })),
]

const API_VERSION = `${RBAC_GROUP}/v1`

const metadataOf = (name: string, labels: Readonly<Record<string, string>> = {}): ObjectMeta => ({
  annotations: { [AUTO_UPDATE]: 'true' },
  labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
  name,
})

/** A role called `system:aggregate-to-X` carries the label by which X gathers it. */
function clusterRole(name: string, rules: ClusterRole['rules'] & object): ClusterRole {
  const [, target] = /^system:aggregate-to-(\w+)$/.exec(name) ?? []
  const labels = target === undefined ? {} : { [TO + target]: 'true' }
  return { apiVersion: API_VERSION, kind: 'ClusterRole', metadata: metadataOf(name, labels), rules }
}

const gatherer = (name: string, gathers: string, labels: Readonly<Record<string, string>>): ClusterRole => ({
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [TO + gathers]: 'true' } }] },
  apiVersion: API_VERSION,
  kind: 'ClusterRole',
  metadata: metadataOf(name, labels),
  rules: [],
})

const role = (namespace: string, name: string, rules: Role['rules'] & object): Role => ({
  apiVersion: API_VERSION,
  kind: 'Role',
  metadata: { ...metadataOf(name), namespace },
  rules,
})

const clusterBinding = (name: string, subjects: Subject[]): ClusterRoleBinding => ({
  apiVersion: API_VERSION,
  kind: 'ClusterRoleBinding',
  metadata: metadataOf(name),
  roleRef: { apiGroup: RBAC_GROUP, kind: 'ClusterRole', name },
  ...(subjects.length === 0 ? {} : { subjects }),
})

const binding = (namespace: string, name: string, to: string, subjects: Subject[]): RoleBinding => ({
  apiVersion: API_VERSION,
  kind: 'RoleBinding',
  metadata: { ...metadataOf(name), namespace },
  roleRef: { apiGroup: RBAC_GROUP, kind: 'Role', name: to },
  subjects,
})

const group = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'Group', name })
const user = (name: string): Subject => ({ apiGroup: RBAC_GROUP, kind: 'User', name })
const account = (name: string): Subject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' })
