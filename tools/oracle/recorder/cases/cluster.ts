/** Kinds of the whole cluster: nodes, classes of pods, flow control, devices, aggregated APIs. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inCluster, inNamespace, raw, resource, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases } from '../kind-cases.ts'
import { condition, POD_SPEC } from './bodies.ts'

const spec = (change: JsonObject): JsonObject => ({ spec: change })
const LIMITED: JsonObject = {
  type: 'Limited',
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' } },
}
const RULES: JsonObject = {
  subjects: [{ kind: 'User', user: { name: 'u' } }],
  resourceRules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: ['*'] }],
}

const KINDS: readonly KindDraft[] = [
  {
    kind: 'Node',
    apiVersion: 'v1',
    plural: 'nodes',
    cluster: true,
    minimal: {},
    rich: {
      'every field': {
        metadata: { labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/role': 'gateway' } },
        spec: {
          podCIDR: '10.1.0.0/24',
          podCIDRs: ['10.1.0.0/24'],
          providerID: 'cloud://x',
          unschedulable: true,
          taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }],
        },
        status: { capacity: { cpu: '4', memory: '8Gi', pods: 110 } },
      },
    },
    update: spec({ unschedulable: true }),
    status: {
      capacity: { cpu: 4, memory: '16Gi' },
      allocatable: { cpu: 3900, memory: '15Gi' },
      conditions: [{ ...condition('Ready', 'True', 'KubeletReady'), lastHeartbeatTime: '2024-01-01T00:00:00Z' }],
      addresses: [
        { type: 'InternalIP', address: '10.9.0.1' },
        { type: 'Hostname', address: 'n' },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.36.1',
        osImage: 'Oracle OS',
        kernelVersion: '6.1',
        containerRuntimeVersion: 'containerd://2.0',
        machineID: '',
        systemUUID: '',
        bootID: '',
        kubeProxyVersion: '',
        operatingSystem: 'linux',
        architecture: 'amd64',
      },
    },
    states: {
      'not ready': { conditions: [condition('Ready', 'False')] },
      unknown: { conditions: [condition('Ready', 'Unknown')] },
    },
    refused: {
      'a taint without an effect': spec({ taints: [{ key: 'k' }] }),
      'an unknown effect': spec({ taints: [{ key: 'k', effect: 'Burn' }] }),
      'a taint twice': spec({
        taints: [
          { key: 'k', effect: 'NoSchedule' },
          { key: 'k', value: 'v', effect: 'NoSchedule' },
        ],
      }),
      'a range that is none': spec({ podCIDR: 'all', podCIDRs: ['all'] }),
      'two ranges that differ': spec({ podCIDR: '10.1.0.0/24', podCIDRs: ['10.2.0.0/24'] }),
      'a negative capacity': { status: { capacity: { cpu: '-1' } } },
    },
    refusedUpdates: { 'a taint without a key': spec({ taints: [{ effect: 'NoSchedule' }] }) },
  },
  {
    kind: 'RuntimeClass',
    apiVersion: 'node.k8s.io/v1',
    plural: 'runtimeclasses',
    cluster: true,
    minimal: { handler: 'runc' },
    rich: {
      'every field': {
        handler: 'kata',
        overhead: { podFixed: { memory: '100Mi' } },
        scheduling: { nodeSelector: { kata: 'yes' }, tolerations: [{ key: 'k', operator: 'Exists' }] },
      },
    },
    update: { metadata: { labels: { more: 'yes' } } },
    refused: {
      'no handler': { handler: null },
      'a handler that is none': { handler: 'Not_OK' },
      'a bad overhead': { overhead: { podFixed: { memory: '-1' } } },
    },
    refusedUpdates: { 'another handler': { handler: 'other' } },
  },
  {
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    plural: 'priorityclasses',
    cluster: true,
    minimal: { value: 100 },
    rich: { 'every field': { value: -5, description: 'low', preemptionPolicy: 'Never' } },
    update: { description: 'new' },
    refused: {
      'a value too great': { value: 1000000001 },
      'a name of the system': { metadata: { name: 'system-mine' } },
      'an unknown policy': { preemptionPolicy: 'Sometimes' },
      'no value': { value: null },
    },
    refusedUpdates: { 'another value': { value: 200 }, 'another policy': { preemptionPolicy: 'Never' } },
  },
  {
    kind: 'FlowSchema',
    // kube-apiserver itself writes a status as soon as it notices one.
    onlyTried: true,
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    plural: 'flowschemas',
    cluster: true,
    minimal: spec({ priorityLevelConfiguration: { name: 'global-default' } }),
    rich: {
      'every field': spec({
        priorityLevelConfiguration: { name: 'global-default' },
        matchingPrecedence: 5000,
        distinguisherMethod: { type: 'ByUser' },
        rules: [RULES],
      }),
    },
    update: spec({ matchingPrecedence: 7000 }),
    refused: {
      'no level': spec({ priorityLevelConfiguration: null }),
      'a precedence out of range': spec({ matchingPrecedence: 99999 }),
      'an unknown method': spec({ distinguisherMethod: { type: 'ByMood' } }),
      'a rule without subjects': spec({ rules: [{ resourceRules: [] }] }),
      'a subject of an unknown kind': spec({ rules: [{ ...RULES, subjects: [{ kind: 'Cat' }] }] }),
      'verbs beside all': spec({
        rules: [{ ...RULES, resourceRules: [{ verbs: ['*', 'get'], apiGroups: [], resources: [] }] }],
      }),
    },
  },
  {
    kind: 'PriorityLevelConfiguration',
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    plural: 'prioritylevelconfigurations',
    cluster: true,
    minimal: { spec: LIMITED },
    rich: {
      queues: spec({
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 5,
          lendablePercent: 50,
          borrowingLimitPercent: 10,
          limitResponse: { type: 'Queue', queuing: { queues: 16, handSize: 4, queueLengthLimit: 10 } },
        },
      }),
      exemption: spec({ type: 'Exempt', exempt: { nominalConcurrencyShares: 0 } }),
    },
    update: spec({ limited: { nominalConcurrencyShares: 6 } }),
    refused: {
      'no type': spec({ type: null }),
      'an unknown type': spec({ type: 'Mild' }),
      'limited and exempt at once': spec({ exempt: {} }),
      'negative shares': spec({ limited: { nominalConcurrencyShares: -1 } }),
      'queues without their sizes': spec({
        limited: { limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 9, queueLengthLimit: 0 } } },
      }),
      'a share out of range': spec({ limited: { lendablePercent: 101 } }),
    },
  },
  {
    kind: 'DeviceClass',
    apiVersion: 'resource.k8s.io/v1',
    plural: 'deviceclasses',
    cluster: true,
    minimal: { spec: {} },
    rich: {
      selectors: spec({
        selectors: [{ cel: { expression: 'device.driver == "gpu.example.test"' } }],
        config: [{ opaque: { driver: 'gpu.example.test', parameters: { a: 1 } } }],
      }),
    },
    update: spec({ selectors: [{ cel: { expression: 'true' } }] }),
    refused: {
      'an expression that is none': spec({ selectors: [{ cel: { expression: 'device.' } }] }),
      'an expression of another type': spec({ selectors: [{ cel: { expression: '"text"' } }] }),
      'a selector of nothing': spec({ selectors: [{}] }),
    },
  },
  {
    kind: 'ResourceClaim',
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceclaims',
    minimal: spec({ devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } }),
    rich: {
      'many requests': spec({
        devices: {
          requests: [
            { name: 'r', exactly: { deviceClassName: 'gpu', count: 2 } },
            { name: 's', firstAvailable: [{ name: 'big', deviceClassName: 'gpu', allocationMode: 'All' }] },
          ],
        },
      }),
    },
    update: { metadata: { labels: { more: 'yes' } } },
    refused: {
      'a request without a name': spec({ devices: { requests: [{ exactly: { deviceClassName: 'gpu' } }] } }),
      'a request without a class': spec({ devices: { requests: [{ name: 'r', exactly: {} }] } }),
      'a request of nothing': spec({ devices: { requests: [{ name: 'r' }] } }),
      'a negative count': spec({
        devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', count: -1 } }] },
      }),
    },
    refusedUpdates: {
      'other devices': spec({ devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'other' } }] } }),
    },
  },
  {
    kind: 'ResourceClaimTemplate',
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceclaimtemplates',
    minimal: spec({ spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu' } }] } } }),
    refusedUpdates: {
      'other devices': spec({
        spec: { devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'other' } }] } },
      }),
    },
  },
  {
    kind: 'ResourceSlice',
    apiVersion: 'resource.k8s.io/v1',
    plural: 'resourceslices',
    cluster: true,
    minimal: spec({
      driver: 'gpu.example.test',
      nodeName: 'n',
      pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
    }),
    rich: {
      devices: spec({
        driver: 'gpu.example.test',
        allNodes: true,
        pool: { name: 'p', generation: 1, resourceSliceCount: 1 },
        devices: [{ name: 'd', attributes: { model: { string: 'x' } }, capacity: { memory: { value: '1Gi' } } }],
      }),
    },
    update: spec({ pool: { generation: 2 } }),
    refused: {
      'no driver': spec({ driver: null }),
      'no pool': spec({ pool: null }),
      'no node': spec({ nodeName: null }),
      'two places': spec({ allNodes: true }),
    },
    refusedUpdates: { 'another driver': spec({ driver: 'other.example.test' }) },
  },
]

/** The topic. */
export const cluster: TopicDraft = {
  topic: 'cluster',
  cases: [
    ...KINDS.flatMap(kindCases),
    inNamespace('PriorityClass', 'gives pods their priority', (namespace) => {
      const classes = resource('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass')
      const it = resource('v1', 'pods', 'Pod', namespace)
      return [
        classes.create({ metadata: { name: `${namespace}-p` }, value: 77, preemptionPolicy: 'Never' }),
        {
          ...it.create({ metadata: { name: 'a' }, spec: { ...POD_SPEC, priorityClassName: `${namespace}-p` } }),
          pauseMs: 300,
        },
        classes.list('limit=500&fieldSelector=metadata.name%3Dsystem-node-critical'),
        classes.table('system-cluster-critical'),
        classes.patch('merge', 'system-cluster-critical', { value: 5 }),
        classes.create({ metadata: { name: `${namespace}-default` }, value: 5, globalDefault: true }),
        {
          ...classes.create({ metadata: { name: `${namespace}-default-2` }, value: 6, globalDefault: true }),
          pauseMs: 300,
        },
        it.create({ metadata: { name: 'b' }, spec: POD_SPEC }),
        classes.remove(`${namespace}-default`),
        classes.remove(`${namespace}-p`),
      ]
    }),
    inNamespace('RuntimeClass', 'gives pods their overhead', (namespace) => {
      const classes = resource('node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass')
      const it = resource('v1', 'pods', 'Pod', namespace)
      return [
        classes.create({
          metadata: { name: namespace },
          handler: 'kata',
          overhead: { podFixed: { memory: '100Mi' } },
          scheduling: { nodeSelector: { kata: 'yes' } },
        }),
        { ...it.create({ metadata: { name: 'a' }, spec: { ...POD_SPEC, runtimeClassName: namespace } }), pauseMs: 300 },
        it.create({
          metadata: { name: 'b' },
          spec: { ...POD_SPEC, runtimeClassName: namespace, overhead: { memory: '1Mi' } },
        }),
        it.create({
          metadata: { name: 'c' },
          spec: { ...POD_SPEC, runtimeClassName: namespace, nodeSelector: { kata: 'no' } },
        }),
        classes.remove(namespace),
      ]
    }),
    inCluster('Node', 'has a status, a scale of none, a proxy', (name) => {
      const it = resource('v1', 'nodes', 'Node')
      return [
        as('created', it.create({ metadata: { name }, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } })),
        it.patch('strategic', name, { spec: { taints: [{ key: 'b', effect: 'NoExecute' }] } }),
        it.patch('strategic', name, { spec: { $retainKeys: ['taints'], taints: [{ key: 'c', effect: 'NoExecute' }] } }),
        it.sub('status').patch('strategic', name, { status: { conditions: [condition('Ready', 'True')] } }),
        it.sub('status').patch('strategic', name, { status: { conditions: [condition('Pressure', 'False')] } }),
        it.sub('status').patch('strategic', name, { status: { conditions: [{ type: 'Pressure', $patch: 'delete' }] } }),
        it.sub('status').patch('strategic', name, { spec: { unschedulable: true }, metadata: { labels: { a: 'b' } } }),
        it.list(`fieldSelector=spec.unschedulable%3Dfalse,metadata.name%3D${name}`),
        it.list('fieldSelector=spec.podCIDR%3Dx'),
        it.sub('scale').get(name),
        it.sub('proxy').get(name),
        it.remove(name),
      ]
    }),
    inCluster('APIService', 'stands for an API', () => {
      const it = resource('apiregistration.k8s.io/v1', 'apiservices', 'APIService')
      const local = { group: 'oracle.example.test', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 }
      const remote = { ...local, service: { namespace: 'none', name: 'none' }, insecureSkipTLSVerify: true }
      const name = 'v1.oracle.example.test'
      return [
        it.get('v1.apps'),
        it.table('v1.'),
        it.create({ metadata: { name }, spec: {} }),
        it.create({ metadata: { name: 'wrong' }, spec: local }),
        it.create({ metadata: { name }, spec: { ...local, groupPriorityMinimum: 0, versionPriority: 9999 } }),
        it.create({ metadata: { name }, spec: { ...remote, caBundle: 'AAAA' } }),
        it.create({ metadata: { name }, spec: remote }, 'dryRun=All'),
        it.sub('status').get('v1.apps'),
      ]
    }),
    inCluster('Namespace', 'is found in other ways', () => [
      raw('GET', '/api/v1/namespaces/none/pods'),
      raw('GET', '/api/v1/namespaces/kube-system'),
    ]),
  ],
}
