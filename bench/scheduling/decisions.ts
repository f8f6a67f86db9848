/** How fast pods find their nodes in memory: fit, taints and spread, without an API. */
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { Placement } from '@muster/kernel/placement/placement.ts'
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row } from '../harness/result.ts'
import { startMeter } from '../harness/usage.ts'

const NODES = 5_000
const ZONES = 10
const APPS = 20

const KINDS = ['fit', 'fit and taints', 'spread over zones', 'spread over nodes'] as const
type KindOfPods = (typeof KINDS)[number]

/** Decisions a second, for each kind of pods. */
export const decisionsBench: Bench = {
  name: 'scheduling',
  group: 'api',
  about: `pods of ${APPS} applications decided one by one onto ${NODES} nodes in ${ZONES} zones, in memory`,
  run: async ({ settings, progress }) => {
    const pods = settings.quick ? 1_000 : 10_000
    const rows = KINDS.map((kind) => {
      const runs: Row[] = []
      for (let run = 0; run < settings.pairs; run++) {
        progress(`${kind}, ${run + 1} of ${settings.pairs}`)
        runs.push({ kind, pods, nodes: NODES, ...decide(kind, pods) })
      }
      return { median: medians(runs), runs }
    })
    return [
      {
        title: 'scheduling decisions',
        columns: [
          figure('pods', ''),
          figure('nodes', ''),
          figure('pace', 'decisions/s'),
          figure('cpu', 'µs/decision', 2),
        ],
        rows: rows.map(({ median }) => median),
        runs: rows.flatMap(({ runs }) => runs),
        notes: [
          decisionsBench.about,
          'each pod is read, decided and counted on its node before the next; every eleventh node is tainted',
          ...KINDS.map((kind, at) => `row ${at + 1}: ${kind}`),
        ],
      },
    ]
  },
}

function decide(kind: KindOfPods, count: number) {
  const placement = new Placement()
  for (let number = 0; number < NODES; number++) placement.fleet.setNode(node(number))
  const pods = Array.from({ length: count }, (_, number) => pod(number, kind))
  const meter = startMeter()
  for (const one of pods) {
    const seen = {
      uid: one.metadata.uid ?? '',
      namespace: 'default',
      name: one.metadata.name ?? '',
      shape: placement.shapes.of(one),
      priority: 0,
      isTerminating: false,
      isPreempted: false,
      startedAt: 0,
      nominatedNode: '',
      mayPreempt: true,
    }
    const decision = placement.decide(seen)
    assert(decision.decision === 'place', `${seen.name} fits on some node`)
    placement.fleet.place(seen, decision.node)
  }
  const { seconds, cpuMicroseconds } = meter.stop()
  return { pace: count / seconds, cpu: cpuMicroseconds / count }
}

const node = (number: number): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `node-${number}`,
    labels: { 'kubernetes.io/hostname': `node-${number}`, 'topology.kubernetes.io/zone': `zone-${number % ZONES}` },
  },
  spec: number % 11 === 0 ? { taints: [{ key: 'only', value: 'some', effect: 'NoSchedule' }] } : {},
  status: { allocatable: { cpu: '16', memory: '64Gi', pods: '110' } },
})

function pod(number: number, kind: KindOfPods): Pod {
  const app = `app-${number % APPS}`
  const topologyKey = kind === 'spread over zones' ? 'topology.kubernetes.io/zone' : 'kubernetes.io/hostname'
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `pod-${number}`, namespace: 'default', uid: `uid-${number}`, labels: { app } },
    spec: {
      containers: [{ name: 'main', image: 'host/main', resources: { requests: { cpu: '100m', memory: '128Mi' } } }],
      ...(kind === 'fit and taints' ? { tolerations: [{ key: 'only', operator: 'Exists' }] } : {}),
      ...(kind.startsWith('spread')
        ? {
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey,
                whenUnsatisfiable: 'DoNotSchedule',
                labelSelector: { matchLabels: { app } },
              },
            ],
          }
        : {}),
    },
  }
}
