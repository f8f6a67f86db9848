/** Deployments against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Deployment, DeploymentSpec, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { Event, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import type { TestServer } from '@muster/test-server/test-server.ts'
import { deploymentController } from './controllers/deployments.ts'
import { replicaSetController } from './controllers/replica-sets.ts'

const named = (name: string) => ({ namespace: 'default', name })

const deployment = (spec: Partial<DeploymentSpec> = {}, image = 'web:1'): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: named('web'),
  spec: {
    replicas: 4,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      // A pod on no node goes at once when it is deleted.
      spec: { nodeName: 'node-1', containers: [{ name: 'web', image }] },
    },
    ...spec,
  },
})

const rolling = (maxSurge: number | string, maxUnavailable: number | string): Partial<DeploymentSpec> => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
})
const image = (version: number) => ({ template: { spec: { containers: [{ name: 'web', image: `web:${version}` }] } } })
const versionOf = ({ spec }: ReplicaSet | Pod): string =>
  (spec && 'template' in spec ? spec.template?.spec : (spec as Pod['spec']))?.containers[0]?.image?.at(-1) ?? '?'

/** What a test sees and does: it is the node of all pods. */
function handsOn(cluster: TestServer) {
  const pods = cluster.resource<Pod>('pods')
  const deployments = cluster.resource<Deployment>('deployments.apps')
  const sets = cluster.resource<ReplicaSet>('replicasets.apps')
  const list = async () => (await pods.list({ namespace: 'default' })).items
  const become = async (pod: Pod, phase: string, isReady = false) => {
    const lastTransitionTime = `${cluster.clock.now().toISOString().slice(0, 19)}Z`
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime }]
    const now = await pods.get(named(pod.metadata.name ?? ''))
    await pods.updateStatus({ ...now, status: { ...now.status, phase, conditions } })
  }
  const hands = {
    pods,
    sets,
    list,
    deployments,
    become,
    status: async () => (await deployments.get(named('web'))).status ?? {},
    condition: async (type: string) => {
      const found = (await hands.status()).conditions?.find((condition) => condition.type === type)
      return found && `${found.status} ${found.reason}: ${found.message}`
    },
    /** Sets with pods by their version, and how many pods each is to have. */
    sizes: async () =>
      Object.fromEntries(
        (await sets.list({ namespace: 'default' })).items
          .filter(({ spec }) => spec?.replicas)
          .map((set) => [versionOf(set), set.spec?.replicas]),
      ),
    set: async (version: number) => {
      const found = (await sets.list({ namespace: 'default' })).items.find((set) => versionOf(set) === String(version))
      return found ?? Promise.reject(new Error(`no set of version ${version}`))
    },
    revisions: async () =>
      (await sets.list({ namespace: 'default' })).items
        .map((set) => `${versionOf(set)}: ${set.metadata.annotations?.['deployment.kubernetes.io/revision']}`)
        .sort(),
    change: async (spec: object) => {
      await deployments.patch(named('web'), { patch: 'strategic', value: { spec } })
      await cluster.settled()
    },
    /** Pods of a version become ready; those on their way out are gone. */
    turn: async (version?: number) => {
      for (const pod of await list()) {
        if (pod.metadata.deletionTimestamp) await pods.delete(named(pod.metadata.name ?? ''), { gracePeriodSeconds: 0 })
        else if (pod.status?.phase !== 'Running' && (version === undefined || versionOf(pod) === String(version)))
          await become(pod, 'Running', true)
      }
      await cluster.settled()
    },
    /** Turns until nothing changes. */
    runAll: async () => {
      for (let turn = 0; turn < 30; turn++) {
        const isLate = (pod: Pod) => pod.metadata.deletionTimestamp || pod.status?.phase !== 'Running'
        if (!(await list()).some(isLate)) return
        await hands.turn()
      }
      throw new Error('pods come and go for ever')
    },
    said: async (reason: string) =>
      (await cluster.resource<Event>('events').list({})).items
        .filter((event) => event.reason === reason)
        .map(({ message = '' }) => message.replace(/web-[a-z0-9]+/, 'web-hash')),
  }
  return hands
}

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([deploymentController, replicaSetController], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    await cluster.apply(...objects)
    await cluster.settled()
    return { cluster, ...handsOn(cluster), [Symbol.asyncDispose]: () => cluster.close() }
  }

  test(`${profile}: a Deployment makes a set, the set makes pods, and the status tells of them`, async () => {
    await using run = await start(deployment())
    equal(
      await run.condition('Available'),
      'False MinimumReplicasUnavailable: Deployment does not have minimum availability.',
    )
    await run.runAll()
    const [set] = (await run.sets.list({})).items
    const hash = set?.metadata.labels?.['pod-template-hash']
    equal(set?.metadata.name, `web-${hash}`)
    deepEqual(set?.spec?.selector, { matchLabels: { app: 'web', 'pod-template-hash': hash } })
    deepEqual(set?.metadata.annotations, {
      'deployment.kubernetes.io/desired-replicas': '4',
      'deployment.kubernetes.io/max-replicas': '5',
      'deployment.kubernetes.io/revision': '1',
    })
    deepEqual(set?.status, {
      replicas: 4,
      fullyLabeledReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      terminatingReplicas: 0,
      observedGeneration: 1,
    })
    const [pod] = await run.list()
    ok(pod?.metadata.name?.startsWith(`web-${hash}-`))
    deepEqual(pod?.metadata.labels, { app: 'web', 'pod-template-hash': hash })
    deepEqual(
      pod?.metadata.ownerReferences?.map(({ kind, name, controller, blockOwnerDeletion }) => [
        kind,
        name,
        controller,
        blockOwnerDeletion,
      ]),
      [['ReplicaSet', `web-${hash}`, true, true]],
    )
    const { conditions, ...counts } = await run.status()
    deepEqual(counts, {
      observedGeneration: 1,
      replicas: 4,
      updatedReplicas: 4,
      readyReplicas: 4,
      availableReplicas: 4,
      terminatingReplicas: 0,
    })
    deepEqual(
      conditions?.map(({ type }) => type),
      ['Available', 'Progressing'],
    )
    equal(await run.condition('Available'), 'True MinimumReplicasAvailable: Deployment has minimum availability.')
    equal(
      await run.condition('Progressing'),
      `True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`,
    )
    equal((await run.deployments.get(named('web'))).metadata.annotations?.['deployment.kubernetes.io/revision'], '1')
    deepEqual(await run.said('ScalingReplicaSet'), ['Scaled up replica set web-hash from 0 to 4'])
    equal((await run.said('SuccessfulCreate')).length, 4)
  })

  test(`${profile}: a rolling update goes on as pods become ready, and no further`, async () => {
    await using run = await start(deployment(rolling(1, 1)))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.sizes(), { 1: 3, 2: 2 })
    await run.turn(9)
    deepEqual(await run.sizes(), { 1: 3, 2: 2 })
    await run.turn(2)
    deepEqual(await run.sizes(), { 1: 1, 2: 4 })
    await run.runAll()
    deepEqual(await run.sizes(), { 2: 4 })
    deepEqual(await run.revisions(), ['1: 1', '2: 2'])
    ok((await run.condition('Progressing'))?.startsWith('True NewReplicaSetAvailable: ReplicaSet "web-'))
    const said = await run.said('ScalingReplicaSet')
    for (const change of [
      'up replica set web-hash from 0 to 4',
      'up replica set web-hash from 0 to 1',
      'down replica set web-hash from 4 to 3',
      'down replica set web-hash from 1 to 0',
    ])
      ok(said.includes(`Scaled ${change}`), change)
  })

  test(`${profile}: back to an earlier template its set is new again, with its history`, async () => {
    await using run = await start(deployment({ revisionHistoryLimit: 1 }))
    await run.runAll()
    const [first] = (await run.sets.list({})).items
    for (const version of [2, 1]) {
      await run.change(image(version))
      await run.runAll()
    }
    deepEqual(await run.revisions(), ['1: 3', '2: 2'])
    const again = await run.set(1)
    equal(again.metadata.uid, first?.metadata.uid)
    equal(again.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1')
    equal((await run.deployments.get(named('web'))).metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
    await run.change(image(3))
    await run.runAll()
    // One old set is kept.
    deepEqual(await run.revisions(), ['1: 3', '3: 4'])
  })

  test(`${profile}: Recreate waits until the last old pod is gone`, async () => {
    await using run = await start(deployment({ replicas: 2, strategy: { type: 'Recreate' } }))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.sizes(), {})
    deepEqual((await run.list()).map(versionOf), ['1', '1'])
    const [one, other] = await run.list()
    await run.pods.delete(named(one?.metadata.name ?? ''), { gracePeriodSeconds: 0 })
    await run.cluster.settled()
    deepEqual(await run.sizes(), {})
    await run.pods.delete(named(other?.metadata.name ?? ''), { gracePeriodSeconds: 0 })
    await run.cluster.settled()
    deepEqual(await run.sizes(), { 2: 2 })
  })

  test(`${profile}: scaled in the middle, each set keeps its share, and paused nothing moves`, async () => {
    await using run = await start(deployment({ replicas: 10, ...rolling(3, 2) }))
    await run.runAll()
    await run.change(image(2))
    deepEqual(await run.sizes(), { 1: 8, 2: 5 })
    await run.change({ replicas: 15 })
    deepEqual(await run.sizes(), { 1: 11, 2: 7 })
    await run.change({ paused: true })
    equal(await run.condition('Progressing'), 'Unknown DeploymentPaused: Deployment is paused')
    await run.change(image(3))
    await run.turn()
    deepEqual(await run.sizes(), { 1: 11, 2: 7 })
    await run.change({ paused: false })
    await run.runAll()
    deepEqual(await run.sizes(), { 3: 15 })
    await run.change({ replicas: 0 })
    deepEqual(await run.sizes(), {})
  })

  test(`${profile}: a rollout that does not get on is late after its deadline, and its end is told`, async () => {
    await using run = await start(deployment({ progressDeadlineSeconds: 60 }))
    await run.cluster.clock.advance('59s')
    ok((await run.condition('Progressing'))?.startsWith('True '))
    await run.cluster.clock.advance('5s')
    const late = await run.condition('Progressing')
    ok(late?.startsWith('False ProgressDeadlineExceeded: ReplicaSet "web-'), late)
    ok(late?.endsWith('has timed out progressing.'))
    await run.runAll()
    ok((await run.condition('Progressing'))?.startsWith('True NewReplicaSetAvailable'))
  })

  test(`${profile}: minReadySeconds are waited for before old pods go`, async () => {
    await using run = await start(deployment({ replicas: 2, minReadySeconds: 30, ...rolling(1, 0) }))
    await run.turn()
    await run.cluster.clock.advance('31s')
    await run.change(image(2))
    await run.turn()
    deepEqual(await run.sizes(), { 1: 2, 2: 1 })
    await run.cluster.clock.advance('31s')
    deepEqual(await run.sizes(), { 1: 1, 2: 2 })
    await run.change({ minReadySeconds: 5 })
    equal((await run.set(2)).spec?.minReadySeconds, 5)
  })

  test(`${profile}: a name that is taken makes the next one another`, async () => {
    await using run = await start(deployment({ replicas: 1 }))
    const [set] = (await run.sets.list({})).items
    const name = set?.metadata.name ?? ''
    await run.deployments.delete(named('web'))
    await run.sets.patch(named(name), {
      patch: 'merge',
      value: { metadata: { labels: { app: 'other' }, ownerReferences: null } },
    })
    await run.cluster.apply(deployment({ replicas: 1 }))
    await run.cluster.settled()
    const names = (await run.sets.list({})).items.map(({ metadata }) => metadata.name)
    equal(names.length, 2)
    ok(names.includes(name))
    equal((await run.status()).collisionCount, 1)
    equal((await run.status()).updatedReplicas, 1)
  })

  test(`${profile}: sets that it chooses are adopted, and let go when it chooses them no more`, async () => {
    await using run = await start(deployment({ replicas: 2 }))
    await run.runAll()
    const [set] = (await run.sets.list({})).items
    const name = named(set?.metadata.name ?? '')
    await run.deployments.delete(named('web'))
    await run.sets.patch(name, { patch: 'merge', value: { metadata: { ownerReferences: null } } })
    await run.cluster.apply(deployment({ replicas: 2 }))
    await run.cluster.settled()
    equal((await run.sets.list({})).items.length, 1)
    equal((await run.sets.get(name)).metadata.ownerReferences?.[0]?.kind, 'Deployment')
    equal((await run.status()).availableReplicas, 2)
    await run.sets.patch(name, { patch: 'merge', value: { metadata: { labels: { app: 'other' } } } })
    await run.cluster.settled()
    equal((await run.sets.get(name)).metadata.ownerReferences, undefined)
  })

  test(`${profile}: pods that cannot be made are told of, up to the Deployment`, async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: named('few'),
      spec: { hard: { pods: '0' } },
    } as KubeObject
    await using run = await start(quota)
    await run.cluster
      .resource('resourcequotas')
      .patch(
        named('few'),
        { patch: 'merge', value: { status: { hard: { pods: '0' }, used: { pods: '0' } } } },
        { subresource: 'status' },
      )
    await run.cluster.apply(deployment())
    await run.cluster.settled()
    const failure = await run.condition('ReplicaFailure')
    ok(failure?.startsWith('True FailedCreate: pods "web-'), failure)
    ok((await run.said('FailedCreate'))[0]?.startsWith('Error creating: pods "web-'))
    await run.cluster.resource('resourcequotas').delete(named('few'))
    await run.cluster.clock.advance('5m')
    equal(await run.condition('ReplicaFailure'), undefined)
    equal((await run.list()).length, 4)
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start()
    run.cluster.faults.refuse({ method: 'POST', path: '/replicasets' }, { times: 1 })
    run.cluster.faults.refuse({ method: 'POST', path: '/pods' }, { times: 2 })
    run.cluster.faults.refuse({ method: 'PATCH', path: '/status' }, { times: 2 })
    await run.cluster.apply(deployment())
    await run.cluster.clock.advance('1m')
    equal((await run.list()).length, 4)
    await run.runAll()
    const harms = [async () => run.cluster.faults.dropWatches(), run.cluster.faults.restart, run.cluster.faults.compact]
    for (const [at, harm] of harms.entries()) {
      run.cluster.faults.refuse({ method: 'PATCH', path: '/replicasets' }, { times: 1 })
      await run.change(image(at + 2))
      await harm()
      await run.cluster.clock.advance('2m')
      await run.runAll()
      deepEqual(await run.sizes(), { [at + 2]: 4 })
      equal((await run.list()).length, 4)
    }
    equal((await run.status()).availableReplicas, 4)
    deepEqual(await run.revisions(), ['1: 1', '2: 2', '3: 3', '4: 4'])
  })
}
