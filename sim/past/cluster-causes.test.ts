/**
 * Invariant: every write of a whole cluster's controllers, scheduler, node keeping and agents says what led to it, and what it
 * says has something to do with the object.
 */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectHistory, ObjectVersion, ObjectWhy } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { BEGINS } from '@muster/server/cluster/beginning.ts'
import { startTestCluster } from '@muster/test-server/cluster.ts'

const LOOKED_AT: Readonly<Record<string, string>> = {
  nodes: '/api/v1/nodes',
  pods: '/api/v1/namespaces/default/pods',
  endpoints: '/api/v1/namespaces/default/endpoints',
  deployments: '/apis/apps/v1/namespaces/default/deployments',
  replicasets: '/apis/apps/v1/namespaces/default/replicasets',
  statefulsets: '/apis/apps/v1/namespaces/default/statefulsets',
  daemonsets: '/apis/apps/v1/namespaces/default/daemonsets',
  controllerrevisions: '/apis/apps/v1/namespaces/default/controllerrevisions',
  jobs: '/apis/batch/v1/namespaces/default/jobs',
  cronjobs: '/apis/batch/v1/namespaces/default/cronjobs',
  endpointslices: '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
  poddisruptionbudgets: '/apis/policy/v1/namespaces/default/poddisruptionbudgets',
}
/** Every object that was ever seen, by its path. */
type Seen = Map<string, KubeObject>

const template = (app: string, spec: object = {}) => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 1, containers: [{ name: app, image: `${app}:1` }], ...spec },
})
const workload = (kind: string, app: string, spec: object) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: app, namespace: 'default' },
  spec: { selector: { matchLabels: { app } }, template: template(app), ...spec },
})
const object = (apiVersion: string, kind: string, name: string, spec: object) => ({
  ...{ apiVersion, kind, metadata: { name, namespace: 'default' }, spec },
})
const once = { backoffLimit: 0, template: template('once', { restartPolicy: 'Never' }) }

test('every write of a cluster says what led to it, and that has to do with the object', async () => {
  await using cluster = await startTestCluster({ profile: 'muster', time: 'virtual', nodes: 3 })
  const seen: Seen = new Map()
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await cluster.clock.advance('1s')
      for (const path of Object.values(LOOKED_AT)) {
        const { items } = (await cluster.client.call({ method: 'GET', path })) as { items: KubeObject[] }
        for (const item of items) seen.set(`${path}/${item.metadata.name}`, item)
      }
    }
  }
  await cluster.apply(
    ...[
      workload('Deployment', 'web', { replicas: 4 }),
      workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }),
    ],
    ...[workload('DaemonSet', 'log', {}), object('batch/v1', 'Job', 'once', once)],
    object('batch/v1', 'CronJob', 'tick', { schedule: '* * * * *', jobTemplate: { spec: once } }),
    object('v1', 'Service', 'web', { selector: { app: 'web' }, ports: [{ port: 80 }] }),
    object('policy/v1', 'PodDisruptionBudget', 'web', { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }),
  )
  await pass(8)
  await cluster.apply(workload('Deployment', 'web', { replicas: 2, template: template('web', { nodeSelector: {} }) }))
  const [lost] = cluster.nodes.list()
  lost?.disconnect()
  await pass(65)
  lost?.connect()
  await cluster.resource('deployments.apps').delete({ namespace: 'default', name: 'web' })
  await pass(5)

  const trouble: string[] = []
  let programs = 0
  let binds = 0
  for (const [path, { metadata }] of seen) {
    const history = (await cluster.client.call({
      method: 'GET',
      path: `${path}/history`,
      query: { limit: '200' },
    })) as ObjectHistory
    for (const version of history.versions) {
      const { user, client, because, timer, reason, rejected = [] } = version.by
      if (client === 'test' || reason === BEGINS) continue
      programs++
      const said = `${path} @${version.revision} by ${user} with ${client}: ${reason}`
      if (!because && !timer && !isOfNode(version)) trouble.push(`${said}: nothing led to it`)
      if (because && !isRelated(because, path, metadata, seen))
        trouble.push(`${said}: because of ${because.resource}/${because.name}`)
      if (version.fields?.some(({ field }) => field === '.spec.nodeName') && version.change === 'updated') {
        binds++
        equal(because?.name, metadata.name, said)
        ok(rejected.length > 0, `${said}: nothing else was considered`)
      }
    }
  }
  deepEqual(trouble, [])
  ok(programs > 150, `${programs} writes of programs`)
  ok(binds >= 9, `${binds} pods were bound`)

  const [bound] = [...seen.keys()].filter((path) => /\/pods\/db-0$/.test(path))
  const why = (await cluster.client.call({
    method: 'GET',
    path: `${bound}/why`,
    query: { field: 'spec.nodeName' },
  })) as ObjectWhy
  deepEqual(
    why.chain.map(({ object: { resource } }) => resource),
    ['pods', 'pods', 'statefulsets'],
  )
})

/** An agent speaks of its node and its pods by itself: nobody asked it to. */
const isOfNode = ({ by: { user } }: ObjectVersion): boolean => user.startsWith('system:node:')

/** Itself, what owns it or what it owns, however far; its node, what selects it, what it selects. */
function isRelated(
  because: NonNullable<ObjectVersion['by']['because']>,
  path: string,
  metadata: KubeObject['metadata'],
  seen: Seen,
): boolean {
  const itself = `${LOOKED_AT[because.resource]}/${because.name}`
  if (itself === path || because.resource === 'nodes' || path.startsWith(LOOKED_AT.nodes ?? '')) return true
  const family = (of: KubeObject['metadata']): string => {
    const [owner] = of.ownerReferences ?? []
    const parent = owner && [...seen.values()].find((one) => one.metadata.uid === owner.uid)
    return parent ? family(parent.metadata) : (of.uid ?? '')
  }
  const other = seen.get(itself)?.metadata
  if (!other) return because.resource === 'services' && because.name === metadata.name?.split('-')[0]
  return family(other) === family(metadata) || labelsMeet(other, metadata)
}

const labelsMeet = (one: KubeObject['metadata'], two: KubeObject['metadata']): boolean =>
  [one, two].some(({ labels }) => labels?.app === 'web') && [one, two].some(({ name }) => name?.startsWith('web'))
