/** What holds data goes when it is deleted and nobody uses it, and not before. */
import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'

const claim = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'goods', namespace: 'default' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    volumeAttributesClassName: 'gold',
  },
}
const gold = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttributesClass',
  metadata: { name: 'gold' },
  driverName: 'd',
  parameters: { speed: 'high' },
}
const pod = (name: string, nodeName?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    ...(nodeName ? { nodeName } : {}),
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'a', image: 'a:1' }],
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'goods' } }],
  },
})
const goods = { namespace: 'default', name: 'goods' }

for (const profile of ['kubernetes', 'muster'] as const) {
  test(`${profile}: a claim goes when the last pod on a node that uses it has gone, and its class after it`, async () => {
    await using cluster = await startTestServer({ profile, time: 'virtual' })
    const claims = cluster.resource<PersistentVolumeClaim>('persistentvolumeclaims')
    const classes = cluster.resource('volumeattributesclasses.storage.k8s.io')
    await cluster.apply(
      gold as KubeObject,
      claim as KubeObject,
      pod('runs', 'node-1') as KubeObject,
      pod('waits') as KubeObject,
    )
    await claims.delete(goods)
    await classes.delete({ namespace: '', name: 'gold' })
    await cluster.settled()
    ok((await claims.get(goods)).metadata.deletionTimestamp !== undefined)
    ok(await classes.find({ namespace: '', name: 'gold' }))

    await cluster.resource<Pod>('pods').delete({ namespace: 'default', name: 'runs' })
    await cluster.settled()
    equal(await claims.find(goods), undefined)
    equal(await classes.find({ namespace: '', name: 'gold' }), undefined)
  })

  test(`${profile}: a volume goes when it is bound no more, and a claim of others' finalizer stays`, async () => {
    await using cluster = await startTestServer({ profile, time: 'virtual' })
    const [volumes, claims] = [
      cluster.resource<PersistentVolume>('persistentvolumes'),
      cluster.resource<PersistentVolumeClaim>('persistentvolumeclaims'),
    ]
    const disk = { namespace: '', name: 'disk' }
    await volumes.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/disk' } },
    })
    const volume = await volumes.get(disk)
    const bound = await volumes.updateStatus({ ...volume, status: { ...volume.status, phase: 'Bound' } })
    await volumes.delete(disk)
    await cluster.settled()
    const going = await volumes.get(disk)
    await volumes.updateStatus({ ...going, status: { ...bound.status, phase: 'Released' } })
    await cluster.settled()
    equal(await volumes.find(disk), undefined)

    await cluster.apply({ ...claim, metadata: { ...claim.metadata, finalizers: ['test.dev/held'] } } as KubeObject)
    await claims.delete(goods)
    await cluster.settled()
    equal((await claims.get(goods)).metadata.finalizers?.join(), 'test.dev/held')
  })
}
