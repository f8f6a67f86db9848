/**
 * What a node answers over HTTP about itself, as clients know it of kubelets: its health, its pods, what they use.
 * Source: kubernetes pkg/kubelet/server/server.go; kubelet stats/v1alpha1; the metrics of /metrics/resource.
 */
import { type ApiResponse, answer, answerJson, answerText } from '@muster/api/message.ts'
import type { NodeAgent, NodeUsage, UsageNow } from '@muster/api/node-agent.ts'
import { formatTime } from '@muster/api/time.ts'
import type { ResourceCall } from '../resources/call.ts'

/** Answers a path of the node. */
export async function answerSurface(
  agent: NodeAgent,
  path: string,
  { info, request }: ResourceCall,
): Promise<ApiResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return answerText(405, '405: Method Not Allowed')
  switch (path.replace(/\/$/, '')) {
    case '/healthz':
      return answerText(200, 'ok')
    case '/pods':
      return answerJson(200, { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: await agent.pods() })
    case '/stats/summary':
      return answerJson(200, summaryOf(nodeNameIn(info.name), await agent.usage()))
    case '/metrics/resource':
      return answer(200, METRICS_TYPE, new TextEncoder().encode(metricsOf(await agent.usage())))
    default:
      return answerText(404, '404 page not found\n')
  }
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** `https:NAME:10250`, `NAME:10250` or `NAME`. */
const nodeNameIn = (text: string): string => {
  const parts = text.split(':')
  return (parts.length === 3 ? parts[1] : parts[0]) ?? ''
}

/** Numbers of 64 bits go out as numbers: nanoseconds of CPU stay below 2^53 for a hundred days of one core. */
function usageOf({ at, cpuNanoseconds, cpuNanocores, memoryBytes }: UsageNow) {
  const time = formatTime(at)
  return {
    cpu: { time, usageNanoCores: Number(cpuNanocores), usageCoreNanoSeconds: Number(cpuNanoseconds) },
    memory: { time, usageBytes: memoryBytes, workingSetBytes: memoryBytes },
  }
}

function summaryOf(nodeName: string, { node, pods }: NodeUsage): object {
  return {
    node: { nodeName, startTime: formatTime(node.startedAt), ...usageOf(node) },
    pods: pods.map(({ namespace, name, uid, startedAt, containers }) => ({
      podRef: { name, namespace, uid },
      startTime: formatTime(startedAt),
      containers: containers.map((one) => ({ name: one.name, startTime: formatTime(one.startedAt), ...usageOf(one) })),
      ...(containers.length === 0 ? {} : usageOf(sumOf(containers))),
    })),
  }
}

/** What several use together, as of the one that was looked at last. */
export const sumOf = (all: readonly UsageNow[]): UsageNow =>
  all.reduce((one, other) => ({
    at: one.at > other.at ? one.at : other.at,
    cpuNanoseconds: one.cpuNanoseconds + other.cpuNanoseconds,
    cpuNanocores: one.cpuNanocores + other.cpuNanocores,
    memoryBytes: one.memoryBytes + other.memoryBytes,
  }))

/** Source: the text format of Prometheus; kubernetes pkg/kubelet/metrics/collectors/resource_metrics.go. */
function metricsOf({ node, pods }: NodeUsage): string {
  const ofContainers = pods.flatMap(({ namespace, name: pod, containers }) =>
    containers.map((one) => ({ usage: one, labels: { container: one.name, namespace, pod } })),
  )
  const ofPods = pods
    .filter(({ containers }) => containers.length > 0)
    .map(({ namespace, name: pod, containers }) => ({ usage: sumOf(containers), labels: { namespace, pod } }))
  const measured = [
    { of: 'container', all: ofContainers },
    { of: 'node', all: [{ usage: node, labels: {} }] },
    { of: 'pod', all: ofPods },
  ]
  const families = measured.flatMap(({ of, all }) => [
    {
      name: `${of}_cpu_usage_seconds_total`,
      help: `Cumulative cpu time consumed by the ${of} in core-seconds`,
      type: 'counter',
      lines: all.map(({ usage, labels }) => ({ labels, at: usage.at, value: Number(usage.cpuNanoseconds) / 1e9 })),
    },
    {
      name: `${of}_memory_working_set_bytes`,
      help: `Current working set of the ${of} in bytes`,
      type: 'gauge',
      lines: all.map(({ usage, labels }) => ({ labels, at: usage.at, value: usage.memoryBytes })),
    },
  ])
  return families
    .filter(({ lines }) => lines.length > 0)
    .map(({ name, help, type, lines }) =>
      [
        `# HELP ${name} [STABLE] ${help}`,
        `# TYPE ${name} ${type}`,
        ...lines.map(({ labels, at, value }) => `${name}${labelled(labels)} ${value} ${at}`),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .join('')
}

/** Names of Kubernetes hold nothing that would have to be escaped. */
function labelled(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
