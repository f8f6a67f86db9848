/**
 * How requests share the server when there are too many: the levels and schemas that every cluster starts with. `exempt`
 * and `catch-all` must be there; the others are suggested. Source: apiserver pkg/apis/flowcontrol/bootstrap, v1.36.1.
 */
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
  ResourcePolicyRule,
  Subject,
} from '@muster/api/types/flowcontrol-v1.ts'
import { AUTHENTICATED, MASTERS, NODES, SERVICE_ACCOUNTS, UNAUTHENTICATED } from '../../auth/user.ts'

/** Levels before the schemas that name them; made anew each time. */
export const flowControlObjects = (): readonly (PriorityLevelConfiguration | FlowSchema)[] => [
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
  level('system', queued(30, 33, 64, 6)),
  level('node-high', queued(40, 25, 64, 6)),
  level('leader-election', queued(10, 0, 16, 4)),
  level('workload-high', queued(40, 50, 128, 6)),
  level('workload-low', queued(100, 90, 128, 6)),
  level('global-default', queued(20, 50, 128, 6)),

  schema('exempt', 'exempt', 1, undefined, groups(MASTERS), EVERYTHING, EVERY_PATH),
  schema('probes', 'exempt', 2, undefined, groups(UNAUTHENTICATED, AUTHENTICATED), [], PROBES),
  schema(
    'system-leader-election',
    'leader-election',
    100,
    'ByUser',
    [...users(MANAGER, SCHEDULER), ...ACCOUNTS],
    LEASES,
  ),
  schema('system-node-high', 'node-high', 400, 'ByUser', groups(NODES), NODE_HEALTH),
  schema('system-nodes', 'system', 500, 'ByUser', groups(NODES), EVERYTHING, EVERY_PATH),
  schema('kube-controller-manager', 'workload-high', 800, 'ByNamespace', users(MANAGER), EVERYTHING, EVERY_PATH),
  schema('kube-scheduler', 'workload-high', 800, 'ByNamespace', users(SCHEDULER), EVERYTHING, EVERY_PATH),
  schema('kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', ACCOUNTS, EVERYTHING, EVERY_PATH),
  schema('service-accounts', 'workload-low', 9000, 'ByUser', groups(SERVICE_ACCOUNTS), EVERYTHING, EVERY_PATH),
  schema(
    'global-default',
    'global-default',
    9900,
    'ByUser',
    groups(UNAUTHENTICATED, AUTHENTICATED),
    EVERYTHING,
    EVERY_PATH,
  ),
  schema('catch-all', 'catch-all', 10000, 'ByUser', groups(UNAUTHENTICATED, AUTHENTICATED), EVERYTHING, EVERY_PATH),
]

const MANAGER = 'system:kube-controller-manager'
const SCHEDULER = 'system:kube-scheduler'

const on = (verbs: string[], apiGroups: string[], resources: string[], clusterScope: boolean): ResourcePolicyRule => ({
  verbs,
  apiGroups,
  resources,
  ...(clusterScope && { clusterScope }),
  namespaces: ['*'],
})

const EVERYTHING = [on(['*'], ['*'], ['*'], true)]
const LEASES = [on(['get', 'create', 'update'], ['coordination.k8s.io'], ['leases'], false)]
const NODE_HEALTH = [
  on(['*'], [''], ['nodes', 'nodes/status'], true),
  on(['*'], ['coordination.k8s.io'], ['leases'], false),
]
const EVERY_PATH: NonResourcePolicyRule[] = [{ verbs: ['*'], nonResourceURLs: ['*'] }]
const PROBES: NonResourcePolicyRule[] = [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }]

const groups = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'Group', group: { name } }))
const users = (...names: string[]): Subject[] => names.map((name) => ({ kind: 'User', user: { name } }))
const ACCOUNTS: Subject[] = [{ kind: 'ServiceAccount', serviceAccount: { namespace: 'kube-system', name: '*' } }]

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1'
const metadataOf = (name: string) => ({ name, annotations: { 'apf.kubernetes.io/autoupdate-spec': 'true' } })

const queued = (
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queues: number,
  handSize: number,
): PriorityLevelConfigurationSpec => ({
  type: 'Limited',
  limited: {
    nominalConcurrencyShares,
    lendablePercent,
    limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
  },
})

const level = (name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration => ({
  apiVersion: API_VERSION,
  kind: 'PriorityLevelConfiguration',
  metadata: metadataOf(name),
  spec,
})

const schema = (
  name: string,
  priorityLevel: string,
  matchingPrecedence: number,
  distinguisher: 'ByUser' | 'ByNamespace' | undefined,
  subjects: readonly Subject[],
  resourceRules: readonly ResourcePolicyRule[],
  nonResourceRules: readonly NonResourcePolicyRule[] = [],
): FlowSchema => ({
  apiVersion: API_VERSION,
  kind: 'FlowSchema',
  metadata: metadataOf(name),
  spec: {
    priorityLevelConfiguration: { name: priorityLevel },
    matchingPrecedence,
    ...(distinguisher && { distinguisherMethod: { type: distinguisher } }),
    rules: [
      {
        subjects: structuredClone([...subjects]),
        ...(resourceRules.length > 0 && { resourceRules: structuredClone([...resourceRules]) }),
        ...(nonResourceRules.length > 0 && { nonResourceRules: structuredClone([...nonResourceRules]) }),
      },
    ],
  },
})
