import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type GroupResource, statusOf } from '@muster/api/status.ts'
import { type Clock, type Duration, instant, milliseconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createRegistry, type Served } from '../registry/registry.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, admit, check } from './admission.ts'
import { NO_POLICIES } from './policies/index.ts'
import { ownerReferencesPermissionEnforcement } from './steps/owner-references-permission-enforcement.ts'
import { ADMISSION_STEPS } from './steps.ts'

const PLURALS: Readonly<Record<string, GroupResource>> = {
  Namespace: { group: '', resource: 'namespaces' },
  ServiceAccount: { group: '', resource: 'serviceaccounts' },
  Node: { group: '', resource: 'nodes' },
  PriorityClass: { group: 'scheduling.k8s.io', resource: 'priorityclasses' },
  StorageClass: { group: 'storage.k8s.io', resource: 'storageclasses' },
  IngressClass: { group: 'networking.k8s.io', resource: 'ingressclasses' },
  RuntimeClass: { group: 'node.k8s.io', resource: 'runtimeclasses' },
}

const namespace = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, resourceVersion: '7' },
  status: { phase: 'Active' },
  ...more,
})
const SHOP = namespace('shop')
const account = (name: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: 'shop' },
  ...more,
})

interface World {
  readonly objects?: readonly KubeObject[]
  /** Verbs and resources that the user is allowed. */
  readonly allowed?: readonly string[]
  /** Called each time somebody waits. */
  readonly onSleep?: (objects: KubeObject[]) => void
}

function contextOf({ objects = [SHOP, account('default')], allowed = [], onSleep }: World): AdmissionContext {
  const all = [...objects]
  const found = ({ group, resource }: GroupResource, where: string) =>
    all.filter(({ kind, metadata }) => {
      const place = PLURALS[kind]
      return place?.group === group && place.resource === resource && (metadata.namespace ?? '') === where
    })
  const clock: Clock = {
    now: () => instant(0),
    elapsed: () => milliseconds(0),
    sleep: async (length: Duration) => {
      ok(length >= 100 && length <= 200)
      onSleep?.(all)
    },
  }
  return {
    reads: {
      get: async (resource, where, name) => found(resource, where).find(({ metadata }) => metadata.name === name),
      list: async (resource, where) => found(resource, where),
    },
    authorizer: {
      authorize: (_user, asked) => {
        const said = asked.about === 'path' ? asked.path : `${asked.resource}/${asked.subresource || asked.name}`
        return { allowed: allowed.includes(`${asked.verb} ${said}`), reason: '' }
      },
      rulesFor: () => ({ rules: [], error: '' }),
    },
    resources: kinds,
    policies: NO_POLICIES,
    random: seededRandom(1),
    clock,
  }
}

const USER = { username: 'ada', groups: [] }
const base = { cluster: 'default', subresource: '', namespace: 'shop', user: USER, dryRun: false }

const kinds = createRegistry(BUILT_IN_KINDS).cluster('default')
function servedOf({ group, resource }: GroupResource): Served {
  const served = kinds.findKind(group, resource)
  assert(served, `${resource} of ${group} is served`)
  return served
}

const create = (resource: string, object: KubeObject, more: object = {}): AdmissionRequest => {
  const [plural = '', ...group] = resource.split('.')
  const named = { group: group.join('.'), resource: plural }
  return { ...base, verb: 'create', resource: named, served: servedOf(named), name: '', object, ...more }
}
const update = (resource: string, object: KubeObject, old: KubeObject, more: object = {}): AdmissionRequest => ({
  ...create(resource, object, { name: object.metadata.name }),
  verb: 'update',
  object,
  old,
  ...more,
})

async function run(request: AdmissionRequest, world: World = {}, steps: readonly AdmissionStep[] = ADMISSION_STEPS) {
  const context = contextOf(world)
  await admit(steps, request, context)
  const { guards } = await check(steps, request, context)
  return guards
}

async function messageOf(
  request: AdmissionRequest,
  world: World = {},
  steps?: readonly AdmissionStep[],
): Promise<string> {
  try {
    await run(request, world, steps)
    return ''
  } catch (error) {
    return statusOf(error).message ?? ''
  }
}

const configMap = (name?: string, generateName?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...(name && { name }), ...(generateName && { generateName }) },
})
const pod = (spec: object = {}, metadata: object = { name: 'web' }): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata,
  spec: { containers: [{ name: 'c', image: 'i' }], ...spec },
})
const specOf = (object: KubeObject) => object.spec as Record<string, unknown>

test('a create is guarded by the namespace as it was seen; other writes are not', async () => {
  const guard = { resource: { group: '', resource: 'namespaces' }, namespace: '', name: 'shop', resourceVersion: '7' }
  deepEqual(await run(create('configmaps', configMap('c'))), [guard])
  deepEqual(await run(update('configmaps', configMap('c'), configMap('c'))), [])
  const { object, ...rest } = { ...create('configmaps', configMap('c')), object: undefined }
  equal(object, undefined)
  deepEqual(await run({ ...rest, verb: 'delete', name: 'c', old: configMap('c') }, { objects: [] }), [])
  deepEqual(
    await run(create('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } }, { namespace: '' })),
    [],
  )
})

const TERMINATING = { objects: [namespace('shop', { status: { phase: 'Terminating' } })] }
const forbiddenIn = (name: string) =>
  `configmaps "${name}" is forbidden: unable to create new content in namespace shop because it is being terminated`

// Each message is what kube-apiserver v1.36.1 answered.
const NAMESPACES: readonly (readonly [string, AdmissionRequest, World, string])[] = [
  ['one that is there', create('configmaps', configMap('c')), {}, ''],
  ['none', create('configmaps', configMap('c')), { objects: [] }, 'namespaces "shop" not found'],
  [
    'none, for an update',
    update('configmaps', configMap('c'), configMap('c')),
    { objects: [] },
    'namespaces "shop" not found',
  ],
  ['one that goes', create('configmaps', configMap('c')), TERMINATING, forbiddenIn('c')],
  [
    'one that goes, by a made-up name',
    create('configmaps', configMap(undefined, 'c-')),
    TERMINATING,
    forbiddenIn('c-'),
  ],
  ['one that goes, by no name', create('configmaps', configMap()), TERMINATING, forbiddenIn('Unknown')],
  ['one that goes, for an update', update('configmaps', configMap('c'), configMap('c')), TERMINATING, ''],
  [
    'none, for a question about access',
    create('localsubjectaccessreviews.authorization.k8s.io', configMap()),
    { objects: [] },
    '',
  ],
]

for (const [what, request, world, message] of NAMESPACES) {
  test(`writing into ${what}: ${message || 'passes'}`, async () => equal(await messageOf(request, world), message))
}

test('a namespace that goes after the object was mutated is seen too', async () => {
  const request = create('configmaps', configMap('c'))
  await admit(ADMISSION_STEPS, request, contextOf({}))
  await rejects(check(ADMISSION_STEPS, request, contextOf(TERMINATING)), { message: forbiddenIn('c') })
  await rejects(check(ADMISSION_STEPS, request, contextOf({ objects: [] })), { message: 'namespaces "shop" not found' })
})

test('a namespace that goes says so to programs too', async () => {
  await rejects(run(create('configmaps', configMap('c')), TERMINATING), (error) => {
    const { code, reason, details } = statusOf(error)
    deepEqual([code, reason, details?.name, details?.kind], [403, 'Forbidden', 'c', 'configmaps'])
    deepEqual(details?.causes, [
      { reason: 'NamespaceTerminating', message: 'namespace shop is being terminated', field: 'metadata.namespace' },
    ])
    return true
  })
})

for (const [name, message] of [
  ['default', 'namespaces "default" is forbidden: this namespace may not be deleted'],
  ['kube-system', 'namespaces "kube-system" is forbidden: this namespace may not be deleted'],
  ['kube-public', 'namespaces "kube-public" is forbidden: this namespace may not be deleted'],
  ['kube-node-lease', ''],
  ['shop', ''],
] as const) {
  test(`deleting the namespace ${name}: ${message || 'passes'}`, async () => {
    const request: AdmissionRequest = {
      ...base,
      verb: 'delete',
      resource: { group: '', resource: 'namespaces' },
      served: servedOf({ group: '', resource: 'namespaces' }),
      namespace: name,
      name,
      old: namespace(name),
    }
    equal(await messageOf(request), message)
  })
}

test('a pod gets what kube-apiserver gives it', async () => {
  const object = pod({
    initContainers: [
      { name: 'i', volumeMounts: [{ name: 'own', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }] },
    ],
  })
  const objects = [SHOP, account('default', { imagePullSecrets: [{ name: 'p' }] })]
  await run(create('pods', object), { objects })
  const { volumes, containers, initContainers, ...rest } = specOf(object)
  ok(Array.isArray(volumes))
  const [{ name }] = volumes
  match(name, /^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  deepEqual(volumes, [
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    },
  ])
  const mount = { name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
  deepEqual(containers, [{ name: 'c', image: 'i', volumeMounts: [mount] }])
  deepEqual(initContainers, [{ name: 'i', volumeMounts: [{ name: 'own', mountPath: mount.mountPath }] }])
  deepEqual(rest, {
    serviceAccountName: 'default',
    serviceAccount: 'default',
    imagePullSecrets: [{ name: 'p' }],
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  })
})

test('a token is not mounted where the pod, or else the account, does not want it', async () => {
  const volumesOf = async (spec: object, ofAccount: object) => {
    const object = pod(spec)
    await run(create('pods', object), { objects: [SHOP, account('default', ofAccount)] })
    return specOf(object).volumes
  }
  equal(await volumesOf({ automountServiceAccountToken: false }, { automountServiceAccountToken: true }), undefined)
  equal(await volumesOf({}, { automountServiceAccountToken: false }), undefined)
  ok(await volumesOf({ automountServiceAccountToken: true }, { automountServiceAccountToken: false }))
  deepEqual(await volumesOf({ volumes: [{ name: 'kube-api-access-abcde' }] }, {}), [{ name: 'kube-api-access-abcde' }])
})

test('a pod waits a moment for the account of a new namespace, and not for ever', async () => {
  let naps = 0
  const object = pod()
  await run(create('pods', object), {
    objects: [SHOP],
    onSleep: (objects) => {
      if (++naps === 3) objects.push(account('default'))
    },
  })
  equal(specOf(object).serviceAccountName, 'default')
  naps = 0
  const never = { objects: [SHOP], onSleep: () => void naps++ }
  equal(
    await messageOf(create('pods', pod()), never),
    'pods "web" is forbidden: error looking up service account shop/default: serviceaccount "default" not found',
  )
  equal(naps, 9)
})

const LIMITED = account('default', {
  metadata: { name: 'default', namespace: 'shop', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
  secrets: [{ name: 'own' }],
})
const priorityClass = (name: string, value: number, more: object = {}): KubeObject => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  preemptionPolicy: 'PreemptLowerPriority',
  ...more,
})
const MIRROR = { name: 'web', annotations: { 'kubernetes.io/config.mirror': 'x' } }

// Those of missing accounts and classes, priorities, mirrors and runtime classes are what kube-apiserver v1.36.1 answered.
const PODS: readonly (readonly [string, KubeObject, readonly KubeObject[], string])[] = [
  [
    'of an account that is missing',
    pod({ serviceAccountName: 'nosa' }),
    [],
    'pods "web" is forbidden: error looking up service account shop/nosa: serviceaccount "nosa" not found',
  ],
  [
    'of an account by its old field',
    pod({ serviceAccount: 'nosa' }),
    [],
    'pods "web" is forbidden: error looking up service account shop/nosa: serviceaccount "nosa" not found',
  ],
  [
    'of a class that is missing',
    pod({ priorityClassName: 'zz' }),
    [account('default')],
    'pods "web" is forbidden: no PriorityClass with name zz was found',
  ],
  [
    'with a priority of its own',
    pod({ priority: 7 }),
    [account('default')],
    'pods "web" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
  ],
  [
    'with a policy of its own',
    pod({ preemptionPolicy: 'Never' }),
    [account('default')],
    'pods "web" is forbidden: the string value of PreemptionPolicy (Never) must not be provided in pod spec; priority admission controller computed PreemptLowerPriority from the given PriorityClass name',
  ],
  [
    'that mirrors another, with an account',
    pod({ serviceAccountName: 'default' }, MIRROR),
    [],
    'pods "web" is forbidden: a mirror pod may not reference service accounts',
  ],
  [
    'that mirrors another, with a secret',
    pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }, MIRROR),
    [],
    'pods "web" is forbidden: a mirror pod may not reference secrets',
  ],
  [
    'that mirrors another, with a token',
    pod({ volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] }, MIRROR),
    [],
    'pods "web" is forbidden: a mirror pod may not use ServiceAccountToken volume projections',
  ],
  ['that mirrors another', pod({}, MIRROR), [], ''],
  ['with a secret of its account', pod({ volumes: [{ name: 'v', secret: { secretName: 'own' } }] }), [LIMITED], ''],
  [
    'with a secret of others',
    pod({ volumes: [{ name: 'v', secret: { secretName: 's' } }] }),
    [LIMITED],
    'pods "web" is forbidden: volume with secret.secretName="s" is not allowed because service account default does not reference that secret',
  ],
  [
    'with a secret of others in a variable',
    pod({ containers: [{ name: 'c', env: [{ name: 'E', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }] }),
    [LIMITED],
    'pods "web" is forbidden: container c with envVar E referencing secret.secretName="s" is not allowed because service account default does not reference that secret',
  ],
  [
    'with a secret of others in many variables',
    pod({ initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 's' } }] }] }),
    [LIMITED],
    'pods "web" is forbidden: init container i with envFrom referencing secret.secretName="s" is not allowed because service account default does not reference that secret',
  ],
  [
    'with a pull secret of others',
    pod({ imagePullSecrets: [{ name: 's' }] }),
    [LIMITED],
    'pods "web" is forbidden: imagePullSecrets[0].name="s" is not allowed because service account default does not reference that imagePullSecret',
  ],
  [
    'of a runtime that is missing',
    pod({ runtimeClassName: 'zz' }),
    [account('default')],
    'pods "web" is forbidden: pod rejected: RuntimeClass "zz" not found',
  ],
  [
    'with overhead of its own',
    pod({ overhead: { cpu: '1' } }),
    [account('default')],
    'pods "web" is forbidden: pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
  ],
]

for (const [what, object, objects, message] of PODS) {
  test(`a pod ${what}: ${message === '' ? 'passes' : 'is refused'}`, async () =>
    equal(await messageOf(create('pods', object), { objects: [SHOP, ...objects] }), message))
}

test('an ephemeral container has no secrets of others either', async () => {
  const withEphemeral = pod({
    serviceAccountName: 'default',
    ephemeralContainers: [{ name: 'e', envFrom: [{ secretRef: { name: 's' } }] }],
  })
  const request = update('pods', withEphemeral, pod(), { subresource: 'ephemeralcontainers' })
  equal(
    await messageOf(request, { objects: [SHOP, LIMITED] }),
    'pods "web" is forbidden: ephemeral container e with envFrom referencing secret.secretName="s" is not allowed because service account default does not reference that secret',
  )
})

test('the priority is that of the class, or of the default class', async () => {
  const classes = [
    priorityClass('high', 1000, { preemptionPolicy: 'Never' }),
    priorityClass('usual', 10, { globalDefault: true }),
    priorityClass('other', 5, { globalDefault: true }),
  ]
  const priorityOf = async (spec: object) => {
    const object = pod(spec)
    await run(create('pods', object), { objects: [SHOP, account('default'), ...classes] })
    const { priority, priorityClassName, preemptionPolicy } = specOf(object)
    return [priorityClassName, priority, preemptionPolicy]
  }
  deepEqual(await priorityOf({ priorityClassName: 'high' }), ['high', 1000, 'Never'])
  deepEqual(await priorityOf({}), ['other', 5, 'PreemptLowerPriority'])
  const object = pod()
  await run(update('pods', object, pod({ priority: 10, preemptionPolicy: 'Never' })))
  deepEqual([specOf(object).priority, specOf(object).preemptionPolicy], [10, 'Never'])
})

test('there is one default class of priority', async () => {
  const usual = priorityClass('usual', 10, { globalDefault: true })
  const another = priorityClass('another', 20, { globalDefault: true })
  const message =
    'priorityclasses.scheduling.k8s.io "another" is forbidden: PriorityClass usual is already marked as default. Only one default can exist'
  const place = 'priorityclasses.scheduling.k8s.io'
  equal(await messageOf(create(place, another, { namespace: '' }), { objects: [usual] }), message)
  equal(await messageOf(update(place, another, another, { namespace: '' }), { objects: [usual] }), message)
  equal(await messageOf(update(place, usual, usual, { namespace: '' }), { objects: [usual] }), '')
  equal(await messageOf(create(place, another, { namespace: '' }), { objects: [] }), '')
})

test('tolerations that somebody chose stay as they are', async () => {
  const keysOf = async (...tolerations: object[]) => {
    const object = pod({ tolerations })
    await run(create('pods', object))
    const { tolerations: all } = specOf(object)
    ok(Array.isArray(all))
    return all.map(({ key = '*' }) => key)
  }
  deepEqual(await keysOf({ operator: 'Exists' }), ['*'])
  deepEqual(await keysOf({ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }), [
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
  ])
  deepEqual(await keysOf({ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }), [
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/not-ready',
    'node.kubernetes.io/unreachable',
  ])
})

const storageClass = (name: string, made: string, more: object = {}): KubeObject => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name, creationTimestamp: made, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  ...more,
})
const claim = (spec: object = {}, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'c' },
  spec,
  ...more,
})

test('a claim gets the newest default class, and a finalizer', async () => {
  const classes = [
    storageClass('old', '2026-01-01T00:00:00Z'),
    storageClass('b', '2026-02-01T00:00:00Z'),
    storageClass('a', '2026-02-01T00:00:00Z'),
  ]
  const classOf = async (object: KubeObject, objects: readonly KubeObject[] = classes) => {
    await run(create('persistentvolumeclaims', object), { objects: [SHOP, ...objects] })
    deepEqual(object.metadata.finalizers, ['kubernetes.io/pvc-protection'])
    return specOf(object).storageClassName
  }
  equal(await classOf(claim()), 'a')
  equal(await classOf(claim({ storageClassName: '' })), '')
  equal(
    await classOf(claim({}, { metadata: { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } } })),
    undefined,
  )
  equal(await classOf(claim(), []), undefined)
})

test('volumes and their classes get their finalizers once', async () => {
  const finalizersOf = async (resource: string, finalizers?: string[]) => {
    const object = { apiVersion: 'v1', kind: 'X', metadata: { name: 'x', ...(finalizers && { finalizers }) } }
    await run(create(resource, object, { namespace: '' }))
    return object.metadata.finalizers
  }
  deepEqual(await finalizersOf('persistentvolumes'), ['kubernetes.io/pv-protection'])
  deepEqual(await finalizersOf('persistentvolumes', ['kubernetes.io/pv-protection']), ['kubernetes.io/pv-protection'])
  deepEqual(await finalizersOf('volumeattributesclasses.storage.k8s.io', ['mine']), [
    'mine',
    'kubernetes.io/vac-protection',
  ])
  equal(await finalizersOf('configmaps'), undefined)
})

const sized = (storage: string, phase = 'Bound', storageClassName = 's') =>
  claim({ storageClassName, resources: { requests: { storage } } }, { status: { phase } })
const NOT_RESIZABLE =
  'persistentvolumeclaims "c" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize'

for (const [what, object, old, classes, message] of [
  ['shrinks', sized('1Gi'), sized('2Gi', 'Pending'), [], ''],
  [
    'grows before it is bound',
    sized('2Gi'),
    sized('1Gi', 'Pending'),
    [],
    'persistentvolumeclaims "c" is forbidden: Only bound persistent volume claims can be expanded',
  ],
  [
    'grows, of a class that lets it',
    sized('1025Mi'),
    sized('1Gi'),
    [storageClass('s', '', { allowVolumeExpansion: true })],
    '',
  ],
  ['grows, of a class that does not', sized('2Gi'), sized('1Gi'), [storageClass('s', '')], NOT_RESIZABLE],
  ['grows, of no class', sized('2Gi', 'Bound', ''), sized('1Gi', 'Bound', ''), [], NOT_RESIZABLE],
  ['stays, said otherwise', sized('1024Mi'), sized('1Gi', 'Pending'), [], ''],
] as const) {
  test(`a claim that ${what}: ${message === '' ? 'passes' : 'is refused'}`, async () =>
    equal(await messageOf(update('persistentvolumeclaims', object, old), { objects: [SHOP, ...classes] }), message))
}

test('an ingress gets the default class when it names none', async () => {
  const ingressClass: KubeObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'nginx', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
  }
  const classOf = async (more: object) => {
    const object = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'i' }, ...more }
    await run(create('ingresses.networking.k8s.io', object), { objects: [SHOP, ingressClass] })
    return 'spec' in object ? specOf(object).ingressClassName : undefined
  }
  equal(await classOf({ spec: {} }), 'nginx')
  equal(await classOf({ spec: { ingressClassName: 'own' } }), 'own')
  equal(await classOf({ spec: {}, metadata: { annotations: { 'kubernetes.io/ingress.class': 'own' } } }), undefined)
})

test('a new node is tainted until it is ready', async () => {
  const taintsOf = async (spec?: object) => {
    const object = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' }, ...(spec && { spec }) }
    await run(create('nodes', object, { namespace: '' }))
    return specOf(object).taints
  }
  const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  deepEqual(await taintsOf(), [taint])
  deepEqual(await taintsOf({ taints: [taint] }), [taint])
  deepEqual(await taintsOf({ taints: [{ key: 'mine', effect: 'NoSchedule' }] }), [
    { key: 'mine', effect: 'NoSchedule' },
    taint,
  ])
})

test('a pod carries the zone of the node that it is given', async () => {
  const node: KubeObject = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', labels: { 'topology.kubernetes.io/zone': 'z', other: 'x' } },
  }
  const objects = [SHOP, account('default'), node]
  const bound: KubeObject = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'web' },
    target: { kind: 'Node', name: 'n' },
  }
  await run(create('pods', bound, { subresource: 'binding', name: 'web' }), { objects })
  deepEqual(bound.metadata.labels, { 'topology.kubernetes.io/zone': 'z' })
  const placed = pod({ nodeName: 'n' }, { name: 'web', labels: { app: 'web', 'topology.kubernetes.io/zone': 'mine' } })
  await run(create('pods', placed), { objects })
  deepEqual(placed.metadata.labels, { app: 'web', 'topology.kubernetes.io/zone': 'z' })
  const waiting = pod({}, { name: 'web' })
  await run(create('pods', waiting), { objects })
  equal(waiting.metadata.labels, undefined)
})

const runtimeClassOf = (more: object): KubeObject => ({
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: 'r' },
  handler: 'r',
  ...more,
})

test('a runtime class gives its overhead, its nodes and its tolerations', async () => {
  const scheduling = { nodeSelector: { runtime: 'r' }, tolerations: [{ key: 'r', operator: 'Exists' }] }
  const objects = [SHOP, account('default'), runtimeClassOf({ overhead: { podFixed: { cpu: '100m' } }, scheduling })]
  const object = pod({
    runtimeClassName: 'r',
    nodeSelector: { disk: 'ssd' },
    tolerations: [
      { key: 'r', operator: 'Equal', value: 'x', effect: 'NoSchedule' },
      { key: 's', operator: 'Equal', value: 'y' },
      { key: 's', operator: 'Equal', value: 'y' },
      { operator: 'Exists', effect: 'NoExecute' },
    ],
  })
  await run(create('pods', object), { objects })
  const { overhead, nodeSelector, tolerations } = specOf(object)
  deepEqual(overhead, { cpu: '100m' })
  deepEqual(nodeSelector, { disk: 'ssd', runtime: 'r' })
  deepEqual(tolerations, [
    { key: 's', operator: 'Equal', value: 'y' },
    { operator: 'Exists', effect: 'NoExecute' },
    { key: 'r', operator: 'Exists' },
  ])
  equal(
    await messageOf(create('pods', pod({ runtimeClassName: 'r', overhead: { cpu: '1' } })), { objects }),
    "pods \"web\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead",
  )
  equal(
    await messageOf(create('pods', pod({ runtimeClassName: 'r', nodeSelector: { runtime: 'x' } })), { objects }),
    'pods "web" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runtime] = r; pod.spec.nodeSelector[runtime] = x',
  )
})

const CSRS = 'certificatesigningrequests.certificates.k8s.io'
// openssl req -new -newkey ed25519 -nodes -subj /O=dev/O=system:masters/CN=ada, and the same without the second O.
const MASTERS_PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIG0MGgCAQAwNTEMMAoGA1UECgwDZGV2MRcwFQYDVQQKDA5zeXN0ZW06bWFzdGVy
czEMMAoGA1UEAwwDYWRhMCowBQYDK2VwAyEAs+WkOvAKRFtZ+BqPU/Urz1EFn7B8
ElLde8h+nDjG5HOgADAFBgMrZXADQQAqRtDvi/4KP0KKRuzAyma67ywjoe73A3YH
97Fc0YNlfeUNdoubO0241pFKpT1z9D+4U0HB5dTUmcG1eaqRwaMM
-----END CERTIFICATE REQUEST-----
`
const DEV_PEM = `-----BEGIN CERTIFICATE REQUEST-----
MIGbME8CAQAwHDEMMAoGA1UECgwDZGV2MQwwCgYDVQQDDANhZGEwKjAFBgMrZXAD
IQAReLqwVW1ePwC/+ZKMMZjrU6OaURazi65uuPmCa8GGVqAAMAUGAytlcANBABJp
R4vmYqtnBueXt3DWgu7uNAzsMApwT4j30R07GQYlsFory2LmjzZ7w1m/Yq47YrTs
m49IsnSGaG4WlwwmgQw=
-----END CERTIFICATE REQUEST-----
`
const signingRequest = (signerName: string, pem = DEV_PEM, status: object = {}): KubeObject => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'ada' },
  spec: { signerName, request: Buffer.from(pem).toString('base64') },
  status,
})
const CLIENTS = 'kubernetes.io/kube-apiserver-client'
const named = `${CSRS} "ada" is forbidden: `
const approved = signingRequest(CLIENTS, DEV_PEM, { conditions: [{ type: 'Approved' }] })
const through = (subresource: string) => ({ subresource, namespace: '' })

for (const [what, request, allowed, message] of [
  [
    'made for masters',
    create(CSRS, signingRequest(CLIENTS, MASTERS_PEM), { namespace: '' }),
    [],
    `${named}use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed`,
  ],
  [
    'made for masters, by another signer',
    create(CSRS, signingRequest('acme.io/x', MASTERS_PEM), { namespace: '' }),
    [],
    '',
  ],
  ['made for others', create(CSRS, signingRequest(CLIENTS), { namespace: '' }), [], ''],
  [
    'that is none',
    create(CSRS, signingRequest(CLIENTS, 'x'), { namespace: '' }),
    [],
    `${named}failed to parse CSR: PEM block type must be CERTIFICATE REQUEST`,
  ],
  [
    'approved',
    update(CSRS, approved, signingRequest(CLIENTS), through('approval')),
    [],
    `${named}user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"`,
  ],
  [
    'approved by one who may',
    update(CSRS, approved, signingRequest(CLIENTS), through('approval')),
    [`approve signers/${CLIENTS}`],
    '',
  ],
  [
    'approved by one who may for the domain',
    update(CSRS, approved, signingRequest(CLIENTS), through('approval')),
    ['approve signers/kubernetes.io/*'],
    '',
  ],
  [
    'approved under another signer',
    update(CSRS, signingRequest('acme.io/x'), signingRequest(CLIENTS), through('approval')),
    ['approve signers/acme.io/x'],
    `${named}user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"`,
  ],
  [
    'signed',
    update(CSRS, signingRequest(CLIENTS, DEV_PEM, { certificate: 'x' }), approved, through('status')),
    [],
    `${named}user not permitted to sign requests with signerName "kubernetes.io/kube-apiserver-client"`,
  ],
  [
    'signed by one who may',
    update(CSRS, signingRequest(CLIENTS, DEV_PEM, { certificate: 'x' }), approved, through('status')),
    [`sign signers/${CLIENTS}`],
    '',
  ],
  ['whose status stays', update(CSRS, approved, approved, through('status')), [], ''],
] as const) {
  test(`a request for a certificate ${what}: ${message === '' ? 'passes' : 'is refused'}`, async () =>
    equal(await messageOf(request, { allowed }), message))
}

const owned = (...ownerReferences: object[]): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'c', ownerReferences: ownerReferences as never },
})
const owner = (more: object = {}) => ({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: '1', ...more })
const OWNERS = [
  ownerReferencesPermissionEnforcement((_cluster, group, _version, kind) =>
    kind === 'Deployment' ? { group, resource: 'deployments', namespaced: true } : undefined,
  ),
]

for (const [what, request, allowed, message] of [
  ['an owner from the start', create('configmaps', owned(owner())), [], ''],
  [
    'an owner later',
    update('configmaps', owned(owner()), owned()),
    [],
    'configmaps "c" is forbidden: cannot set an ownerRef on a resource you can\'t delete: , <nil>',
  ],
  [
    'an owner later, by one who may delete it',
    update('configmaps', owned(owner()), owned()),
    ['delete configmaps/c'],
    '',
  ],
  ['the same owner', update('configmaps', owned(owner()), owned(owner())), [], ''],
  [
    'an owner that must wait',
    create('configmaps', owned(owner({ blockOwnerDeletion: true }))),
    [],
    'configmaps "c" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
  ],
  [
    'an owner that must wait, by one who may',
    create('configmaps', owned(owner({ blockOwnerDeletion: true }))),
    ['update deployments/finalizers'],
    '',
  ],
  [
    'an owner that must wait, by one who may for all',
    create('configmaps', owned(owner({ blockOwnerDeletion: true }))),
    ['update */finalizers'],
    '',
  ],
  [
    'an owner that nobody serves',
    create('configmaps', owned(owner({ kind: 'Robot', blockOwnerDeletion: true }))),
    [],
    'configmaps "c" is forbidden: cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion apps/v1 Kind Robot: no matches for kind "Robot" in version "apps/v1"',
  ],
  [
    'an owner that waited before',
    update(
      'configmaps',
      owned(owner({ blockOwnerDeletion: true }), owner({ uid: '2' })),
      owned(owner({ blockOwnerDeletion: true })),
    ),
    ['delete configmaps/c'],
    '',
  ],
] as const) {
  test(`an object that gets ${what}: ${message === '' ? 'passes' : 'is refused'}`, async () =>
    equal(await messageOf(request, { allowed }, OWNERS), message))
}

test('steps run in order, and the first refusal is the answer', async () => {
  const said: string[] = []
  const step = (name: string, more: Partial<AdmissionStep> = {}): AdmissionStep => ({
    name,
    handles: (verb) => verb === 'create',
    mutate: () => {
      said.push(`mutate ${name}`)
      return { warnings: [name] }
    },
    validate: async () => {
      said.push(`validate ${name}`)
      return undefined
    },
    ...more,
  })
  const steps = [step('one'), step('never', { handles: () => false }), step('two')]
  const context = contextOf({})
  const request = create('configmaps', configMap('c'))
  deepEqual(await admit(steps, request, context), { warnings: ['one', 'two'] })
  deepEqual(await check(steps, request, context), { guards: [], warnings: [] })
  deepEqual(said, ['mutate one', 'mutate two', 'validate one', 'validate two'])
  const refuses = step('no', { mutate: () => Promise.reject(new Error('no')) })
  await rejects(admit([step('one'), refuses, step('two')], request, context), { message: 'no' })
  equal(said.filter((word) => word === 'mutate two').length, 1)
})
