/** Volumes, claims, classes and what drivers say of themselves. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, inCluster, inNamespace, resource, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases } from '../kind-cases.ts'

const spec = (change: JsonObject): JsonObject => ({ spec: change })
const ONE: JsonObject = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/x' } }
const CLAIM: JsonObject = {
  accessModes: ['ReadWriteOnce'],
  storageClassName: 'none',
  resources: { requests: { storage: '1Gi' } },
}

const KINDS: readonly KindDraft[] = [
  {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    plural: 'persistentvolumes',
    cluster: true,
    minimal: { spec: ONE },
    rich: {
      'every field': spec({
        accessModes: ['ReadOnlyMany', 'ReadWriteMany'],
        capacity: { storage: '5Gi' },
        storageClassName: 'fast',
        persistentVolumeReclaimPolicy: 'Delete',
        volumeMode: 'Block',
        mountOptions: ['ro'],
        claimRef: { namespace: 'n', name: 'c', uid: 'u' },
        nodeAffinity: {
          required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }] },
        },
        csi: { driver: 'csi.example.test', volumeHandle: 'h', fsType: 'ext4', volumeAttributes: { a: 'b' } },
      }),
      'a network file system': spec({
        accessModes: ['ReadWriteMany'],
        capacity: { storage: '1Ti' },
        nfs: { server: 's', path: '/' },
      }),
    },
    update: spec({ persistentVolumeReclaimPolicy: 'Recycle' }),
    status: { phase: 'Bound' },
    refused: {
      'no spec': { spec: null },
      'no capacity': spec({ capacity: null }),
      'two kinds of capacity': spec({ capacity: { cpu: '1' } }),
      'a negative capacity': spec({ capacity: { storage: '-1' } }),
      'no access modes': spec({ accessModes: null }),
      'an unknown access mode': spec({ accessModes: ['WriteNever'] }),
      'no source': spec({ hostPath: null }),
      'two sources': spec({ nfs: { server: 's', path: '/' } }),
      'an unknown reclaim policy': spec({ persistentVolumeReclaimPolicy: 'Sell' }),
      'an unknown mode': spec({ volumeMode: 'Tape' }),
      'recycling of the root': spec({ hostPath: { path: '/' }, persistentVolumeReclaimPolicy: 'Recycle' }),
      'a class that is no name': spec({ storageClassName: 'Not_OK' }),
      'one pod and others at once': spec({ accessModes: ['ReadWriteOncePod', 'ReadWriteOnce'] }),
      'a driver without a handle': spec({ hostPath: null, csi: { driver: '', volumeHandle: '' } }),
    },
    refusedUpdates: {
      'another source': spec({ hostPath: { path: '/tmp/y' } }),
      'another mode': spec({ volumeMode: 'Block' }),
    },
  },
  {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    plural: 'persistentvolumeclaims',
    minimal: { spec: CLAIM },
    rich: {
      'every field': spec({
        accessModes: ['ReadWriteMany'],
        storageClassName: '',
        volumeName: 'v',
        volumeMode: 'Block',
        selector: { matchLabels: { a: 'b' } },
        resources: { requests: { storage: '2Gi' }, limits: { storage: '3Gi' } },
      }),
      'a source': spec({
        ...CLAIM,
        dataSource: { apiGroup: 'snapshot.storage.k8s.io', kind: 'VolumeSnapshot', name: 's' },
      }),
    },
    update: { metadata: { labels: { more: 'yes' } } },
    status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
    refused: {
      'no spec': { spec: null },
      'no access modes': spec({ accessModes: [] }),
      'an unknown access mode': spec({ accessModes: ['Odd'] }),
      'no request': spec({ resources: null }),
      'a request of nothing': spec({ resources: { requests: { storage: '0' } } }),
      'a request above its limit (accepted)': spec({ resources: { limits: { storage: '1Mi' } } }),
      'a class that is no name': spec({ storageClassName: 'Not_OK' }),
      'a source without a group': spec({ dataSource: { kind: 'Thing', name: 'n' } }),
      'a source without a name': spec({ dataSource: { kind: 'PersistentVolumeClaim', name: '' } }),
      'two different sources': spec({
        dataSource: { kind: 'PersistentVolumeClaim', name: 'a' },
        dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'b' },
      }),
      'an unknown mode': spec({ volumeMode: 'Tape' }),
    },
    refusedUpdates: {
      'another class': spec({ storageClassName: 'other' }),
      'another request': spec({ resources: { requests: { storage: '2Gi' } } }),
      'other access modes': spec({ accessModes: ['ReadWriteMany'] }),
    },
  },
  {
    kind: 'StorageClass',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'storageclasses',
    cluster: true,
    minimal: { provisioner: 'example.test/p' },
    rich: {
      'every field': {
        provisioner: 'example.test/p',
        parameters: { kind: 'fast' },
        reclaimPolicy: 'Retain',
        allowVolumeExpansion: true,
        mountOptions: ['ro'],
        volumeBindingMode: 'WaitForFirstConsumer',
        allowedTopologies: [{ matchLabelExpressions: [{ key: 'zone', values: ['a', 'b'] }] }],
      },
    },
    update: { allowVolumeExpansion: true },
    refused: {
      'no provisioner': { provisioner: null },
      'a provisioner that is none': { provisioner: 'Not OK/a/b' },
      'an unknown reclaim policy': { reclaimPolicy: 'Recycle' },
      'an unknown mode': { volumeBindingMode: 'Later' },
      'a parameter without a name': { parameters: { '': 'x' } },
      'topologies twice': { allowedTopologies: [{ matchLabelExpressions: [{ key: 'z', values: ['a', 'a'] }] }] },
    },
    refusedUpdates: {
      'other parameters': { parameters: { a: 'b' } },
      'another provisioner': { provisioner: 'example.test/q' },
      'another reclaim policy': { reclaimPolicy: 'Retain' },
      'another mode': { volumeBindingMode: 'WaitForFirstConsumer' },
    },
  },
  {
    kind: 'CSIDriver',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csidrivers',
    cluster: true,
    minimal: { spec: {} },
    rich: {
      'every field': spec({
        attachRequired: false,
        podInfoOnMount: true,
        storageCapacity: true,
        fsGroupPolicy: 'File',
        volumeLifecycleModes: ['Ephemeral', 'Persistent'],
        tokenRequests: [{ audience: 'a', expirationSeconds: 3600 }],
        requiresRepublish: true,
        seLinuxMount: true,
      }),
    },
    update: spec({ podInfoOnMount: true }),
    refused: {
      'an unknown life': spec({ volumeLifecycleModes: ['Eternal'] }),
      'an unknown policy': spec({ fsGroupPolicy: 'Odd' }),
      'a token too short': spec({ tokenRequests: [{ audience: 'a', expirationSeconds: 1 }] }),
      'an audience twice': spec({ tokenRequests: [{ audience: 'a' }, { audience: 'a' }] }),
    },
    refusedUpdates: {
      'another attachment': spec({ attachRequired: false }),
      'other lives': spec({ volumeLifecycleModes: ['Ephemeral'] }),
    },
  },
  {
    kind: 'CSINode',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csinodes',
    cluster: true,
    minimal: { spec: { drivers: [] } },
    rich: {
      drivers: spec({
        drivers: [{ name: 'csi.example.test', nodeID: 'n', topologyKeys: ['zone'], allocatable: { count: 5 } }],
      }),
    },
    update: spec({ drivers: [{ name: 'csi.example.test', nodeID: 'n' }] }),
    refused: {
      'a driver without a node': spec({ drivers: [{ name: 'a', nodeID: '' }] }),
      'a driver twice': spec({
        drivers: [
          { name: 'a', nodeID: 'n' },
          { name: 'a', nodeID: 'n' },
        ],
      }),
      'a negative count': spec({ drivers: [{ name: 'a', nodeID: 'n', allocatable: { count: -1 } }] }),
      'a key twice': spec({ drivers: [{ name: 'a', nodeID: 'n', topologyKeys: ['z', 'z'] }] }),
    },
  },
  {
    kind: 'CSIStorageCapacity',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'csistoragecapacities',
    minimal: { storageClassName: 'fast' },
    rich: {
      'every field': {
        storageClassName: 'fast',
        capacity: '10Gi',
        maximumVolumeSize: '1Gi',
        nodeTopology: { matchLabels: { zone: 'a' } },
      },
    },
    update: { capacity: '5Gi' },
    refused: {
      'no class': { storageClassName: null },
      'a negative capacity': { capacity: '-1' },
      'a class that is no name': { storageClassName: 'Not_OK' },
    },
    refusedUpdates: {
      'another class': { storageClassName: 'slow' },
      'another topology': { nodeTopology: { matchLabels: { zone: 'b' } } },
    },
  },
  {
    kind: 'VolumeAttachment',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'volumeattachments',
    cluster: true,
    minimal: spec({ attacher: 'csi.example.test', nodeName: 'n', source: { persistentVolumeName: 'v' } }),
    update: { metadata: { labels: { more: 'yes' } } },
    status: { attached: true, attachmentMetadata: { device: '/dev/x' } },
    refused: {
      'no attacher': spec({ attacher: null }),
      'no node': spec({ nodeName: null }),
      'no source': spec({ source: null }),
      'an error at once (accepted)': { status: { attached: true, attachError: { message: 'x' } } },
    },
    refusedUpdates: { 'another node': spec({ nodeName: 'other' }) },
  },
  {
    kind: 'VolumeAttributesClass',
    apiVersion: 'storage.k8s.io/v1',
    plural: 'volumeattributesclasses',
    cluster: true,
    minimal: { driverName: 'csi.example.test', parameters: { iops: '100' } },
    refused: {
      'no driver': { driverName: null },
      'no parameters': { parameters: null },
      'a driver that is none': { driverName: 'Not OK' },
    },
    refusedUpdates: { 'other parameters': { parameters: { iops: '200' } } },
  },
]

/** The topic. */
export const storage: TopicDraft = {
  topic: 'storage',
  cases: [
    ...KINDS.flatMap(kindCases),
    inNamespace('PersistentVolumeClaim', 'is given the class that is the default', (namespace) => {
      const classes = resource('storage.k8s.io/v1', 'storageclasses', 'StorageClass')
      const it = resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', namespace)
      const isDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
      return [
        it.create({ metadata: { name: 'before' }, spec: { ...CLAIM, storageClassName: null } }),
        classes.create({
          metadata: { name: `${namespace}-default`, annotations: isDefault },
          provisioner: 'example.test/p',
          allowVolumeExpansion: true,
        }),
        classes.table(`${namespace}-default`),
        {
          ...it.create({
            metadata: { name: 'plain' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          }),
          pauseMs: 500,
        },
        it.create({ metadata: { name: 'none' }, spec: { ...CLAIM, storageClassName: '' } }),
        it.sub('status').patch('merge', 'plain', { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }),
        it.patch('merge', 'plain', spec({ volumeName: 'pv-1' })),
        it.patch('merge', 'plain', spec({ volumeName: 'pv-2' })),
        it.patch('merge', 'plain', spec({ resources: { requests: { storage: '2Gi' } } })),
        it.patch('merge', 'plain', spec({ resources: { requests: { storage: '500Mi' } } })),
        it.table(undefined, 'includeObject=None'),
        classes.remove(`${namespace}-default`),
        it.remove('plain'),
        it.table('plain', 'includeObject=None'),
        it.patch('merge', 'plain', { metadata: { finalizers: null } }),
        it.get('plain'),
      ]
    }),
    inCluster('PersistentVolume', 'shows its states in a table', (name) => {
      const it = resource('v1', 'persistentvolumes', 'PersistentVolume')
      const states = ['Pending', 'Available', 'Bound', 'Released', 'Failed']
      return [
        as(
          'created',
          it.create({
            metadata: { name },
            spec: { ...ONE, storageClassName: 'fast', claimRef: { namespace: 'n', name: 'c' } },
          }),
        ),
        ...states.flatMap((phase) => [
          it.sub('status').patch('merge', name, { status: { phase, reason: phase === 'Failed' ? 'NoRoom' : null } }),
          it.table(name, 'includeObject=None'),
        ]),
        it.remove(name),
        it.table(name, 'includeObject=None'),
        it.patch('json', name, [{ op: 'remove', path: '/metadata/finalizers' }]),
      ]
    }),
  ],
}
