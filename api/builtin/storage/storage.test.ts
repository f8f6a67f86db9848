import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { cellsOf, makeObject, tryKind } from '../testing/try-kind.ts'
import { csiDriver } from './csi-driver.ts'
import { csiNode } from './csi-node.ts'
import { csiStorageCapacity } from './csi-storage-capacity.ts'
import { storageClass } from './storage-class.ts'
import { volumeAttachment } from './volume-attachment.ts'
import { volumeAttributesClass } from './volume-attributes-class.ts'

const attachment = { attacher: 'csi.example.test', nodeName: 'n', source: { persistentVolumeName: 'v' } }

test('defaults are filled in', () => {
  const made = makeObject(storageClass, { provisioner: 'example.test/p' })
  deepEqual([made.reclaimPolicy, made.volumeBindingMode], ['Delete', 'Immediate'])
  deepEqual(makeObject(csiDriver, { spec: {} }).spec, {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    fsGroupPolicy: 'ReadWriteOnceWithFSType',
    volumeLifecycleModes: ['Persistent'],
    requiresRepublish: false,
    seLinuxMount: false,
  })
})

test('the class that is the default says so in its name', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  equal(cellsOf(storageClass, { metadata: { name: 's', annotations }, provisioner: 'p' }).Name, 's (default)')
})

for (const { name, kind, body, wrong } of [
  { name: 'a class', kind: storageClass, body: { provisioner: 'example.test/p' }, wrong: [] },
  {
    name: 'a class that says little',
    kind: storageClass,
    body: { reclaimPolicy: 'Recycle', volumeBindingMode: 'Later', parameters: { '': 'x' } },
    wrong: [
      'provisioner: Required value',
      'parameters: Invalid value: "": field can not be empty.',
      'reclaimPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"',
      'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
    ],
  },
  {
    name: 'a topology twice',
    kind: storageClass,
    body: {
      provisioner: 'p',
      allowedTopologies: [
        { matchLabelExpressions: [{ key: 'z', values: ['a', 'b'] }] },
        { matchLabelExpressions: [{ key: 'z', values: ['b', 'a'] }] },
      ],
    },
    wrong: ['allowedTopologies[1].matchLabelExpressions: Duplicate value: ""'],
  },
  {
    name: 'tokens for one audience twice, and one that is short',
    kind: csiDriver,
    body: { spec: { tokenRequests: [{ audience: 'a', expirationSeconds: 5 }, { audience: 'a' }] } },
    wrong: [
      'spec.tokenRequests[0].expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.tokenRequests[1].audience: Duplicate value: "a"',
    ],
  },
  {
    name: 'a driver twice on a node',
    kind: csiNode,
    body: {
      spec: {
        drivers: [
          { name: 'a', nodeID: '' },
          { name: 'a', nodeID: 'n', allocatable: { count: -1 } },
        ],
      },
    },
    wrong: [
      'spec.drivers[0].nodeID: Required value',
      'spec.drivers[1].allocatable.count: Invalid value: -1: must be greater than or equal to 0',
      'spec.drivers[1].name: Duplicate value: "a"',
    ],
  },
  {
    name: 'less room than none',
    kind: csiStorageCapacity,
    body: { storageClassName: 'fast', capacity: '-1' },
    wrong: ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  },
  {
    name: 'a volume from two places',
    kind: volumeAttachment,
    body: { spec: { ...attachment, source: { persistentVolumeName: 'v', inlineVolumeSpec: {} } } },
    wrong: ['spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  },
  {
    name: 'attributes of nothing',
    kind: volumeAttributesClass,
    body: { driverName: 'd' },
    wrong: ['parameters: Required value: must contain at least one key/value pair'],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('an attachment does not change', () => {
  const old = makeObject(volumeAttachment, { spec: attachment })
  deepEqual(tryKind(volumeAttachment, { spec: { ...attachment, nodeName: 'm' } }, { old }), [
    'spec: Invalid value: {"Attacher":"csi.example.test","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable',
  ])
})

test('the status of an attachment is written without its metadata', () => {
  const old = makeObject(volumeAttachment, { metadata: { name: 'a', labels: { is: 'old' } }, spec: attachment })
  const next = makeObject(volumeAttachment, { metadata: { name: 'a', labels: { is: 'new' } }, spec: attachment })
  volumeAttachment.rules.prepareForUpdate?.(next, old, { subresource: 'status', now: '' })
  deepEqual(next.metadata.labels, { is: 'old' })
})

test('a driver has a generation from when it is first changed', () => {
  const old = makeObject(csiDriver, { spec: {} })
  const same = makeObject(csiDriver, { spec: {} })
  csiDriver.rules.prepareForUpdate?.(same, old, { subresource: '', now: '' })
  equal(same.metadata.generation, undefined)
  const next = makeObject(csiDriver, { spec: { podInfoOnMount: true } })
  csiDriver.rules.prepareForUpdate?.(next, old, { subresource: '', now: '' })
  equal(next.metadata.generation, 1)
})
