/** Budgets and the evictions that they allow against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Event, Pod } from '@muster/api/types/core-v1.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '@muster/api/types/policy-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { DISRUPTION_BUDGETS, PODS } from '@muster/client/kubernetes.ts'
import { Picture } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import type { Pictures } from '@muster/runtime/controller.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { disruptionBudgetController } from './controllers/disruption-budgets.ts'
import { workloadPack } from './pack.ts'

const named = (name: string) => ({ namespace: 'default', name })
const selector = { matchLabels: { app: 'web' } }
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { nodeName: 'n1', containers: [{ name: 'web', image: 'web:1' }] },
}
const object = (apiVersion: string, kind: string, name: string, spec: object): KubeObject =>
  ({ apiVersion, kind, metadata: named(name), spec }) as KubeObject
const deployment = (replicas: number) => object('apps/v1', 'Deployment', 'web', { replicas, selector, template })
const budget = (spec: PodDisruptionBudgetSpec, name = 'web') =>
  object('policy/v1', 'PodDisruptionBudget', name, { selector, ...spec })

/** A pod of nobody. */
const bare = (name: string): KubeObject =>
  ({ ...template, apiVersion: 'v1', kind: 'Pod', metadata: { ...named(name), ...template.metadata } }) as KubeObject

/** A kind of somebody else's, with a scale and without. */
const farms = (scale: object): KubeObject =>
  ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'farms.test.dev' },
    spec: {
      group: 'test.dev',
      names: { plural: 'farms', kind: 'Farm' },
      scope: 'Namespaced',
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          subresources: { status: {}, ...scale },
        },
      ],
    },
  }) as KubeObject
const SCALE = { scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } }

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run(workloadPack.controllers, {})
    await cluster.apply(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject,
      { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } } as KubeObject,
    )
    const pods = cluster.resource<Pod>('pods')
    const budgets = cluster.resource<PodDisruptionBudget>('poddisruptionbudgets.policy')
    const list = async () => (await pods.list({ namespace: 'default' })).items
    const become = async (name: string, isReady: boolean) => {
      const pod = await pods.get(named(name))
      const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }]
      await pods.updateStatus({ ...pod, status: { ...pod.status, phase: 'Running', conditions } })
      await cluster.settled()
    }
    const allReady = async () => {
      for (const { metadata } of await list()) await become(metadata.name ?? '', true)
    }
    for (const one of objects) await cluster.apply(one)
    await cluster.settled()
    await allReady()
    return {
      cluster,
      pods,
      list,
      become,
      allReady,
      status: async (name = 'web') => (await budgets.get(named(name))).status,
      counts: async () => {
        const { expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed } =
          (await budgets.get(named('web'))).status ?? {}
        return [expectedPods, currentHealthy, desiredHealthy, disruptionsAllowed]
      },
      evict: async (name = '') => {
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: named(name) }
        const path = `/api/v1/namespaces/default/pods/${name}/eviction`
        try {
          await cluster.client.call({ method: 'POST', path, body })
          return 'gone'
        } catch (error) {
          if (hasCode(error, 'TooManyRequests')) return 'refused'
          throw error
        }
      },
      said: async (reason: string) =>
        (await cluster.resource<Event>('events').list({})).items.filter((event) => event.reason === reason),
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: evictions go as far as the budget, and on when the pods are made up for`, async () => {
    await using run = await start(deployment(4), budget({ maxUnavailable: 1 }))
    deepEqual(await run.counts(), [4, 4, 3, 1])
    deepEqual(
      (await run.status())?.conditions?.map(({ reason, status }) => [reason, status]),
      [['SufficientPods', 'True']],
    )
    const [one, other] = (await run.list()).map(({ metadata }) => metadata.name)
    equal(await run.evict(one), 'gone')
    equal(await run.evict(other), 'refused')
    await run.cluster.settled()
    // Its deletion was seen, so it is waited for no more; it was made up for, and that one is not ready yet.
    deepEqual(await run.counts(), [4, 3, 3, 0])
    equal((await run.status())?.disruptedPods?.[one ?? ''], undefined)
    deepEqual(
      (await run.status())?.conditions?.map(({ reason }) => reason),
      ['InsufficientPods'],
    )
    equal(await run.evict(other), 'refused')
    await run.allReady()
    equal(await run.evict(other), 'gone')
  })

  test(`${profile}: side by side no more are evicted than the budget allows`, async () => {
    await using run = await start(deployment(6), budget({ minAvailable: '50%' }))
    deepEqual(await run.counts(), [6, 6, 3, 3])
    const outcomes = await Promise.all((await run.list()).map(({ metadata }) => run.evict(metadata.name)))
    equal(outcomes.filter((outcome) => outcome === 'gone').length, 3)
  })

  test(`${profile}: a count that did not see the last eviction is refused, so that it cannot be allowed twice`, async () => {
    await using run = await start(budget({ minAvailable: 1 }))
    const { client } = run.cluster
    for (const name of ['a', 'b']) await run.cluster.apply(bare(name))
    await run.allReady()
    // What a controller sees whose watches hang: two pods that are ready, then one that is not; and no eviction.
    const stale = new Map<string, Picture<KubeObject>>()
    const see = (ref: ResourceRef, object: KubeObject) => {
      const picture = stale.get(ref.plural) ?? new Picture()
      stale.set(ref.plural, picture)
      picture.put(object)
    }
    see(DISRUPTION_BUDGETS, await client.resource(DISRUPTION_BUDGETS).get(named('web')))
    for (const pod of await run.list()) see(PODS, pod)
    see(PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { ...named('c'), labels: { app: 'web' } } })
    const hands = { clock: systemClock, random: seededRandom(1), log: noLog }
    const controller = 'begin' in disruptionBudgetController ? disruptionBudgetController.begin(hands) : undefined
    const informer = ((ref: ResourceRef) => (stale.get(ref.plural) ?? new Picture()).inCluster('')) as Pictures
    equal(await run.evict('a'), 'gone')
    const key = { ...named('web'), cluster: '' }
    await rejects(async () => controller?.reconcile(key, { ...hands, client, informer }), { code: 'Conflict' })
    equal(await run.evict('b'), 'refused')
  })

  test(`${profile}: the scale of a Deployment counts as soon as it changes, whatever pods there are`, async () => {
    await using run = await start(deployment(2), budget({ minAvailable: '50%' }))
    deepEqual(await run.counts(), [2, 2, 1, 1])
    run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 1 })
    await run.cluster
      .resource('deployments.apps')
      .patch(named('web'), { patch: 'merge', value: { spec: { replicas: 5 } } })
    await run.cluster.settled()
    deepEqual(await run.counts(), [5, 2, 3, 0])
  })

  test(`${profile}: an evicted pod that is not deleted counts again when its time is over`, async () => {
    await using run = await start(deployment(2), budget({ minAvailable: 1 }))
    const [one] = await run.list()
    const { metadata, status } = await run.cluster
      .resource<PodDisruptionBudget>('poddisruptionbudgets.policy')
      .get(named('web'))
    const disruptedPods = { [one?.metadata.name ?? '']: `${run.cluster.clock.now().toISOString().slice(0, 19)}Z` }
    await run.cluster
      .resource<PodDisruptionBudget>('poddisruptionbudgets.policy')
      .patch(
        named('web'),
        { patch: 'merge', value: { metadata: { uid: metadata.uid }, status: { ...status, disruptedPods } } },
        { subresource: 'status' },
      )
    await run.cluster.settled()
    deepEqual(await run.counts(), [2, 1, 1, 0])
    await run.cluster.clock.advance('3m')
    deepEqual(await run.counts(), [2, 2, 1, 1])
    equal((await run.status())?.disruptedPods, undefined)
    const [said] = await run.said('NotDeleted')
    equal(said?.message, "Pod was expected by PDB default/web to be deleted but it wasn't")
  })

  test(`${profile}: pods of any kind with a scale count by it; without one nothing may go`, async () => {
    await using run = await start(farms({}))
    const farm = { apiVersion: 'test.dev/v1', kind: 'Farm', metadata: named('big'), spec: { size: 3 } } as KubeObject
    const [made] = await run.cluster.apply(farm)
    const ownerReferences = [
      { apiVersion: 'test.dev/v1', kind: 'Farm', name: 'big', uid: made?.metadata.uid ?? '', controller: true },
    ]
    for (const name of ['a', 'b'])
      await run.cluster.apply({
        ...template,
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...named(name), ...template.metadata, ownerReferences },
      } as KubeObject)
    await run.allReady()
    await run.cluster.apply(budget({ maxUnavailable: 2 }))
    await run.cluster.settled()
    equal((await run.status())?.disruptionsAllowed, 0)
    const why = 'farms.test.dev does not implement the scale subresource'
    deepEqual(
      (await run.status())?.conditions?.map(({ reason, message }) => [reason, message]),
      [['SyncFailed', why]],
    )
    equal(
      (await run.said('CalculateExpectedPodCountFailed'))[0]?.message,
      `Failed to calculate the number of expected pods: ${why}`,
    )
    equal(await run.evict('a'), 'refused')
    await run.cluster.apply(farms(SCALE))
    await run.cluster.clock.advance('2m')
    deepEqual(await run.counts(), [3, 2, 1, 1])
    equal(await run.evict('a'), 'gone')
  })

  test(`${profile}: pods of nobody are told of; under two budgets nobody can evict, and that is told too`, async () => {
    await using run = await start(bare('a'), budget({ maxUnavailable: 1 }))
    deepEqual(await run.counts(), [0, 1, 0, 0])
    const [unmanaged] = await run.said('UnmanagedPods')
    ok(unmanaged?.message?.includes('(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},'))
    await run.cluster.apply(budget({ minAvailable: 0 }, 'other'))
    await run.cluster.settled()
    await run.become('a', false)
    const [several] = await run.said('MultiplePodDisruptionBudgets')
    ok(several?.message?.startsWith('Pod "default"/"a" matches multiple PodDisruptionBudgets.  Chose '))
  })

  test(`${profile}: a pod that was to be sent away and stays is said so no more`, async () => {
    await using run = await start(deployment(1))
    const [one] = await run.list()
    const lastTransitionTime = `${run.cluster.clock.now().toISOString().slice(0, 19)}Z`
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime }
    const value = { status: { conditions: [condition] } }
    const name = named(one?.metadata.name ?? '')
    await run.pods.patch(name, { patch: 'strategic', value }, { subresource: 'status' })
    const target = async () =>
      (await run.pods.get(name)).status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
    await run.cluster.clock.advance('1m')
    equal((await target())?.status, 'True')
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 1 })
    await run.cluster.clock.advance('2m')
    const { status, reason } = (await target()) ?? {}
    deepEqual([status, reason], ['False', undefined])
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start(deployment(3), budget({ maxUnavailable: 1 }))
    const [one] = await run.list()
    const name = one?.metadata.name ?? ''
    const harms = [async () => run.cluster.faults.dropWatches(), run.cluster.faults.restart, run.cluster.faults.compact]
    for (const harm of harms) {
      run.cluster.faults.refuse({ method: 'PATCH', path: '/poddisruptionbudgets' }, { times: 2 })
      await run.become(name, false)
      await harm()
      await run.cluster.clock.advance('2m')
      deepEqual(await run.counts(), [3, 2, 2, 0])
      await run.become(name, true)
      await run.cluster.clock.advance('2m')
      deepEqual(await run.counts(), [3, 3, 2, 1])
    }
  })
}
