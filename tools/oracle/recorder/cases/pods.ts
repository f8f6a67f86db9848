/** Pods: defaults, validation, states in the table, and what only pods have below them. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inNamespace, resource, type StepDraft, setup, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases, merge } from '../kind-cases.ts'
import { condition, LONG_AGO, POD_SPEC, SOON_AFTER } from './bodies.ts'

const podsIn = (namespace: string) => resource('v1', 'pods', 'Pod', namespace)
const POD: JsonObject = { spec: POD_SPEC }

/** Changes the one container. */
const container = (change: JsonObject): JsonObject => ({
  spec: { containers: [merge({ name: 'main', image: 'example.test/app:1' }, change)] },
})
const spec = (change: JsonObject): JsonObject => ({ spec: change })
const volume = (source: JsonObject): JsonObject => spec({ volumes: [{ name: 'v', ...source }] })

const running = (containerStatus: JsonObject = {}): JsonObject => ({
  phase: 'Running',
  startTime: LONG_AGO,
  podIP: '10.1.2.3',
  podIPs: [{ ip: '10.1.2.3' }],
  hostIP: '10.9.9.9',
  hostIPs: [{ ip: '10.9.9.9' }],
  conditions: [condition('Ready', 'True')],
  containerStatuses: [
    {
      name: 'main',
      image: 'example.test/app:1',
      imageID: '',
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: LONG_AGO } },
      ...containerStatus,
    },
  ],
})

const initStatus = (change: JsonObject): JsonObject => ({
  phase: 'Pending',
  initContainerStatuses: [{ name: 'init', image: 'i', imageID: '', ready: false, restartCount: 0, ...change }],
})

const RICH: JsonObject = {
  spec: {
    automountServiceAccountToken: false,
    restartPolicy: 'OnFailure',
    terminationGracePeriodSeconds: 5,
    nodeSelector: { disk: 'fast' },
    hostname: 'host-a',
    subdomain: 'sub',
    priorityClassName: 'system-node-critical',
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['10.0.0.1'], searches: ['example.test'], options: [{ name: 'ndots', value: '2' }] },
    hostAliases: [{ ip: '10.0.0.9', hostnames: ['a.example.test'] }],
    imagePullSecrets: [{ name: 'pull' }],
    readinessGates: [{ conditionType: 'example.test/ready' }],
    securityContext: { runAsUser: 1000, runAsNonRoot: true, fsGroup: 2000, seccompProfile: { type: 'RuntimeDefault' } },
    tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'a' } },
      },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
        },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 5, preference: { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] } },
        ],
      },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } },
        ],
      },
    },
    initContainers: [
      { name: 'init', image: 'example.test/init', command: ['true'] },
      { name: 'sidecar', image: 'example.test/side:2', restartPolicy: 'Always' },
    ],
    containers: [
      {
        name: 'main',
        image: 'example.test/app',
        command: ['run'],
        args: ['--now'],
        workingDir: '/work',
        ports: [{ containerPort: 80 }, { name: 'metrics', containerPort: 9090, protocol: 'UDP' }],
        env: [
          { name: 'A', value: 'a' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          { name: 'KEY', valueFrom: { secretKeyRef: { name: 's', key: 'k', optional: true } } },
        ],
        envFrom: [{ prefix: 'P_', configMapRef: { name: 'c' } }],
        resources: { limits: { cpu: '500m', memory: '1Gi' }, requests: { cpu: 0.1 } },
        volumeMounts: [{ name: 'data', mountPath: '/data', readOnly: true, subPath: 'x' }],
        livenessProbe: { httpGet: { port: 80 } },
        readinessProbe: { tcpSocket: { port: 'metrics' }, periodSeconds: 3 },
        startupProbe: { exec: { command: ['ok'] }, failureThreshold: 30 },
        lifecycle: { preStop: { exec: { command: ['bye'] } } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        stdin: true,
        tty: true,
      },
    ],
    volumes: [
      { name: 'data', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'config', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
      { name: 'host', hostPath: { path: '/tmp' } },
      { name: 'claim', persistentVolumeClaim: { claimName: 'c' } },
      { name: 'down', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      {
        name: 'all',
        projected: {
          sources: [
            { serviceAccountToken: { path: 'token' } },
            { configMap: { name: 'c' } },
            { secret: { name: 's' } },
          ],
        },
      },
      { name: 'nfs', nfs: { server: 'nfs.example.test', path: '/' } },
      { name: 'csi', csi: { driver: 'csi.example.test' } },
      {
        name: 'own',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
      { name: 'image', image: { reference: 'example.test/data:1' } },
    ],
  },
}

const POD_KIND: KindDraft = {
  kind: 'Pod',
  apiVersion: 'v1',
  plural: 'pods',
  minimal: POD,
  rich: {
    'every common field': RICH,
    'the token of its service account': {
      spec: {
        containers: [
          { name: 'main', image: 'a' },
          { name: 'other', image: 'b:latest' },
        ],
      },
    },
    'the network of its host': spec({
      automountServiceAccountToken: false,
      hostNetwork: true,
      containers: [{ name: 'main', image: 'a@sha256:{{repeat 0 64}}', ports: [{ containerPort: 80 }] }],
    }),
    'a guaranteed quality': spec({
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'a:1', resources: { limits: { cpu: '1', memory: '1Gi' } } }],
    }),
    'a node of its own choice': spec({ ...POD_SPEC, nodeName: 'node-1', tolerations: [{ operator: 'Exists' }] }),
    'an overhead and deadline': spec({
      ...POD_SPEC,
      activeDeadlineSeconds: 30,
      enableServiceLinks: false,
      shareProcessNamespace: true,
    }),
    'a grpc probe and hooks': spec({
      ...POD_SPEC,
      containers: [
        {
          name: 'main',
          image: 'a:1',
          livenessProbe: { grpc: { port: 8080 } },
          lifecycle: { postStart: { httpGet: { port: 80, path: '/hook' } }, preStop: { sleep: { seconds: 3 } } },
        },
      ],
    }),
  },
  update: container({ image: 'example.test/app:2' }),
  status: running(),
  refused: {
    'no spec': { spec: null },
    'no containers': spec({ containers: [] }),
    'a container without a name': spec({ containers: [{ image: 'a' }] }),
    'a container without an image': spec({ containers: [{ name: 'a' }] }),
    'an image of spaces': container({ image: ' a' }),
    'a bad name of a container': container({ name: 'Not_OK' }),
    'two containers of one name': spec({
      containers: [
        { name: 'a', image: 'a' },
        { name: 'a', image: 'b' },
      ],
    }),
    'a bad restart policy': spec({ restartPolicy: 'Sometimes' }),
    'a bad dns policy': spec({ dnsPolicy: 'Whatever' }),
    'a dns policy None without servers': spec({ dnsPolicy: 'None' }),
    'a bad pull policy': container({ imagePullPolicy: 'Maybe' }),
    'a port out of range': container({ ports: [{ containerPort: 0 }, { containerPort: 70000 }] }),
    'two ports of one name': container({
      ports: [
        { name: 'a', containerPort: 1 },
        { name: 'a', containerPort: 2 },
      ],
    }),
    'a bad name of a port': container({ ports: [{ name: 'A_very_long_name_of_port', containerPort: 1 }] }),
    'a bad protocol': container({ ports: [{ containerPort: 1, protocol: 'ICMP' }] }),
    'a host port twice': container({
      ports: [
        { containerPort: 1, hostPort: 80 },
        { containerPort: 2, hostPort: 80 },
      ],
    }),
    'a bad name of a variable': container({
      env: [
        { name: 'a=b', value: 'c' },
        { name: '', value: 'd' },
      ],
    }),
    'a variable with two sources': container({
      env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
    }),
    'a variable of an unknown field': container({
      env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nope' } } }],
    }),
    'a mount without a volume': container({ volumeMounts: [{ name: 'none', mountPath: '/x' }] }),
    'a mount without a path': merge(
      container({ volumeMounts: [{ name: 'v', mountPath: '' }] }),
      volume({ emptyDir: {} }),
    ),
    'two mounts at one path': merge(
      container({
        volumeMounts: [
          { name: 'v', mountPath: '/x' },
          { name: 'v', mountPath: '/x' },
        ],
      }),
      volume({ emptyDir: {} }),
    ),
    'a request above its limit': container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    'a negative request': container({ resources: { requests: { cpu: '-1' } } }),
    'a quantity that is none': container({ resources: { requests: { cpu: 'lots' } } }),
    'an unknown resource': container({ resources: { requests: { nonsense: '1' } } }),
    'huge pages without cpu': container({ resources: { limits: { 'hugepages-2Mi': '2Mi' } } }),
    'an extended resource below its limit': container({
      resources: { requests: { 'example.test/gpu': '1' }, limits: { 'example.test/gpu': '2' } },
    }),
    'a volume without a source (an emptyDir)': volume({}),
    'a volume with two sources': volume({ emptyDir: {}, hostPath: { path: '/' } }),
    'two volumes of one name': spec({
      volumes: [
        { name: 'v', emptyDir: {} },
        { name: 'v', emptyDir: {} },
      ],
    }),
    'a host path with dots': volume({ hostPath: { path: '/a/../b' } }),
    'a bad type of a host path': volume({ hostPath: { path: '/a', type: 'Castle' } }),
    'a secret without a name': volume({ secret: {} }),
    'a config map with a bad mode': volume({ configMap: { name: 'c', defaultMode: 9999 } }),
    'a claim without a name': volume({ persistentVolumeClaim: { claimName: '' } }),
    'an nfs without a server': volume({ nfs: { server: '', path: 'relative' } }),
    'a probe with two handlers': container({ livenessProbe: { httpGet: { port: 80 }, exec: { command: ['a'] } } }),
    'a probe without a handler': container({ livenessProbe: {} }),
    'a probe with bad numbers': container({
      livenessProbe: { httpGet: { port: 80 }, periodSeconds: -1, successThreshold: 2 },
    }),
    'a probe on an unknown port': container({ readinessProbe: { httpGet: { port: 'a b' } } }),
    'a hook without a handler': container({ lifecycle: { preStop: {} } }),
    'a negative grace': spec({ terminationGracePeriodSeconds: -1 }),
    'a deadline of nothing': spec({ activeDeadlineSeconds: 0 }),
    'a bad hostname': spec({ hostname: 'A.b' }),
    'a bad node name': spec({ nodeName: 'Node_1' }),
    'a bad node selector': spec({ nodeSelector: { 'a b': 'c d' } }),
    'a toleration of nothing': spec({
      tolerations: [{ operator: 'Exists', value: 'v' }, { operator: 'Equal' }, { key: 'k', operator: 'Near' }],
    }),
    'an effect that is none': spec({ tolerations: [{ key: 'k', operator: 'Exists', effect: 'Explode' }] }),
    'an affinity without terms': spec({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    }),
    'an affinity with a bad operator': spec({
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Like' }] }],
          },
        },
      },
    }),
    'an affinity without a topology': spec({
      affinity: {
        podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '', labelSelector: {} }] },
      },
    }),
    'a weight out of range': spec({
      affinity: {
        podAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 101, podAffinityTerm: { topologyKey: 'k' } }],
        },
      },
    }),
    'a spread without a skew': spec({
      topologySpreadConstraints: [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Maybe' }],
    }),
    'an unknown priority class': spec({ priorityClassName: 'nobody-made-this' }),
    'a priority of its own': spec({ priority: 7 }),
    'an unknown service account': spec({ serviceAccountName: 'nobody' }),
    'an unknown runtime class': spec({ runtimeClassName: 'nobody' }),
    'a bad sysctl': spec({ securityContext: { sysctls: [{ name: 'BAD..', value: '1' }] } }),
    'privileged without escalation': container({
      securityContext: { privileged: true, allowPrivilegeEscalation: false },
    }),
    'a negative user': container({ securityContext: { runAsUser: -1 } }),
    'host network and other ports': spec({
      hostNetwork: true,
      containers: [{ name: 'a', image: 'a', ports: [{ containerPort: 80, hostPort: 81 }] }],
    }),
    'an alias with a bad address': spec({ hostAliases: [{ ip: 'x', hostnames: ['A_b'] }] }),
    'a readiness gate that is none': spec({ readinessGates: [{ conditionType: 'a b' }] }),
    'a gate twice': spec({ schedulingGates: [{ name: 'a.b/c' }, { name: 'a.b/c' }] }),
    'an init container with a probe': spec({
      initContainers: [{ name: 'i', image: 'i', readinessProbe: { exec: { command: ['a'] } } }],
    }),
    'an ephemeral container at once': spec({ ephemeralContainers: [{ name: 'e', image: 'e' }] }),
    'a string for a number': spec({ terminationGracePeriodSeconds: 'soon' }),
    'a list for an object': { spec: [] },
    'an object for a list': spec({ containers: {} }),
  },
  refusedUpdates: {
    'another command': container({ command: ['other'] }),
    'another restart policy': spec({ restartPolicy: 'Never' }),
    'another node': spec({ nodeName: 'other' }),
    'one more container': spec({
      containers: [
        { name: 'main', image: 'a' },
        { name: 'more', image: 'a' },
      ],
    }),
    'fewer tolerations': spec({ tolerations: [] }),
    'another service account': spec({ serviceAccountName: 'other', serviceAccount: 'other' }),
    'resources without resize': container({ resources: { requests: { cpu: '1' } } }),
    'an empty image': container({ image: '' }),
    'another uid': { metadata: { uid: '00000000-0000-0000-0000-000000000000' } },
    'a deadline that is negative': spec({ activeDeadlineSeconds: -5 }),
    'another namespace': { metadata: { namespace: 'elsewhere' } },
    'another kind': { kind: 'Service' },
    'another apiVersion': { apiVersion: 'v2' },
  },
  states: {
    running: running(),
    'not ready': running({
      ready: false,
      restartCount: 3,
      lastState: { terminated: { exitCode: 1, finishedAt: LONG_AGO } },
    }),
    'crash loop': running({ ready: false, restartCount: 5, state: { waiting: { reason: 'CrashLoopBackOff' } } }),
    'pulling fails': {
      phase: 'Pending',
      containerStatuses: [
        {
          name: 'main',
          image: 'a',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { waiting: { reason: 'ImagePullBackOff' } },
        },
      ],
    },
    succeeded: {
      phase: 'Succeeded',
      containerStatuses: [
        {
          name: 'main',
          image: 'a',
          imageID: '',
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode: 0, reason: 'Completed' } },
        },
      ],
    },
    failed: { phase: 'Failed', reason: 'Evicted', message: 'no room' },
    'killed by a signal': running({ ready: false, state: { terminated: { exitCode: 0, signal: 9 } } }),
    'failed with a code': running({ ready: false, state: { terminated: { exitCode: 3 } } }),
    'a node that is lost': { phase: 'Running', reason: 'NodeLost' },
    gated: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    nominated: { phase: 'Pending', nominatedNodeName: 'node-7' },
  },
}

const INITIAL_SPEC: JsonObject = {
  ...POD_SPEC,
  initContainers: [
    { name: 'init', image: 'i' },
    { name: 'init-2', image: 'i' },
    { name: 'side', image: 's', restartPolicy: 'Always' },
  ],
}

const initStates: readonly JsonObject[] = [
  initStatus({ state: { waiting: { reason: 'PodInitializing' } } }),
  initStatus({ state: { running: { startedAt: LONG_AGO } } }),
  initStatus({ state: { waiting: { reason: 'CrashLoopBackOff' } }, restartCount: 2 }),
  initStatus({ state: { terminated: { exitCode: 2 } } }),
  initStatus({ state: { terminated: { exitCode: 1, reason: 'Error' } } }),
  initStatus({ state: { terminated: { exitCode: 0, signal: 15 } } }),
  {
    phase: 'Pending',
    conditions: [condition('Initialized', 'False')],
    initContainerStatuses: [
      { name: 'init', image: 'i', imageID: '', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
    ],
  },
  {
    ...running(),
    conditions: [condition('Initialized', 'True'), condition('Ready', 'True')],
    initContainerStatuses: [
      { name: 'init', image: 'i', imageID: '', ready: true, restartCount: 0, state: { terminated: { exitCode: 0 } } },
      {
        name: 'side',
        image: 's',
        imageID: '',
        ready: true,
        started: true,
        restartCount: 4,
        state: { running: { startedAt: LONG_AGO } },
      },
    ],
  },
]

/** The topic. */
export const pods: TopicDraft = {
  topic: 'pods',
  cases: [
    ...kindCases(POD_KIND),
    inNamespace('Pod', 'shows its init containers in a table', (namespace) => {
      const it = podsIn(namespace)
      return [
        as('created', it.create({ metadata: { name: 'a' }, spec: INITIAL_SPEC })),
        ...initStates.flatMap((status): readonly StepDraft[] => [
          it.sub('status').change('a', 'created', { metadata: { resourceVersion: null }, status }),
          it.table('a', 'includeObject=None'),
        ]),
      ]
    }),
    inNamespace('Pod', 'is deleted with grace on a node', (namespace) => {
      const it = podsIn(namespace)
      const onNode = { spec: { ...POD_SPEC, nodeName: 'node-1' } }
      return [
        as('created', it.create({ metadata: { name: 'a' }, ...onNode })),
        it.sub('status').patch('merge', 'a', { status: running() }),
        it.remove('a', undefined, 'dryRun=All'),
        as('deleting', it.remove('a')),
        it.table('a'),
        it.get('a'),
        it.remove('a', { gracePeriodSeconds: 60 }),
        it.remove('a', { gracePeriodSeconds: 5 }),
        it.remove('a', { gracePeriodSeconds: -1 }),
        it.patch('merge', 'a', { metadata: { labels: { late: 'yes' } } }),
        it.remove('a', { gracePeriodSeconds: 0, preconditions: { uid: '00000000-0000-0000-0000-000000000000' } }),
        it.remove('a', { gracePeriodSeconds: 0, preconditions: { uid: '{{created.metadata.uid}}' } }),
        it.get('a'),
        it.create({ metadata: { name: 'b' }, ...onNode }),
        it.remove('b', undefined, 'gracePeriodSeconds=0'),
        it.create({ metadata: { name: 'c' }, ...onNode }),
        it.sub('status').patch('merge', 'c', { status: { phase: 'Succeeded' } }),
        it.remove('c'),
        it.create({
          metadata: { name: 'd' },
          spec: { ...POD_SPEC, nodeName: 'node-1', terminationGracePeriodSeconds: 0 },
        }),
        it.remove('d'),
        it.watch('resourceVersion={{created.metadata.resourceVersion}}'),
      ]
    }),
    inNamespace('Pod', 'is bound to a node', (namespace) => {
      const it = podsIn(namespace)
      const bindings = resource('v1', 'bindings', 'Binding', namespace)
      const target = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'Node', name })
      return [
        it.create({ metadata: { name: 'a' }, ...POD }),
        it.sub('binding').post('a', { kind: 'Binding', metadata: { name: 'a' }, target: { kind: 'Node' } }),
        it.sub('binding').post('a', { kind: 'Binding', metadata: { name: 'b' }, target: target('node-1') }),
        it
          .sub('binding')
          .post('a', { kind: 'Binding', metadata: { name: 'a' }, target: { kind: 'Castle', name: 'x' } }),
        it.sub('binding').post('a', {
          kind: 'Binding',
          metadata: { name: 'a', annotations: { by: 'binding' } },
          target: target('node-1'),
        }),
        it.get('a'),
        it.sub('binding').post('a', { kind: 'Binding', metadata: { name: 'a' }, target: target('node-2') }),
        it.sub('binding').post('none', { kind: 'Binding', metadata: { name: 'none' }, target: target('node-2') }),
        it.create({ metadata: { name: 'b' }, ...POD }),
        bindings.create({ metadata: { name: 'b' }, target: target('node-2') }),
        it.table(undefined, 'includeObject=None'),
        it.list('fieldSelector=spec.nodeName%3Dnode-2'),
        bindings.list(),
      ]
    }),
    inNamespace('Pod', 'is evicted, within its budget', (namespace) => {
      const it = podsIn(namespace)
      const budgets = resource('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', namespace)
      const eviction = (name: string, more: JsonObject = {}) =>
        it.sub('eviction').post(name, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...more })
      const ready = (name: string): readonly StepDraft[] => [
        setup(it.create({ metadata: { name, labels: { app: 'a' } }, spec: { ...POD_SPEC, nodeName: 'node-1' } })),
        setup(it.sub('status').patch('merge', name, { status: running() })),
      ]
      const allowed = (disruptionsAllowed: number): JsonObject => ({
        status: { observedGeneration: 1, disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
      })
      return [
        ...ready('free'),
        eviction('free', { deleteOptions: { dryRun: ['All'] } }),
        eviction('free'),
        it.get('free'),
        eviction('none'),
        ...ready('kept'),
        budgets.create({
          metadata: { name: 'pdb' },
          spec: { minAvailable: 1, selector: { matchLabels: { app: 'a' } } },
        }),
        eviction('kept'),
        budgets.sub('status').patch('merge', 'pdb', allowed(0)),
        eviction('kept'),
        budgets.sub('status').patch('merge', 'pdb', allowed(1)),
        eviction('kept', { deleteOptions: { gracePeriodSeconds: 0 } }),
        budgets.table('pdb'),
        ...ready('twice'),
        budgets.create({ metadata: { name: 'pdb-2' }, spec: { maxUnavailable: '50%', selector: {} } }),
        eviction('twice'),
        it.sub('eviction').post('twice', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'other' } }),
      ]
    }),
    inNamespace('Pod', 'gets ephemeral containers', (namespace) => {
      const it = podsIn(namespace)
      const sub = it.sub('ephemeralcontainers')
      const debug = { name: 'debug', image: 'example.test/debug' }
      return [
        as('created', it.create({ metadata: { name: 'a' }, ...POD })),
        sub.patch('strategic', 'a', { spec: { ephemeralContainers: [debug] } }),
        as('with', sub.get('a')),
        sub.change('a', 'with', { spec: { ephemeralContainers: [{ ...debug, image: 'other' }] } }),
        sub.change('a', 'with', { spec: { ephemeralContainers: [] } }),
        sub.change('a', 'with', { spec: { containers: [{ name: 'main', image: 'other' }] } }),
        sub.patch('strategic', 'a', { spec: { ephemeralContainers: [{ name: 'main', image: 'x' }] } }),
        sub.patch('strategic', 'a', {
          spec: { ephemeralContainers: [{ name: 'e2', image: 'x', ports: [{ containerPort: 1 }] }] },
        }),
        sub.patch('strategic', 'a', {
          spec: { ephemeralContainers: [{ name: 'e3', image: 'x', targetContainerName: 'none' }] },
        }),
        it.get('a'),
      ]
    }),
    inNamespace('Pod', 'is resized', (namespace) => {
      const it = podsIn(namespace)
      const resources = (cpu: string, memory = '1Gi'): JsonObject => ({
        spec: { containers: [{ name: 'main', resources: { requests: { cpu, memory }, limits: { cpu, memory } } }] },
      })
      return [
        it.create({
          metadata: { name: 'a' },
          spec: merge(POD_SPEC, {
            containers: [
              {
                name: 'main',
                image: 'a:1',
                resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { cpu: '1', memory: '1Gi' } },
              },
            ],
          }),
        }),
        it.sub('resize').patch('strategic', 'a', resources('2')),
        it.sub('resize').get('a'),
        it.sub('resize').patch('strategic', 'a', { spec: { containers: [{ name: 'main', image: 'b:1' }] } }),
        it
          .sub('resize')
          .patch('strategic', 'a', { spec: { containers: [{ name: 'main', resources: { $patch: 'delete' } }] } }),
        it
          .sub('resize')
          .patch('strategic', 'a', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '1' } } }] } }),
        it.sub('resize').patch('strategic', 'a', resources('-1')),
        it.patch('strategic', 'a', resources('3')),
      ]
    }),
    inNamespace('Pod', 'has a status of its own', (namespace) => {
      const it = podsIn(namespace)
      const sub = it.sub('status')
      return [
        as('created', it.create({ metadata: { name: 'a' }, ...POD, status: { phase: 'Running' } })),
        as(
          'ran',
          sub.change('a', 'created', { spec: { nodeName: 'x' }, metadata: { labels: { l: 'l' } }, status: running() }),
        ),
        sub.change('a', 'created', { status: { phase: 'Failed' } }),
        sub.change('a', 'ran', { status: { phase: 'Sleeping' } }),
        sub.change('a', 'ran', { status: { podIPs: [{ ip: 'x' }] } }),
        sub.patch('strategic', 'a', { status: { conditions: [condition('Ready', 'False')] } }),
        sub.patch('strategic', 'a', { status: { conditions: [condition('example.test/ready', 'True')] } }),
        sub.patch('strategic', 'a', {
          status: { $setElementOrder: [], conditions: [{ type: 'Ready', $patch: 'delete' }] },
        }),
        sub.patch('json', 'a', [{ op: 'replace', path: '/status/phase', value: 'Succeeded' }]),
        sub.patch('merge', 'a', { status: { phase: 'Running' } }),
        sub.patch('merge', 'a', { status: { startTime: SOON_AFTER, qosClass: 'Guaranteed' } }),
        it.list('fieldSelector=status.phase%3DSucceeded'),
        it.list('fieldSelector=status.phase%21%3DSucceeded'),
        it.list('fieldSelector=spec.restartPolicy%3DAlways,status.podIP%3D10.1.2.3'),
        it.list('fieldSelector=spec.hostNetwork%3Dfalse,spec.schedulerName%3Ddefault-scheduler'),
        it.list('fieldSelector=spec.serviceAccountName%3Ddefault'),
        it.list('fieldSelector=spec.containers%3Da'),
      ]
    }),
    inNamespace('Pod', 'waits at its scheduling gates', (namespace) => {
      const it = podsIn(namespace)
      return [
        as(
          'created',
          it.create({
            metadata: { name: 'a' },
            spec: { ...POD_SPEC, schedulingGates: [{ name: 'example.test/wait' }] },
          }),
        ),
        it.table('a'),
        it.sub('binding').post('a', { kind: 'Binding', metadata: { name: 'a' }, target: { kind: 'Node', name: 'n' } }),
        it.patch('merge', 'a', { spec: { schedulingGates: [{ name: 'other' }] } }),
        it.patch('merge', 'a', { spec: { nodeSelector: { only: 'here' } } }),
        it.patch('merge', 'a', { spec: { schedulingGates: null } }),
        it.patch('merge', 'a', { spec: { nodeSelector: { only: 'there' } } }),
      ]
    }),
    inNamespace('Pod', 'logs, exec and proxy without a node', (namespace) => {
      const it = podsIn(namespace)
      return [
        it.create({ metadata: { name: 'a' }, ...POD }),
        it.sub('log').get('a'),
        it.sub('log').get('a', 'container=none'),
        it.sub('log').get('a', 'tailLines=-1'),
        it.sub('log').get('none'),
        it.sub('exec').get('a', 'command=ls&stdout=true'),
        it.sub('attach').get('a'),
        it.sub('portforward').get('a'),
      ]
    }),
  ],
}
