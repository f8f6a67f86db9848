/** The small kinds of the core group, and those that stand near them: leases, budgets, autoscalers. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inCluster, inNamespace, namespaces, raw, resource, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases } from '../kind-cases.ts'
import { condition, LONG_AGO, SOON_AFTER } from './bodies.ts'

const spec = (change: JsonObject): JsonObject => ({ spec: change })

const KINDS: readonly KindDraft[] = [
  {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    plural: 'configmaps',
    minimal: {},
    rich: {
      'text and bytes': { data: { a: '1', 'file.conf': 'x = y\n' }, binaryData: { b: 'AAEC' } },
      'no right to change': { immutable: true, data: { a: '1' } },
    },
    update: { data: { a: '2' } },
    refused: {
      'a key that is none': { data: { 'a b': 'c' } },
      'a key of dots': { data: { '..': 'd' } },
      'a key twice': { data: { a: 'b' }, binaryData: { a: 'AA==' } },
      'bytes that are none': { binaryData: { a: '%%%' } },
      'a number as text': { data: { a: 1 } },
      'too much': { data: { a: '{{repeat x 1048577}}' } },
    },
    refusedUpdates: {
      'a key that is none': { data: { 'a/b': 'c' } },
      'another name of its namespace': { metadata: { namespace: 'other' } },
    },
  },
  {
    kind: 'Secret',
    apiVersion: 'v1',
    plural: 'secrets',
    minimal: {},
    rich: {
      'text that becomes bytes': { stringData: { a: 'text', b: 'over' }, data: { b: 'AAEC' } },
      'a certificate': { type: 'kubernetes.io/tls', data: { 'tls.crt': '', 'tls.key': '' } },
      'a login': { type: 'kubernetes.io/basic-auth', stringData: { username: 'u' } },
      'a registry': { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{"auths":{}}' } },
      'a type of its own': { type: 'example.test/own', immutable: true },
    },
    update: { data: { a: 'AA==' } },
    refused: {
      'a certificate without its parts': { type: 'kubernetes.io/tls' },
      'a login without a name': { type: 'kubernetes.io/basic-auth', data: {} },
      'a key without its part': { type: 'kubernetes.io/ssh-auth' },
      'a registry without its part': { type: 'kubernetes.io/dockerconfigjson' },
      'a registry that is no JSON': {
        type: 'kubernetes.io/dockerconfigjson',
        stringData: { '.dockerconfigjson': 'x' },
      },
      'an old registry': { type: 'kubernetes.io/dockercfg', stringData: { other: 'x' } },
      'a token of nobody': { type: 'kubernetes.io/service-account-token' },
      'bytes that are none': { data: { a: 'not base64!' } },
      'a key that is none': { data: { 'a b': 'AA==' } },
    },
    refusedUpdates: { 'another type': { type: 'example.test/other' } },
  },
  {
    kind: 'ServiceAccount',
    apiVersion: 'v1',
    plural: 'serviceaccounts',
    minimal: {},
    rich: {
      'every field': {
        automountServiceAccountToken: false,
        imagePullSecrets: [{ name: 'pull' }],
        secrets: [{ name: 's' }],
      },
    },
    update: { imagePullSecrets: [{ name: 'pull' }] },
  },
  {
    kind: 'LimitRange',
    apiVersion: 'v1',
    plural: 'limitranges',
    minimal: { spec: { limits: [{ type: 'Container', default: { cpu: '1' } }] } },
    rich: {
      'every bound': {
        spec: {
          limits: [
            {
              type: 'Container',
              max: { cpu: '2' },
              min: { cpu: '100m' },
              default: { cpu: '1' },
              defaultRequest: { cpu: '500m' },
              maxLimitRequestRatio: { cpu: '4' },
            },
            { type: 'Pod', max: { memory: '1Gi' } },
            { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
          ],
        },
      },
    },
    update: { spec: { limits: [{ type: 'Container', max: { cpu: '3' } }] } },
    refused: {
      'two of one type': spec({ limits: [{ type: 'Pod' }, { type: 'Pod' }] }),
      'a default for a pod': spec({ limits: [{ type: 'Pod', default: { cpu: '1' } }] }),
      'a least above the most': spec({ limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' } }] }),
      'a default above the most': spec({ limits: [{ type: 'Container', default: { cpu: '2' }, max: { cpu: '1' } }] }),
      'a request above the default': spec({
        limits: [{ type: 'Container', defaultRequest: { cpu: '2' }, default: { cpu: '1' } }],
      }),
      'a ratio below one': spec({ limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] }),
      'a claim without storage': spec({ limits: [{ type: 'PersistentVolumeClaim', min: { cpu: '1' } }] }),
      'a type without a domain': spec({ limits: [{ type: 'Castle' }] }),
    },
  },
  {
    kind: 'ResourceQuota',
    apiVersion: 'v1',
    plural: 'resourcequotas',
    minimal: { spec: { hard: { pods: '10' } } },
    rich: {
      'scopes and many resources': {
        spec: {
          hard: {
            cpu: '1',
            'requests.memory': '1Gi',
            'limits.cpu': 2,
            'count/jobs.batch': '3',
            'requests.nvidia.com/gpu': 4,
            pods: '5',
          },
          scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
        },
      },
    },
    update: { spec: { hard: { pods: '20' } } },
    status: { hard: { pods: '10' }, used: { pods: '3' } },
    refused: {
      'a negative amount': spec({ hard: { pods: '-1' } }),
      'a part of a pod': spec({ hard: { pods: '1500m' } }),
      'an unknown resource': spec({ hard: { castles: '1' } }),
      'an unknown scope': spec({ scopes: ['Castle'] }),
      'scopes that exclude each other': spec({ scopes: ['BestEffort', 'NotBestEffort'] }),
      'a scope that does not count this': spec({ hard: { services: '1' }, scopes: ['Terminating'] }),
      'a scope selector that is none': spec({
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      }),
    },
    refusedUpdates: { 'another scope': spec({ scopes: ['Terminating'] }) },
  },
  {
    kind: 'Endpoints',
    apiVersion: 'v1',
    plural: 'endpoints',
    minimal: {},
    rich: {
      addresses: {
        subsets: [
          {
            addresses: [
              { ip: '10.1.2.4', hostname: 'h' },
              { ip: '10.1.2.3', nodeName: 'n', targetRef: { kind: 'Pod', name: 'p' } },
            ],
            notReadyAddresses: [{ ip: '10.1.2.5' }],
            ports: [
              { name: 'b', port: 81, protocol: 'UDP' },
              { name: 'a', port: 80 },
            ],
          },
        ],
      },
    },
    update: { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ port: 80 }] }] },
    refused: {
      'an address that is none': { subsets: [{ addresses: [{ ip: 'x' }], ports: [{ port: 80 }] }] },
      'an address of loopback': { subsets: [{ addresses: [{ ip: '127.0.0.1' }], ports: [{ port: 80 }] }] },
      'an address of the link': { subsets: [{ addresses: [{ ip: '169.254.1.1' }], ports: [{ port: 80 }] }] },
      'no addresses': { subsets: [{ ports: [{ port: 80 }] }] },
      'ports without names': { subsets: [{ addresses: [{ ip: '10.1.1.1' }], ports: [{ port: 80 }, { port: 81 }] }] },
      'a port out of range': { subsets: [{ addresses: [{ ip: '10.1.1.1' }], ports: [{ port: 0 }] }] },
    },
  },
  {
    kind: 'Event',
    apiVersion: 'v1',
    plural: 'events',
    minimal: {},
    rich: {},
    ownNames: true,
  },
  {
    kind: 'Lease',
    apiVersion: 'coordination.k8s.io/v1',
    plural: 'leases',
    minimal: {},
    rich: {
      'a holder': {
        spec: {
          holderIdentity: 'me',
          leaseDurationSeconds: 15,
          acquireTime: '2024-01-01T00:00:00.000001Z',
          renewTime: '2024-01-01T00:00:00.123456Z',
          leaseTransitions: 2,
        },
      },
    },
    update: { spec: { holderIdentity: 'you' } },
    refused: {
      'a length of nothing': spec({ leaseDurationSeconds: 0 }),
      'negative transitions': spec({ leaseTransitions: -1 }),
      'a time that is none': spec({ renewTime: 'yesterday' }),
      'a strategy without a holder': spec({ strategy: 'OldestEmulationVersion', preferredHolder: 'x' }),
    },
  },
  {
    kind: 'PodDisruptionBudget',
    apiVersion: 'policy/v1',
    plural: 'poddisruptionbudgets',
    minimal: {},
    rich: {
      'a least': { spec: { minAvailable: '50%', selector: { matchLabels: { app: 'a' } } } },
      'a most': { spec: { maxUnavailable: 1, selector: {}, unhealthyPodEvictionPolicy: 'AlwaysAllow' } },
    },
    update: { spec: { minAvailable: 2 } },
    status: {
      observedGeneration: 1,
      disruptionsAllowed: 1,
      currentHealthy: 2,
      desiredHealthy: 1,
      expectedPods: 2,
      conditions: [condition('DisruptionAllowed', 'True')],
    },
    refused: {
      'both bounds': spec({ minAvailable: 1, maxUnavailable: 1 }),
      'a negative bound': spec({ minAvailable: -1 }),
      'more than all': spec({ maxUnavailable: '101%' }),
      'a share that is none': spec({ minAvailable: 'some' }),
      'an unknown policy': spec({ unhealthyPodEvictionPolicy: 'Whatever' }),
      'a selector that is none': spec({ selector: { matchExpressions: [{ key: 'a', operator: 'Near' }] } }),
    },
  },
  {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    plural: 'horizontalpodautoscalers',
    minimal: { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } } },
    rich: {
      'every metric': {
        spec: {
          minReplicas: 2,
          maxReplicas: 10,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
          metrics: [
            { type: 'Resource', resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } } },
            { type: 'Pods', pods: { metric: { name: 'rps' }, target: { type: 'AverageValue', averageValue: '10' } } },
            {
              type: 'Object',
              object: {
                describedObject: { kind: 'Service', name: 's', apiVersion: 'v1' },
                metric: { name: 'q' },
                target: { type: 'Value', value: '3' },
              },
            },
            {
              type: 'External',
              external: {
                metric: { name: 'e', selector: { matchLabels: { a: 'b' } } },
                target: { type: 'Value', value: '1500m' },
              },
            },
            {
              type: 'ContainerResource',
              containerResource: {
                name: 'cpu',
                container: 'main',
                target: { type: 'Utilization', averageUtilization: 50 },
              },
            },
          ],
          behavior: { scaleDown: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } },
        },
      },
    },
    update: spec({ maxReplicas: 5 }),
    status: {
      currentReplicas: 1,
      desiredReplicas: 2,
      currentMetrics: [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 30, averageValue: '30m' } } },
      ],
      conditions: [condition('AbleToScale', 'True')],
    },
    refused: {
      'no spec': { spec: null },
      'no target': spec({ scaleTargetRef: null }),
      'no most': spec({ maxReplicas: null }),
      'a least above the most': spec({ minReplicas: 5 }),
      'a least of nothing': spec({ minReplicas: 0 }),
      'a metric without a source': spec({ metrics: [{ type: 'Resource' }] }),
      'an unknown metric': spec({ metrics: [{ type: 'Mood' }] }),
      'a metric with two sources': spec({
        metrics: [
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 5 } },
            pods: { metric: { name: 'a' }, target: { type: 'Value' } },
          },
        ],
      }),
      'a target without a value': spec({
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization' } } }],
      }),
      'a behaviour out of range': spec({
        behavior: {
          scaleUp: { stabilizationWindowSeconds: 99999, policies: [{ type: 'Jump', value: 0, periodSeconds: 0 }] },
        },
      }),
    },
  },
  {
    kind: 'HorizontalPodAutoscaler',
    version: 'autoscaling/v1',
    apiVersion: 'autoscaling/v1',
    plural: 'horizontalpodautoscalers',
    minimal: {
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
    },
    rich: {
      'a target of its own': {
        spec: {
          minReplicas: 1,
          maxReplicas: 3,
          targetCPUUtilizationPercentage: 50,
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' },
        },
      },
    },
    update: spec({ targetCPUUtilizationPercentage: 70 }),
    status: { currentReplicas: 1, desiredReplicas: 2, currentCPUUtilizationPercentage: 30 },
    refused: { 'no share': spec({ targetCPUUtilizationPercentage: 0 }) },
  },
]

const EVENT: JsonObject = {
  reason: 'Started',
  message: 'it goes',
  type: 'Normal',
  source: { component: 'oracle', host: 'h' },
  firstTimestamp: LONG_AGO,
  lastTimestamp: SOON_AFTER,
  count: 3,
}
const NEW_EVENT: JsonObject = {
  eventTime: '2024-01-01T00:00:00.000000Z',
  reportingController: 'example.test/oracle',
  reportingInstance: 'oracle-1',
  action: 'Start',
  reason: 'Started',
  type: 'Normal',
  note: 'it goes',
}

/** The topic. */
export const core: TopicDraft = {
  topic: 'core',
  cases: [
    ...KINDS.filter(({ kind }) => kind !== 'Event').flatMap(kindCases),
    inNamespace('Event', 'is one object in two groups', (namespace) => {
      const old = resource('v1', 'events', 'Event', namespace)
      const fresh = resource('events.k8s.io/v1', 'events', 'Event', namespace)
      const involvedObject = {
        kind: 'Pod',
        namespace,
        name: 'p',
        uid: 'u-1',
        apiVersion: 'v1',
        fieldPath: 'spec.containers{main}',
      }
      const regarding = { kind: 'Pod', namespace, name: 'p', uid: 'u-1', apiVersion: 'v1' }
      return [
        as('old', old.create({ metadata: { name: 'old' }, involvedObject, ...EVENT })),
        fresh.get('old'),
        old.table('old'),
        fresh.table('old'),
        as('fresh', fresh.create({ metadata: { name: 'fresh' }, regarding, ...NEW_EVENT })),
        old.get('fresh'),
        old.table('fresh'),
        fresh.table('fresh'),
        old.change('old', 'old', { count: 4, message: 'it still goes' }),
        fresh.change('fresh', 'fresh', { series: { count: 2, lastObservedTime: '2024-01-01T00:01:00.000000Z' } }),
        fresh.change('fresh', 'fresh', { metadata: { resourceVersion: null }, reason: 'Other' }),
        old.create({ metadata: { name: 'nobody' }, ...EVENT }),
        old.create({
          metadata: { name: 'elsewhere' },
          involvedObject: { ...involvedObject, namespace: 'other' },
          ...EVENT,
        }),
        old.create({ metadata: { name: 'node' }, involvedObject: { kind: 'Node', name: 'n' }, ...EVENT }),
        fresh.create({ metadata: { name: 'empty' }, regarding }),
        fresh.create({ metadata: { name: 'bad' }, regarding, ...NEW_EVENT, type: 'Odd', reportingController: 'a b' }),
        fresh.create({
          metadata: { name: 'long' },
          regarding,
          ...NEW_EVENT,
          note: '{{repeat x 1025}}',
          action: '{{repeat a 129}}',
        }),
        old.list('fieldSelector=involvedObject.name%3Dp,reason%3DStarted'),
        old.list('fieldSelector=type%3DWarning'),
        fresh.list('fieldSelector=regarding.name%3Dp'),
        old.list('fieldSelector=message%3Dx'),
        old.table(undefined, 'includeObject=None'),
        fresh.table(undefined, 'includeObject=None'),
        fresh.apply('applied', 'm', { metadata: { name: 'applied' }, regarding, ...NEW_EVENT }),
        old.removeAll(),
      ]
    }),
    inNamespace('HorizontalPodAutoscaler', 'is one object in two versions', (namespace) => {
      const one = resource('autoscaling/v1', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', namespace)
      const two = resource('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', namespace)
      const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }
      return [
        one.create({
          metadata: { name: 'one' },
          spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 60, scaleTargetRef: target },
        }),
        two.get('one'),
        as(
          'two',
          two.create({
            metadata: { name: 'two' },
            spec: {
              maxReplicas: 3,
              scaleTargetRef: target,
              metrics: [
                {
                  type: 'Resource',
                  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
                },
                {
                  type: 'Resource',
                  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
                },
              ],
              behavior: { scaleDown: { stabilizationWindowSeconds: 10 } },
            },
          }),
        ),
        as('seen', one.get('two')),
        one.change('two', 'seen', { spec: { maxReplicas: 4 } }),
        two.get('two'),
        one.table(undefined, 'includeObject=None'),
        two.table(undefined, 'includeObject=None'),
        two.list(),
        one.watch(),
      ]
    }),
    inCluster('Namespace', 'lives and dies', (name) => [
      as('created', namespaces.create({ metadata: { name, labels: { oracle: name } } })),
      namespaces.create({ metadata: { name } }),
      namespaces.get(name),
      namespaces.table(name),
      namespaces.metadata(name),
      namespaces.sub('status').get(name),
      namespaces.change(name, 'created', { metadata: { labels: { more: 'yes' } } }),
      namespaces.patch('merge', name, { metadata: { labels: { 'kubernetes.io/metadata.name': 'other' } } }),
      namespaces.patch('merge', name, { metadata: { labels: { 'kubernetes.io/metadata.name': null } } }),
      namespaces.patch('merge', name, { spec: { finalizers: ['other'] } }),
      namespaces
        .sub('status')
        .patch('merge', name, { status: { conditions: [condition('NamespaceDeletionContentFailure', 'False')] } }),
      namespaces.list(`labelSelector=oracle%3D${name}`),
      namespaces.list(`fieldSelector=metadata.name%3D${name}`),
      namespaces.list(`fieldSelector=status.phase%3DActive&labelSelector=oracle%3D${name}`),
      namespaces.apply(name, 'm', { metadata: { name, annotations: { a: 'b' } } }),
      namespaces.removeAll(`labelSelector=oracle%3D${name}`),
      namespaces.remove(name),
      as('ending', namespaces.get(name)),
      namespaces.table(name, 'includeObject=None'),
      resource('v1', 'configmaps', 'ConfigMap', name).create({ metadata: { name: 'late' } }),
      namespaces.remove(name),
      namespaces.sub('finalize').change(name, 'ending', { metadata: { resourceVersion: '1' } }),
      namespaces.sub('finalize').change(name, 'ending', { spec: { finalizers: null } }),
      namespaces.get(name),
      namespaces.create({ metadata: { name: 'Not_OK' } }),
      namespaces.create({ metadata: { name: 'dots.in.it' } }),
      namespaces.create({ metadata: { name: '{{repeat x 64}}' } }),
      namespaces.create({ metadata: { name: 'kubernetes-x' }, spec: { finalizers: ['no-domain'] } }, 'dryRun=All'),
      namespaces.remove('default'),
      namespaces.remove('kube-system'),
      namespaces.create({ metadata: { generateName: 'oracle-' } }, 'dryRun=All'),
    ]),
    inNamespace('ServiceAccount', 'is given tokens', (namespace) => {
      const accounts = resource('v1', 'serviceaccounts', 'ServiceAccount', namespace)
      const token = (name: string, more: JsonObject = {}) =>
        accounts.sub('token').post(name, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', ...more })
      const reviews = resource('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview')
      const ask = (bearer: string) =>
        raw('POST', reviews.path, {
          identity: 'nobody',
          headers: { authorization: `Bearer ${bearer}` },
          body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
        })
      return [
        as('token', token('default')),
        ask('{{token.status.token}}'),
        token('default', { spec: { expirationSeconds: 5 } }),
        token('default', { spec: { expirationSeconds: 600, audiences: ['elsewhere'] } }),
        token('default', { spec: { boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'none' } } }),
        token('default', { spec: { boundObjectRef: { kind: 'Castle', apiVersion: 'v1', name: 'x' } } }),
        token('none'),
        token('default', { metadata: { name: 'other' } }),
        as('elsewhere', token('default', { spec: { audiences: ['elsewhere'] } })),
        ask('{{elsewhere.status.token}}'),
        raw('GET', `/api/v1/namespaces/${namespace}/pods`, {
          identity: 'nobody',
          headers: { authorization: 'Bearer {{token.status.token}}' },
        }),
      ]
    }),
    inCluster('ComponentStatus', 'is still listed', () => {
      const it = resource('v1', 'componentstatuses', 'ComponentStatus')
      return [it.get('none'), it.create({ metadata: { name: 'x' } })]
    }),
    inNamespace('LimitRange', 'gives pods their defaults', (namespace) => {
      const limits = resource('v1', 'limitranges', 'LimitRange', namespace)
      const it = resource('v1', 'pods', 'Pod', namespace)
      const pod = (name: string, resources: JsonObject): JsonObject => ({
        metadata: { name },
        spec: { automountServiceAccountToken: false, containers: [{ name: 'main', image: 'a:1', resources }] },
      })
      return [
        limits.create({
          metadata: { name: 'l' },
          spec: {
            limits: [
              {
                type: 'Container',
                default: { cpu: '500m' },
                defaultRequest: { cpu: '100m' },
                max: { cpu: '1' },
                min: { cpu: '50m' },
              },
              { type: 'Pod', max: { cpu: '1500m' } },
            ],
          },
        }),
        it.create(pod('plain', {})),
        it.create(pod('much', { limits: { cpu: '2' } })),
        it.create(pod('little', { requests: { cpu: '10m' } })),
      ]
    }),
  ],
}
