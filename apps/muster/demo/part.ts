/** A demo as a part of `muster up --demo`: applied to a cluster, and waited for. */
import type { KubeObject } from '@muster/api/object.ts'
import { seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { discoverResources } from '@muster/client/discovery.ts'
import { DEPLOYMENTS, NODES, SERVICES, STATEFUL_SETS } from '@muster/client/kubernetes.ts'
import type { Part, PartDeps, Standing } from '../control-plane/part.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import type { Demo } from './demo.ts'

/** How long a demo may take until its workloads are ready, before `up` goes on without it. */
const READY_WITHIN = seconds(60)
const LOOK_EVERY = seconds(0.2)

/** Its field manager. */
const MANAGER = 'muster-demo'

/** The demo as a part, in a logical cluster. */
export function demoPart(demo: Demo, cluster: string): Part {
  return {
    name: 'demo',
    title: text(`demo "${demo.name}"`, `示例 "${demo.name}"`),
    async start(deps) {
      const objects = await demo.objects()
      const client = deps.plane.client.inCluster(cluster).because({ why: 'muster up --demo' })
      await applyAll(client, objects)
      const progress = await waitUntilReady(client, deps, demo)
      return stand(demo, progress, await addressOfPage(client, demo))
    },
    // Its pods are the nodes' to end.
    async sweep() {},
  }
}

/** Server-side apply of every object, in their order. One in which somebody else has changed a field stays theirs. */
export async function applyAll(client: Client, objects: readonly KubeObject[]): Promise<void> {
  const { resources } = await discoverResources(client, ['patch'])
  for (const object of objects) {
    const { apiVersion, kind } = object
    const ref = resources.find(
      (one) => one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion,
    )
    if (!ref) {
      throw trouble('MUS0305', {
        what: text(`the server has no ${kind} of ${apiVersion}`, `服务器没有 ${apiVersion} 的 ${kind}`),
        next: ['kubectl api-resources'],
      })
    }
    try {
      await client.resource(ref).apply(object, { fieldManager: MANAGER })
    } catch (error) {
      if (!hasCode(error, 'Conflict')) throw error
    }
  }
}

interface Progress {
  readonly nodes: number
  readonly wanted: number
  readonly ready: number
  readonly unready: readonly string[]
}

async function waitUntilReady(client: Client, { clock, stop }: PartDeps, demo: Demo): Promise<Progress> {
  const until = clock.elapsed() + READY_WITHIN
  for (;;) {
    const progress = await look(client, demo.namespace)
    // Without a node nothing will ever run: no use to wait.
    if (progress.nodes === 0 || progress.unready.length === 0 || clock.elapsed() > until || stop.aborted)
      return progress
    await clock.sleep(LOOK_EVERY, stop).catch(() => {})
  }
}

async function look(client: Client, namespace: string): Promise<Progress> {
  const [nodes, deployments, sets] = await Promise.all([
    client.resource(NODES).list({ limit: 1 }),
    client.resource(DEPLOYMENTS).list({ namespace }),
    client.resource(STATEFUL_SETS).list({ namespace }),
  ])
  const workloads = [...deployments.items, ...sets.items].map(({ metadata, spec, status }) => ({
    name: metadata.name ?? '',
    wanted: spec?.replicas ?? 1,
    ready: status?.readyReplicas ?? 0,
  }))
  return {
    nodes: nodes.items.length,
    wanted: workloads.reduce((sum, { wanted }) => sum + wanted, 0),
    ready: workloads.reduce((sum, { ready }) => sum + ready, 0),
    unready: workloads.filter(({ wanted, ready }) => ready < wanted).map(({ name }) => name),
  }
}

/** Where a browser on this machine finds it. */
async function addressOfPage(client: Client, { namespace, page }: Demo): Promise<string> {
  const { clusterIP = '', ports = [] } = (await client.resource(SERVICES).find({ namespace, name: page }))?.spec ?? {}
  const port = ports[0]?.port ?? 80
  return `http://${clusterIP}${port === 80 ? '' : `:${port}`}/`
}

function stand(demo: Demo, { nodes, wanted, ready, unready }: Progress, page: string): Standing {
  const stop = async () => {}
  const where = `-n ${demo.namespace}`
  if (nodes === 0) {
    return {
      state: 'degraded',
      detail: text(
        'applied; there is no node to run it (muster explain MUS0115)',
        '已应用；但没有节点来运行它（muster explain MUS0115）',
      ),
      fact: `applied, no nodes ${where}`,
      stop,
    }
  }
  if (unready.length > 0) {
    const list = unready.join(', ')
    return {
      state: 'degraded',
      detail: text(
        `${ready}/${wanted} pods ready; not yet: ${list}`,
        `${ready}/${wanted} 个 Pod 就绪；尚未就绪：${list}`,
      ),
      fact: `${ready}/${wanted} ready ${where}`,
      stop,
    }
  }
  return {
    state: 'healthy',
    detail: text(`${page}   ${ready}/${wanted} pods ready`, `${page}   ${ready}/${wanted} 个 Pod 就绪`),
    fact: `${page} ${ready}/${wanted} ready ${where}`,
    stop,
  }
}
