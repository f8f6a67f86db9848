/** StatefulSets against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { ControllerRevision, StatefulSet, StatefulSetSpec } from '@muster/api/types/apps-v1.ts'
import type { Event, PersistentVolumeClaim, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import type { TestServer } from '@muster/test-server/test-server.ts'
import { statefulSetController } from './controllers/stateful-sets.ts'

const named = (name: string) => ({ namespace: 'default', name })

const set = (spec: Partial<StatefulSetSpec> = {}, image = 'web:1'): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: named('web'),
  spec: {
    replicas: 3,
    serviceName: 'web',
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      // A pod on no node goes at once when it is deleted.
      spec: { nodeName: 'node-1', containers: [{ name: 'web', image }] },
    },
    ...spec,
  },
})

const claims = (policy?: StatefulSetSpec['persistentVolumeClaimRetentionPolicy']): Partial<StatefulSetSpec> => ({
  volumeClaimTemplates: [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
  ],
  ...(policy ? { persistentVolumeClaimRetentionPolicy: policy } : {}),
})

/** What a test sees and does of a set's pods: it is their node. */
function handsOn(cluster: TestServer) {
  const pods = cluster.resource<Pod>('pods')
  const become = async (name: string, phase: string, ready = false) => {
    const pod = await pods.get(named(name))
    const lastTransitionTime = `${cluster.clock.now().toISOString().slice(0, 19)}Z`
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }]
    await pods.updateStatus({ ...pod, status: { ...pod.status, phase, conditions } })
    await cluster.settled()
  }
  const list = async () => (await pods.list({ namespace: 'default' })).items
  return {
    pods,
    become,
    run: (name: string) => become(name, 'Running', true),
    /** Lets a pod that was deleted go, as its node does when it has ended. */
    async letGo(name: string) {
      await pods.delete(named(name), { gracePeriodSeconds: 0 })
      await cluster.settled()
    },
    names: async () => (await list()).map(({ metadata }) => metadata.name).sort(),
    /** Each pod with the last letter of its image, `-` for one on its way out. */
    versions: async () =>
      (await list())
        .map(
          ({ metadata, spec }) =>
            `${metadata.name}:${metadata.deletionTimestamp ? '-' : spec?.containers[0]?.image?.at(-1)}`,
        )
        .sort(),
    status: async () => (await cluster.resource<StatefulSet>('statefulsets.apps').get(named('web'))).status,
    change: async (spec: object) => {
      await cluster.resource('statefulsets.apps').patch(named('web'), { patch: 'strategic', value: { spec } })
      await cluster.settled()
    },
    /** Runs whatever waits to run, until nothing is left to run. */
    async runAll() {
      for (let turn = 0; turn < 40; turn++) {
        const waiting = (await list()).filter(
          (pod) => pod.metadata.deletionTimestamp || pod.status?.phase !== 'Running',
        )
        if (waiting.length === 0) return
        for (const { metadata } of waiting) {
          const name = metadata.name ?? ''
          if (metadata.deletionTimestamp) await pods.delete(named(name), { gracePeriodSeconds: 0 })
          else await become(name, 'Running', true)
        }
        await cluster.settled()
      }
    },
  }
}

const image = (version: number) => ({ template: { spec: { containers: [{ name: 'web', image: `web:${version}` }] } } })

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([statefulSetController], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    await cluster.apply(...objects)
    await cluster.settled()
    return { cluster, ...handsOn(cluster), [Symbol.asyncDispose]: () => cluster.close() }
  }

  test(`${profile}: pods are made one after the other, each with its name, its labels and its claim`, async () => {
    await using run = await start(set(claims()))
    deepEqual(await run.names(), ['web-0'])
    await run.become('web-0', 'Running', false)
    deepEqual(await run.names(), ['web-0'])
    await run.run('web-0')
    deepEqual(await run.names(), ['web-0', 'web-1'])
    await run.run('web-1')
    await run.run('web-2')
    const pod = await run.pods.get(named('web-2'))
    equal(pod.spec?.hostname, 'web-2')
    equal(pod.spec?.subdomain, 'web')
    equal(pod.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'web-2')
    equal(pod.metadata.labels?.['apps.kubernetes.io/pod-index'], '2')
    equal(pod.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName, 'data-web-2')
    const made = (await run.cluster.resource<PersistentVolumeClaim>('persistentvolumeclaims').list({})).items
    deepEqual(
      made.map(({ metadata }) => [metadata.name, metadata.labels?.app, metadata.ownerReferences]),
      ['data-web-0', 'data-web-1', 'data-web-2'].map((name) => [name, 'web', undefined]),
    )
    const [revision] = (await run.cluster.resource<ControllerRevision>('controllerrevisions.apps').list({})).items
    equal(pod.metadata.labels?.['controller-revision-hash'], revision?.metadata.name)
    deepEqual(await run.status(), {
      observedGeneration: 1,
      replicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
      collisionCount: 0,
    })
    const said = (await run.cluster.resource<Event>('events').list({})).items.map(({ message }) => message)
    ok(said.includes('Create Pod web-0 in StatefulSet web successful'))
    ok(said.includes('Create Claim data-web-0 Pod web-0 in StatefulSet web success'))
  })

  test(`${profile}: a set that is parallel waits for nobody, and ordinals begin where it says`, async () => {
    await using run = await start(set({ podManagementPolicy: 'Parallel', ordinals: { start: 5 } }))
    deepEqual(await run.names(), ['web-5', 'web-6', 'web-7'])
    await run.change({ replicas: 1 })
    deepEqual(await run.versions(), ['web-5:1', 'web-6:-', 'web-7:-'])
  })

  test(`${profile}: a set shrinks from the top, one after the other, and waits for who is on the way out`, async () => {
    await using run = await start(set())
    await run.runAll()
    await run.change({ replicas: 1 })
    deepEqual(await run.versions(), ['web-0:1', 'web-1:1', 'web-2:-'])
    await run.letGo('web-2')
    deepEqual(await run.versions(), ['web-0:1', 'web-1:-'])
    // A name is not given again while its last holder is there.
    await run.change({ replicas: 2 })
    deepEqual(await run.versions(), ['web-0:1', 'web-1:-'])
    await run.letGo('web-1')
    deepEqual(await run.versions(), ['web-0:1', 'web-1:1'])
  })

  test(`${profile}: an update goes from the top down to the partition, and back by the revision that was`, async () => {
    await using run = await start(set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.versions(), ['web-0:1', 'web-1:1', 'web-2:-'])
    await run.letGo('web-2')
    deepEqual(await run.versions(), ['web-0:1', 'web-1:1', 'web-2:2'])
    await run.runAll()
    deepEqual(await run.versions(), ['web-0:1', 'web-1:2', 'web-2:2'])
    const half = await run.status()
    deepEqual([half?.currentReplicas, half?.updatedReplicas], [1, 2])
    ok(half?.currentRevision !== half?.updateRevision)
    // Below the partition a pod comes back as it was.
    await run.pods.delete(named('web-0'))
    await run.runAll()
    deepEqual(await run.versions(), ['web-0:1', 'web-1:2', 'web-2:2'])
    await run.change({ updateStrategy: { rollingUpdate: { partition: 0 } } })
    await run.runAll()
    deepEqual(await run.versions(), ['web-0:2', 'web-1:2', 'web-2:2'])
    equal((await run.status())?.currentRevision, half?.updateRevision)

    await run.change(image(1))
    await run.runAll()
    equal((await run.status())?.currentRevision, half?.currentRevision)
    const kept = (await run.cluster.resource<ControllerRevision>('controllerrevisions.apps').list({})).items
    deepEqual(kept.map(({ revision }) => revision).sort(), [2, 3])
  })

  test(`${profile}: with OnDelete a pod is new when somebody deletes it, and old revisions are few`, async () => {
    await using run = await start(set({ replicas: 1, updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 1 }))
    await run.runAll()
    for (const version of [2, 3, 4]) await run.change(image(version))
    deepEqual(await run.versions(), ['web-0:1'])
    await run.letGo('web-0')
    deepEqual(await run.versions(), ['web-0:4'])
    await run.runAll()
    const kept = (await run.cluster.resource<ControllerRevision>('controllerrevisions.apps').list({})).items
    deepEqual(kept.map(({ revision }) => revision).sort(), [1, 3, 4])
  })

  test(`${profile}: pods that ended are made again, and minReadySeconds are waited for`, async () => {
    await using run = await start(set({ replicas: 2, minReadySeconds: 30 }))
    await run.become('web-0', 'Failed')
    equal((await run.pods.find(named('web-0')))?.status?.phase ?? 'gone', 'Pending')
    await run.run('web-0')
    deepEqual(await run.names(), ['web-0'])
    await run.cluster.clock.advance('29s')
    deepEqual([(await run.status())?.readyReplicas, (await run.status())?.availableReplicas], [1, 0])
    await run.cluster.clock.advance('2s')
    deepEqual(await run.names(), ['web-0', 'web-1'])
    equal((await run.status())?.availableReplicas, 1)
  })

  test(`${profile}: claims belong to whom the policy says`, async () => {
    await using run = await start(set({ replicas: 2, ...claims({ whenDeleted: 'Delete', whenScaled: 'Delete' }) }))
    await run.runAll()
    const owner = async (name: string) => {
      const claim = await run.cluster.resource('persistentvolumeclaims').get(named(name))
      return claim.metadata.ownerReferences?.map(({ kind, name, controller }) => [kind, name, controller])
    }
    deepEqual(await owner('data-web-0'), [['StatefulSet', 'web', true]])
    await run.change({ replicas: 1 })
    deepEqual(await owner('data-web-0'), [['StatefulSet', 'web', true]])
    deepEqual(await owner('data-web-1'), [['Pod', 'web-1', true]])
    // Back before the claim was collected: no new pod may have what the old one left.
    await run.letGo('web-1')
    await run.change({ replicas: 2 })
    deepEqual(await run.names(), ['web-0'])
    const kept = run.cluster.resource('persistentvolumeclaims')
    await kept.delete(named('data-web-1'))
    await kept.patch(named('data-web-1'), { patch: 'merge', value: { metadata: { finalizers: null } } })
    await run.cluster.settled()
    deepEqual(await run.names(), ['web-0', 'web-1'])
  })

  test(`${profile}: an orphan of its name is adopted, and one that is chosen no more is let go`, async () => {
    const orphan = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...named('web-1'), labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1' }] },
    }
    await using run = await start(orphan as KubeObject, set({ podManagementPolicy: 'Parallel' }))
    equal((await run.pods.get(named('web-1'))).metadata.ownerReferences?.[0]?.name, 'web')
    await run.pods.patch(named('web-0'), { patch: 'merge', value: { metadata: { labels: { app: 'other' } } } })
    await run.cluster.settled()
    equal((await run.pods.get(named('web-0'))).metadata.ownerReferences, undefined)
  })

  test(`${profile}: a set that is to go makes nothing any more, neither pods nor revisions`, async () => {
    const held = set()
    await using run = await start({ ...held, metadata: { ...held.metadata, finalizers: ['test.dev/held'] } })
    await run.cluster.resource('statefulsets.apps').delete(named('web'))
    const revisions = run.cluster.resource<ControllerRevision>('controllerrevisions.apps')
    for (const { metadata } of (await revisions.list({})).items) await revisions.delete(named(metadata.name ?? ''))
    await run.letGo('web-0')
    deepEqual(await run.names(), [])
    deepEqual((await revisions.list({})).items, [])
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start()
    run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 2 })
    run.cluster.faults.refuse({ method: 'POST', path: '/controllerrevisions' }, { times: 1 })
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 1 })
    await run.cluster.apply(set())
    await run.cluster.clock.advance('1m')
    deepEqual(await run.names(), ['web-0'])
    await run.runAll()
    for (const harm of [
      async () => run.cluster.faults.dropWatches(),
      run.cluster.faults.restart,
      run.cluster.faults.compact,
    ]) {
      await harm()
      await run.pods.delete(named('web-1'), { gracePeriodSeconds: 0 })
      await run.cluster.clock.advance('2m')
      await run.runAll()
      deepEqual(await run.names(), ['web-0', 'web-1', 'web-2'])
    }
    equal((await run.status())?.availableReplicas, 3)
  })
}
