/** Nodes that fall silent, are drained and come back; budgets that stand in the way. */
import type { NodeDraft, Scenario } from '../scenario.ts'
import { budget, change, create, deployment, nodesOf, pod, remove, spread, statefulSet } from './words.ts'

const soon = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 })
const impatient = { tolerations: [soon('node.kubernetes.io/unreachable'), soon('node.kubernetes.io/not-ready')] }

/** So many nodes in each of two zones, `one` first. */
const inZones = (size: number): readonly NodeDraft[] =>
  nodesOf(2 * size).map((node, at) => ({
    ...node,
    labels: { 'topology.kubernetes.io/zone': at < size ? 'one' : 'two' },
  }))

/** At most one pod on each node. */
const apart = {
  ...impatient,
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' },
      ],
    },
  },
}

/** Of nodes and budgets. */
export const NODES: readonly Scenario[] = [
  {
    name: 'node-falls-silent',
    nodes: nodesOf(3),
    isPlacementTold: true,
    steps: [
      {
        name: 'runs a pod',
        deeds: [
          create(
            deployment(
              'web',
              { replicas: 1 },
              {
                ...impatient,
                affinity: {
                  nodeAffinity: {
                    preferredDuringSchedulingIgnoredDuringExecution: [prefer(100, 'node-a'), prefer(50, 'node-b')],
                  },
                },
              },
            ),
          ),
          create(
            statefulSet('db', { replicas: 1 }, { ...impatient, nodeSelector: { 'kubernetes.io/hostname': 'node-a' } }),
          ),
        ],
      },
      { name: 'falls silent', deeds: [{ deed: 'silence', node: 'node-a' }], seconds: 75 },
      { name: 'comes back', deeds: [{ deed: 'revive', node: 'node-a' }], seconds: 20 },
    ],
  },
  {
    name: 'node-is-drained',
    nodes: nodesOf(3),
    isPlacementTold: true,
    steps: [
      {
        name: 'runs pods with a budget',
        deeds: [create(deployment('web', { replicas: 3 }, spread('web'))), create(budget('web', { minAvailable: 3 }))],
      },
      { name: 'cannot be drained', deeds: [{ deed: 'drain', node: 'node-b' }] },
      { name: 'has a wider budget', deeds: [change('poddisruptionbudgets/web', { minAvailable: 2 })] },
      { name: 'is drained', deeds: [{ deed: 'drain', node: 'node-b' }] },
      {
        name: 'takes pods again',
        deeds: [{ deed: 'patch', on: 'nodes/node-b', patch: { spec: { unschedulable: null } } }],
        seconds: 15,
      },
    ],
  },
  {
    name: 'node-is-tainted',
    nodes: nodesOf(2),
    isPlacementTold: true,
    steps: [
      {
        name: 'runs pods',
        deeds: [
          create(pod('leaves', onNode('node-a'))),
          create(pod('stays', { ...onNode('node-a'), tolerations: [{ key: 'broken', operator: 'Exists' }] })),
          create(
            pod('stays-for-a-while', {
              ...onNode('node-a'),
              tolerations: [{ key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 12 }],
            }),
          ),
        ],
      },
      {
        name: 'is broken',
        deeds: [change('nodes/node-a', { taints: [{ key: 'broken', effect: 'NoExecute' }] })],
        seconds: 6,
      },
      { name: 'is broken for a while', deeds: [], seconds: 15 },
    ],
  },
  {
    name: 'all-nodes-fall-silent',
    nodes: nodesOf(2),
    isPlacementTold: true,
    steps: [
      {
        name: 'run pods',
        deeds: [create(deployment('web', { replicas: 2 }, { ...impatient, ...spread('web') }))],
      },
      {
        name: 'fall silent',
        deeds: [
          { deed: 'silence', node: 'node-a' },
          { deed: 'silence', node: 'node-b' },
        ],
        seconds: 80,
      },
    ],
  },
  {
    name: 'zone-falls-silent',
    nodes: inZones(2),
    isPlacementTold: true,
    steps: [
      { name: 'runs a pod on each node', deeds: [create(deployment('web', { replicas: 4 }, apart))] },
      {
        name: 'is silent while the other is well',
        deeds: [
          { deed: 'silence', node: 'node-a' },
          { deed: 'silence', node: 'node-b' },
        ],
        seconds: 90,
      },
    ],
  },
  {
    name: 'most-of-a-zone-falls-silent',
    nodes: inZones(3),
    isPlacementTold: true,
    steps: [
      { name: 'runs a pod on each node', deeds: [create(deployment('web', { replicas: 6 }, apart))] },
      {
        name: 'keeps its pods',
        deeds: [
          { deed: 'silence', node: 'node-a' },
          { deed: 'silence', node: 'node-b' },
        ],
        seconds: 90,
      },
      { name: 'comes back', deeds: [{ deed: 'revive', node: 'node-a' }], seconds: 60 },
    ],
  },
  {
    name: 'node-is-deleted',
    nodes: nodesOf(2),
    isPlacementTold: true,
    steps: [
      { name: 'runs a pod', deeds: [create(deployment('web', { replicas: 2 }, spread('web')))] },
      {
        name: 'is deleted',
        deeds: [{ deed: 'silence', node: 'node-a' }, remove('nodes/node-a')],
        seconds: 100,
      },
    ],
  },
  {
    name: 'budget-allows-some',
    nodes: nodesOf(2),
    steps: [
      {
        name: 'is for half of them',
        deeds: [
          create(statefulSet('db', { replicas: 4, podManagementPolicy: 'Parallel' })),
          create(budget('db', { maxUnavailable: '50%', unhealthyPodEvictionPolicy: 'AlwaysAllow' })),
        ],
      },
      {
        name: 'has pods that would not come back',
        deeds: [
          change('statefulsets/db', {
            replicas: 4,
            template: { spec: { nodeSelector: { disk: 'fast' } } },
            updateStrategy: { type: 'OnDelete', rollingUpdate: null },
          }),
        ],
      },
      {
        name: 'is used up',
        deeds: [
          { deed: 'evict', pod: 'db-0' },
          { deed: 'evict', pod: 'db-1' },
        ],
      },
      { name: 'refuses a third', deeds: [{ deed: 'evict', pod: 'db-2' }] },
      { name: 'lets one go that does not run', deeds: [{ deed: 'evict', pod: 'db-0' }] },
    ],
  },
]

function prefer(weight: number, node: string) {
  const requirement = { key: 'kubernetes.io/hostname', operator: 'In', values: [node] }
  return { weight, preference: { matchExpressions: [requirement] } }
}

function onNode(name: string) {
  return { nodeSelector: { 'kubernetes.io/hostname': name } }
}
