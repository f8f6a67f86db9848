/**
 * metrics.k8s.io: what nodes and pods use, as their agents say. Nodes and pods whose agent is not here, and containers
 * that were not measured yet, are left out. Source: metrics-server pkg/api, as `kubectl top` reads it.
 */
import type { NodeMetrics, PodMetrics } from '@muster/api/builtin/metrics/kinds.ts'
import type { ApiResponse } from '@muster/api/message.ts'
import { answer } from '@muster/api/message.ts'
import type { NodeAgent, NodeUsage, UsageNow } from '@muster/api/node-agent.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { formatQuantity, quantityOf } from '@muster/api/quantity.ts'
import { methodNotAllowed, notFound } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Revision } from '@muster/store/store.ts'
import { core } from '../auth/reads.ts'
import { listOptions } from '../http/options.ts'
import { acceptedOf } from '../resources/accepted.ts'
import type { AnswerDeps, SubresourceHandler } from '../resources/answer.ts'
import { formFor } from '../resources/answer.ts'
import { type ResourceCall, saidResource, scopeOf } from '../resources/call.ts'
import { selectionOf } from '../resources/select.ts'
import { encodeObject, parseObject, storedVersion } from '../storage/stored-object.ts'
import type { Agents } from './agents.ts'

/** Over how long an agent counts CPU. Source: metrics-server's --metric-resolution, 15 s. */
const WINDOW = '15s'

const GROUP = { apiVersion: 'metrics.k8s.io/v1beta1' }

/** The handlers, by group and plural name. */
export const metricsHandlers = (agents: Agents): Readonly<Record<string, SubresourceHandler>> => ({
  'metrics.k8s.io/nodes': answering(({ info }) => nodesOf(agents.of(info.cluster)), 'nodemetrics'),
  'metrics.k8s.io/pods': answering(({ info }) => podsOf(agents.of(info.cluster)), 'podmetrics'),
})

/** What is measured, by `namespace/name`. */
type Measured = ReadonlyMap<string, KubeObject>

const answering =
  (measure: (call: ResourceCall) => Promise<Measured>, saidAs: string): SubresourceHandler =>
  async (call, deps) => {
    const { info } = call
    if (info.verb !== 'get' && info.verb !== 'list') throw methodNotAllowed(saidResource(call), info.verb)
    const selection = selectionOf(call, listOptions(call.request.query, false))
    const scope = { ...scopeOf(call), ...core(info.resource) }
    const page = await deps.objects.list(scope, {
      resourceVersion: '',
      resourceVersionMatch: '',
      limit: 0,
      continue: '',
      ...(selection ? { selection } : {}),
    })
    const measured = await measure(call)
    const found = page.items.flatMap((stored) => {
      const { metadata } = parseObject(stored)
      const one = measured.get(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
      if (!one) return []
      const { labels } = metadata
      return [{ ...one, metadata: { ...one.metadata, ...(labels ? { labels } : {}) } }]
    })
    return info.name === '' ? answerList(call, deps, found, page.revision) : answerOne(call, deps, found, saidAs)
  }

function answerOne(call: ResourceCall, deps: AnswerDeps, found: readonly KubeObject[], saidAs: string): ApiResponse {
  const { name, namespace, group } = call.info
  const one = found.find(({ metadata }) => metadata.name === name)
  const said = namespace === '' ? name : `${namespace}/${name}`
  if (!one) throw notFound({ group, resource: saidAs }, said)
  const form = formIn(call, deps)
  return answer(200, form.contentType, form.object(shown(one)))
}

function answerList(
  call: ResourceCall,
  deps: AnswerDeps,
  found: readonly KubeObject[],
  revision: Revision,
): ApiResponse {
  const form = formIn(call, deps)
  const blocks = form.list({ items: found.map(shown), revision })
  return { status: 200, headers: { 'content-type': form.contentType }, body: { body: 'blocks', blocks } }
}

/** In protobuf they are not offered. */
const formIn = (call: ResourceCall, deps: AnswerDeps) =>
  formFor(call, deps, acceptedOf({ ...call, served: { ...call.served, builtIn: false } }))

/** It has no version: it is of now. */
const NEVER_WRITTEN = 0 as Revision

const shown = (object: KubeObject) =>
  storedVersion({ key: '', bytes: encodeObject(object), revision: NEVER_WRITTEN, createRevision: NEVER_WRITTEN })

async function nodesOf(agents: ReadonlyMap<string, NodeAgent>): Promise<Measured> {
  const all = await usages(agents)
  return new Map(
    all.map(({ node: name, usage: { node } }): [string, NodeMetrics] => [
      `/${name}`,
      { ...GROUP, kind: 'NodeMetrics', metadata: measuredAt(node, { name }), ...window(node), usage: amounts(node) },
    ]),
  )
}

async function podsOf(agents: ReadonlyMap<string, NodeAgent>): Promise<Measured> {
  const all = await usages(agents)
  return new Map(
    all.flatMap(({ usage: { pods } }) =>
      pods.flatMap(({ namespace, name, containers }): [string, PodMetrics][] => {
        const [first] = containers
        if (!first) return []
        const metadata = measuredAt(first, { name, namespace })
        const each = containers.map((one) => ({ name: one.name, usage: amounts(one) }))
        return [
          [`${namespace}/${name}`, { ...GROUP, kind: 'PodMetrics', metadata, ...window(first), containers: each }],
        ]
      }),
    ),
  )
}

/** An agent that cannot say is left out, as a node is that metrics-server cannot reach. */
async function usages(agents: ReadonlyMap<string, NodeAgent>): Promise<{ node: string; usage: NodeUsage }[]> {
  const asked = [...agents].map(([node, agent]) =>
    agent.usage().then(
      (usage) => [{ node, usage }],
      () => [],
    ),
  )
  return (await Promise.all(asked)).flat()
}

const measuredAt = ({ at }: UsageNow, metadata: KubeObject['metadata']) => ({
  ...metadata,
  creationTimestamp: timestamp(at),
})

const window = ({ at }: UsageNow) => ({ timestamp: timestamp(at), window: WINDOW })

const amounts = ({ cpuNanocores, memoryBytes }: UsageNow) => ({
  cpu: formatQuantity(quantityOf(cpuNanocores, -9)),
  memory: formatQuantity(quantityOf(memoryBytes, 0, 'BinarySI')),
})
