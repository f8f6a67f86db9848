/** A process that fills a cluster with nodes and pods, and sees how many pods have a node. */
import { ask, type Endpoint, endpointOf, openSessions } from '../api/endpoint.ts'
import { serveParent } from '../harness/child.ts'
import { KINDS, nodeObject, podObject, SCHEDULER } from './objects.ts'

const PODS = '/api/v1/namespaces/default/pods'
/** Pods without a node; to whoever watches them, one that gets a node is gone. */
const WAITING = `${PODS}?watch=true&fieldSelector=spec.nodeName%3D`
const LEFT = '{"type":"DELETED"'
const CREATORS = 64
const SESSIONS = 8

/** Nobody speaks for the nodes: what is said of that is nothing to these pods. */
const UNATTENDED = ['not-ready', 'unreachable'].map((why) => ({
  key: `node.kubernetes.io/${why}`,
  operator: 'Exists' as const,
}))

/** Makes pods, of which a quarter wants each kind of thing, and then nodes: whoever is to schedule starts after that. */
async function fill({ kubeconfig, pods, nodes }: { kubeconfig: string; pods: number; nodes: number }): Promise<void> {
  const endpoint = endpointOf(kubeconfig)
  await makeServiceAccount(endpoint)
  await createAll(endpoint, PODS, pods, (number) => {
    const pod = podObject(number, KINDS[number % KINDS.length] ?? 'fit')
    const { tolerations = [], ...spec } = pod.spec ?? { containers: [] }
    const { name, labels } = pod.metadata
    return {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels } },
      spec: { ...spec, schedulerName: SCHEDULER, tolerations: [...tolerations, ...UNATTENDED] },
    }
  })
  await createAll(endpoint, '/api/v1/nodes', nodes, nodeObject)
}

/** Pods have one, and kube-apiserver alone makes none. */
async function makeServiceAccount(endpoint: Endpoint): Promise<void> {
  using sessions = openSessions(endpoint, 1)
  const body = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }))
  const path = '/api/v1/namespaces/default/serviceaccounts'
  await ask(endpoint, sessions.of(0), { method: 'POST', path, body }).catch((error) => {
    if (!String(error).includes('409')) throw error
  })
}

async function createAll(endpoint: Endpoint, path: string, count: number, make: (number: number) => object) {
  using sessions = openSessions(endpoint, SESSIONS)
  let next = 0
  const worker = async (client: number) => {
    while (next < count) {
      const body = Buffer.from(JSON.stringify(make(next++)))
      await ask(endpoint, sessions.of(client), { method: 'POST', path, body })
    }
  }
  await Promise.all(Array.from({ length: CREATORS }, (_, client) => worker(client)))
}

/** Waits until every pod has a node. Answers how many got one after the first, and in which time. */
async function untilBound({ kubeconfig, pods }: { kubeconfig: string; pods: number }) {
  const endpoint = endpointOf(kubeconfig)
  using sessions = openSessions(endpoint, 1)
  const enough = new AbortController()
  const times: number[] = []
  let rest = ''
  const take = (chunk: Buffer) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() ?? ''
    const now = performance.now()
    for (const line of lines) if (line.startsWith(LEFT)) times.push(now)
    if (times.length >= pods) enough.abort()
  }
  await ask(endpoint, sessions.of(0), { method: 'GET', path: WAITING, signal: enough.signal }, take).catch((error) => {
    if (!enough.signal.aborted) throw error
  })
  return { bound: times.length - 1, seconds: ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000 }
}

const calls = { fill, untilBound }

/** What the parent may call. */
export type FillCalls = typeof calls

serveParent(calls)
