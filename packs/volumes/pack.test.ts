/** Claims and volumes against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { PersistentVolume, PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { volumesPack } from './pack.ts'
import { SELECTED_NODE } from './words.ts'

const local = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'local' },
  provisioner: 'muster.dev/local',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
}
const claim = (name: string, spec: object = {}, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: 'default', annotations },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})
const volume = (name: string) => ({
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '2Gi' },
    hostPath: { path: `/data/${name}` },
    persistentVolumeReclaimPolicy: 'Retain',
  },
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async () => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    const removed: string[] = []
    const localVolumes = {
      directoryOf: (_cluster: string, node: string) => (node === 'n1' ? '/nodes/n1/volumes' : undefined),
      async remove(path: string) {
        removed.push(path)
      },
    }
    cluster.run(volumesPack.controllers, { localVolumes })
    cluster.run(housekeepingPack.controllers, { rootCaOf: () => 'the CA', flowControl: [] })
    const claims = cluster.resource<PersistentVolumeClaim>('persistentvolumeclaims')
    const volumes = cluster.resource<PersistentVolume>('persistentvolumes')
    return {
      cluster,
      claims,
      volumes,
      removed,
      phaseOf: async (name: string) => (await claims.get({ namespace: 'default', name })).status?.phase,
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: a claim finds a volume, whichever of the two comes first; let go, the volume is kept`, async () => {
    await using stage = await start()
    await stage.cluster.apply(claim('a'))
    await stage.cluster.settled()
    equal(await stage.phaseOf('a'), 'Pending')
    await stage.cluster.apply(volume('v1'))
    await stage.cluster.settled()
    equal(await stage.phaseOf('a'), 'Bound')
    const { spec, status, metadata } = await stage.claims.get({ namespace: 'default', name: 'a' })
    deepEqual([spec?.volumeName, status?.capacity, status?.accessModes], ['v1', { storage: '2Gi' }, ['ReadWriteOnce']])
    equal(metadata.annotations?.['pv.kubernetes.io/bind-completed'], 'yes')
    equal((await stage.volumes.get({ namespace: '', name: 'v1' })).status?.phase, 'Bound')
    await stage.claims.delete({ namespace: 'default', name: 'a' })
    await stage.cluster.settled()
    equal((await stage.volumes.get({ namespace: '', name: 'v1' })).status?.phase, 'Released')
    deepEqual(stage.removed, [])
  })

  test(`${profile}: a directory of the chosen node is made for a claim, and goes with it`, async () => {
    await using stage = await start()
    await stage.cluster.apply(local, claim('a', { storageClassName: 'local' }))
    await stage.cluster.settled()
    equal(await stage.phaseOf('a'), 'Pending')
    deepEqual((await stage.volumes.list()).items, [])
    const selected = { metadata: { annotations: { [SELECTED_NODE]: 'n1' } } }
    await stage.claims.patch({ namespace: 'default', name: 'a' }, { patch: 'merge', value: selected })
    await stage.cluster.settled()
    equal(await stage.phaseOf('a'), 'Bound')
    const [made] = (await stage.volumes.list()).items
    const path = made?.spec?.local?.path
    equal(path, `/nodes/n1/volumes/${made?.metadata.name}`)
    equal(made?.spec?.nodeAffinity?.required?.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values?.[0], 'n1')
    await stage.claims.delete({ namespace: 'default', name: 'a' })
    await stage.cluster.clock.advance('1m')
    deepEqual((await stage.volumes.list()).items, [])
    // A second look may find the volume still on its way out.
    deepEqual([...new Set(stage.removed)], [path])
  })

  test(`${profile}: a node that is elsewhere is told of, and nothing is made`, async () => {
    await using stage = await start()
    await stage.cluster.apply(local, claim('a', { storageClassName: 'local' }, { [SELECTED_NODE]: 'far' }))
    await stage.cluster.clock.advance('1m')
    const events = (await stage.cluster.resource('events').list({ namespace: 'default' })).items as unknown as {
      reason: string
    }[]
    deepEqual(
      events.map(({ reason }) => reason).filter((reason) => reason === 'ProvisioningFailed'),
      ['ProvisioningFailed'],
    )
    equal(await stage.phaseOf('a'), 'Pending')
  })

  test(`${profile}: refused writes, cut watches and a restart delay it and no more; each claim has a volume of its own`, async () => {
    await using stage = await start()
    const { cluster } = stage
    cluster.faults.refuse({ method: 'PATCH', path: '/persistentvolumes' }, { times: 2 })
    cluster.faults.refuse({ method: 'PATCH', path: '/persistentvolumeclaims' }, { times: 3 })
    for (const name of ['v1', 'v2']) await stage.volumes.create(volume(name) as PersistentVolume)
    for (const name of ['a', 'b']) await stage.claims.create(claim(name) as PersistentVolumeClaim)
    await cluster.clock.advance('2m')
    deepEqual([await stage.phaseOf('a'), await stage.phaseOf('b')], ['Bound', 'Bound'])
    await cluster.apply(local)
    for (const [at, harm] of [
      async () => cluster.faults.dropWatches(),
      cluster.faults.restart,
      cluster.faults.compact,
    ].entries()) {
      await harm()
      await cluster.apply(claim(`c${at}`, { storageClassName: 'local' }, { [SELECTED_NODE]: 'n1' }))
      await cluster.clock.advance('2m')
      equal(await stage.phaseOf(`c${at}`), 'Bound')
    }
    const named = (await stage.claims.list({ namespace: 'default' })).items.map(({ spec }) => spec?.volumeName)
    equal(new Set(named).size, 5)
  })
}
