/** ReplicaSets and ReplicationControllers against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { ReplicaSet, ReplicaSetSpec } from '@muster/api/types/apps-v1.ts'
import type { Event, Pod, ReplicationController } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { replicaSetController, replicationController } from './controllers/replica-sets.ts'

const named = (name: string) => ({ namespace: 'default', name })

const template = {
  metadata: { labels: { app: 'web' }, annotations: { note: 'x' }, finalizers: ['test.dev/held'] },
  spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web:1' }] },
}

const set = (spec: Partial<ReplicaSetSpec> = {}): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: named('web'),
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: { ...template, metadata: { labels: { app: 'web' } } },
    ...spec,
  },
})

const orphan = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...named(name), labels: { app: 'web' } },
  spec: { nodeName: 'node-1', containers: [{ name: 'web', image: 'web:0' }] },
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([replicaSetController, replicationController], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    await cluster.apply(...objects)
    await cluster.settled()
    const pods = cluster.resource<Pod>('pods')
    const sets = cluster.resource<ReplicaSet>('replicasets.apps')
    const list = async () => (await pods.list({ namespace: 'default' })).items
    return {
      cluster,
      pods,
      sets,
      list,
      active: async () => (await list()).filter(({ metadata }) => !metadata.deletionTimestamp),
      status: async () => (await sets.get(named('web'))).status,
      scale: async (replicas: number) => {
        await sets.patch(named('web'), { patch: 'merge', value: { spec: { replicas } } })
        await cluster.settled()
      },
      become: async (pod: Pod | undefined, phase: string, isReady: boolean) => {
        const lastTransitionTime = `${cluster.clock.now().toISOString().slice(0, 19)}Z`
        const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime }]
        const now = await pods.get(named(pod?.metadata.name ?? ''))
        await pods.updateStatus({ ...now, status: { ...now.status, phase, conditions } })
        await cluster.settled()
      },
      said: async () => (await cluster.resource<Event>('events').list({})).items,
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: pods are as the template says, and are told of`, async () => {
    await using run = await start(set({ template }))
    const pods = await run.list()
    equal(pods.length, 3)
    const { metadata } = pods[0] ?? orphan('none')
    equal(metadata.generateName, 'web-')
    deepEqual(metadata.labels, { app: 'web' })
    deepEqual(metadata.annotations, { note: 'x' })
    deepEqual(metadata.finalizers, ['test.dev/held'])
    const uid = (await run.sets.get(named('web'))).metadata.uid
    deepEqual(metadata.ownerReferences, [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid, controller: true, blockOwnerDeletion: true },
    ])
    const said = (await run.said()).map(({ reason, message, source }) => [reason, message, source?.component]).sort()
    const expected = pods.map((pod) => [
      'SuccessfulCreate',
      `Created pod: ${pod.metadata.name}`,
      'replicaset-controller',
    ])
    deepEqual(said, expected.sort())
  })

  test(`${profile}: those go first that are missed least, and are counted until they are gone`, async () => {
    await using run = await start(set())
    const [one, other, third] = await run.list()
    await run.become(one, 'Running', true)
    await run.become(third, 'Running', true)
    await run.scale(2)
    deepEqual(
      (await run.active()).map(({ metadata }) => metadata.name).sort(),
      [one, third].map((pod) => pod?.metadata.name).sort(),
    )
    deepEqual(await run.status(), {
      replicas: 2,
      fullyLabeledReplicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 1,
      observedGeneration: 2,
    })
    await run.pods.delete(named(other?.metadata.name ?? ''), { gracePeriodSeconds: 0 })
    await run.cluster.settled()
    equal((await run.status())?.terminatingReplicas, 0)
    ok(
      (await run.said()).some(
        ({ reason, message }) => reason === 'SuccessfulDelete' && message === `Deleted pod: ${other?.metadata.name}`,
      ),
    )
    await run.pods.patch(named(one?.metadata.name ?? ''), {
      patch: 'merge',
      value: { metadata: { annotations: { 'controller.kubernetes.io/pod-deletion-cost': '-5' } } },
    })
    await run.scale(1)
    deepEqual(
      (await run.active()).map(({ metadata }) => metadata.name),
      [third?.metadata.name],
    )
  })

  test(`${profile}: pods that ended or are on their way out are made again at once`, async () => {
    await using run = await start(set())
    const [one, other] = await run.list()
    await run.become(one, 'Failed', false)
    await run.pods.delete(named(other?.metadata.name ?? ''))
    await run.cluster.settled()
    equal((await run.list()).length, 5)
    equal((await run.status())?.replicas, 3)
  })

  test(`${profile}: orphans are adopted, and a pod that is chosen no more is let go and made up for`, async () => {
    await using run = await start(orphan('a'), orphan('b'), set())
    equal((await run.list()).length, 3)
    const owners = async (name: string) =>
      (await run.pods.get(named(name))).metadata.ownerReferences?.map((one) => one.name)
    deepEqual(await owners('a'), ['web'])
    await run.pods.patch(named('a'), { patch: 'merge', value: { metadata: { labels: { app: 'debug' } } } })
    await run.cluster.settled()
    equal(await owners('a'), undefined)
    equal((await run.list()).length, 4)
    // Back again, it is one too many.
    await run.become(await run.pods.get(named('a')), 'Running', true)
    await run.pods.patch(named('a'), { patch: 'merge', value: { metadata: { labels: { app: 'web' } } } })
    await run.cluster.settled()
    equal((await run.active()).length, 3)
    deepEqual(await owners('a'), ['web'])
  })

  test(`${profile}: two that choose the same pods do not take them from each other`, async () => {
    const rival = { ...set({ replicas: 2 }), metadata: named('rival') }
    await using run = await start(set(), rival)
    const owners = (await run.list()).map(({ metadata }) => metadata.ownerReferences?.[0]?.name)
    deepEqual(owners.sort(), ['rival', 'rival', 'web', 'web', 'web'])
  })

  test(`${profile}: minReadySeconds are counted from when a pod became ready`, async () => {
    await using run = await start(set({ minReadySeconds: 10 }))
    const [one, other] = await run.list()
    await run.become(one, 'Running', true)
    await run.cluster.clock.advance('4s')
    await run.become(other, 'Running', true)
    const counts = async () => {
      const { readyReplicas, availableReplicas } = (await run.status()) ?? {}
      return [readyReplicas, availableReplicas ?? 0]
    }
    deepEqual(await counts(), [2, 0])
    await run.cluster.clock.advance('7s')
    deepEqual(await counts(), [2, 1])
    await run.cluster.clock.advance('4s')
    deepEqual(await counts(), [2, 2])
  })

  test(`${profile}: what fails for all is tried a few times, told of, and tried again`, async () => {
    await using run = await start()
    run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 1 })
    await run.cluster.apply(set({ replicas: 20 }))
    await run.cluster.settled()
    // One was tried, and none after it.
    equal((await run.list()).length, 0)
    const [failure] = (await run.status())?.conditions ?? []
    deepEqual([failure?.type, failure?.status, failure?.reason], ['ReplicaFailure', 'True', 'FailedCreate'])
    ok(
      (await run.said()).some(
        ({ type, reason, message }) =>
          type === 'Warning' && reason === 'FailedCreate' && message === `Error creating: ${failure?.message}`,
      ),
    )
    await run.cluster.clock.advance('10s')
    equal((await run.list()).length, 20)
    equal((await run.status())?.conditions, undefined)
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start(set())
    const harms = [async () => run.cluster.faults.dropWatches(), run.cluster.faults.restart, run.cluster.faults.compact]
    for (const harm of harms) {
      run.cluster.faults.refuse({ method: 'DELETE', path: '/pods/' }, { times: 1 })
      run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 1 })
      await run.scale(1)
      await harm()
      await run.cluster.clock.advance('2m')
      equal((await run.active()).length, 1)
      await run.scale(6)
      await run.cluster.clock.advance('2m')
      equal((await run.active()).length, 6)
    }
    equal((await run.status())?.replicas, 6)
  })

  test(`${profile}: a ReplicationController does the same, but for pods on their way out`, async () => {
    const controller: ReplicationController = {
      apiVersion: 'v1',
      kind: 'ReplicationController',
      metadata: named('web'),
      spec: { replicas: 2, selector: { app: 'web' }, template: { ...template, metadata: { labels: { app: 'web' } } } },
    }
    await using run = await start(orphan('a'), controller)
    const controllers = run.cluster.resource<ReplicationController>('replicationcontrollers')
    const owners = (await run.list()).map(({ metadata }) => metadata.ownerReferences?.[0])
    deepEqual(
      owners.map((owner) => [owner?.apiVersion, owner?.kind]),
      [
        ['v1', 'ReplicationController'],
        ['v1', 'ReplicationController'],
      ],
    )
    await controllers.patch(named('web'), { patch: 'merge', value: { spec: { replicas: 1 } } })
    await run.cluster.settled()
    deepEqual((await controllers.get(named('web'))).status, {
      replicas: 1,
      fullyLabeledReplicas: 1,
      observedGeneration: 2,
    })
    ok((await run.said()).some(({ source }) => source?.component === 'replication-controller'))
  })
}
