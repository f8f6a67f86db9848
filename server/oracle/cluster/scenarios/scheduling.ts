/** Where pods go, and why they go nowhere. */
import type { JsonObject } from '../../case.ts'
import type { Scenario } from '../scenario.ts'
import { create, deployment, nodesOf, pod, remove, spread } from './words.ts'

const asking = (cpu: string, more = {}) => ({
  containers: [{ name: 'web', image: 'example.com/web:1', resources: { requests: { cpu } } }],
  ...more,
})
const near = (app: string, kind: 'podAffinity' | 'podAntiAffinity') => ({
  affinity: {
    [kind]: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname' },
      ],
    },
  },
})
const SOFT = 'preferredDuringSchedulingIgnoredDuringExecution'

const preferring = (weights: Readonly<Record<string, number>>) => ({
  [SOFT]: Object.entries(weights).map(([name, weight]) => ({
    weight,
    preference: { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] },
  })),
})
const weighty = (weight: number, app: string) => ({
  weight,
  podAffinityTerm: { labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname' },
})
const softly = (app: string) => ({
  ...{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
  labelSelector: { matchLabels: { app } },
})
const priority = (name: string, value: number) =>
  create({ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name }, value })

/** Of the scheduler. */
export const SCHEDULING: readonly Scenario[] = [
  {
    name: 'pods-fit-nowhere',
    nodes: [
      ...nodesOf(2, { cpu: '2' }),
      { name: 'node-c', cpu: '2', taints: [{ key: 'own', value: 'yes', effect: 'NoSchedule' }] },
    ],
    isPlacementTold: true,
    steps: [
      {
        name: 'are refused for one reason each',
        deeds: [
          create(pod('too-large', asking('3'))),
          create(pod('wants-a-label', { nodeSelector: { disk: 'fast' } })),
          create(pod('wants-a-neighbour', near('nobody', 'podAffinity'))),
          create(pod('wants-a-port', { nodeName: 'node-a', containers: [port(8080)] })),
          create(pod('tolerates', { tolerations: [{ key: 'own', operator: 'Exists' }], nodeSelector: host('node-c') })),
        ],
        seconds: 5,
      },
      {
        name: 'are refused for several',
        deeds: [
          create(pod('same-port', { nodeSelector: host('node-a'), containers: [port(8080)] })),
          create(pod('large-here', asking('1900m', { nodeSelector: host('node-b') }))),
          create(pod('large-there', asking('1500m', { tolerations: [], ...near('large-here', 'podAntiAffinity') }))),
          create(pod('late', asking('1500m'))),
        ],
        seconds: 5,
      },
      { name: 'find room when one goes', deeds: [remove('pods/large-here')], seconds: 15 },
    ],
  },
  {
    name: 'pods-spread',
    nodes: nodesOf(3),
    isPlacementTold: true,
    steps: [
      { name: 'over all nodes', deeds: [create(deployment('web', { replicas: 3 }, spread('web')))] },
      {
        name: 'apart, and one too many',
        deeds: [create(deployment('apart', { replicas: 4 }, near('apart', 'podAntiAffinity')))],
      },
    ],
  },
  {
    name: 'pods-prefer',
    nodes: [
      ...nodesOf(3),
      { name: 'node-d', taints: [{ key: 'old', value: 'yes', effect: 'PreferNoSchedule' }] },
      { name: 'node-e', taints: [{ key: 'old', value: 'yes', effect: 'PreferNoSchedule' }] },
    ],
    isPlacementTold: true,
    steps: [
      {
        name: 'a node',
        deeds: [create(pod('first', { affinity: { nodeAffinity: preferring({ 'node-b': 100, 'node-c': 60 }) } }))],
      },
      {
        name: 'to be near somebody',
        deeds: [create(pod('second', { affinity: { podAffinity: { [SOFT]: [weighty(100, 'first')] } } }))],
      },
      {
        name: 'to be away from somebody, and a node',
        deeds: [
          create(
            pod('third', {
              affinity: {
                podAntiAffinity: { [SOFT]: [weighty(100, 'first')] },
                nodeAffinity: preferring({ 'node-a': 20, 'node-b': 25 }),
              },
            }),
          ),
        ],
      },
      {
        name: 'a node that would rather be left alone, for no other will do as well',
        deeds: [create(pod('fourth', { affinity: { nodeAffinity: preferring({ 'node-d': 100, 'node-e': 1 }) } }))],
      },
      {
        name: 'to be spread',
        deeds: [create(deployment('web', { replicas: 3 }, { topologySpreadConstraints: [softly('web')] }))],
      },
    ],
  },
  {
    name: 'pods-preempt',
    nodes: nodesOf(1, { cpu: '2' }),
    isPlacementTold: true,
    steps: [
      {
        name: 'a lesser pod runs',
        deeds: [
          priority('lesser', 10),
          priority('greater', 1000),
          create(pod('small', asking('1500m', { priorityClassName: 'lesser' }))),
        ],
      },
      {
        name: 'a greater pod takes its place',
        deeds: [create(pod('big', asking('1500m', { priorityClassName: 'greater' })))],
        seconds: 10,
      },
      {
        name: 'a pod that preempts nobody waits',
        deeds: [priority('modest', 100), create(pod('meek', asking('1500m', { priorityClassName: 'modest' })))],
        seconds: 5,
      },
    ],
  },
  {
    name: 'pods-wait-at-gates',
    nodes: nodesOf(1),
    isPlacementTold: true,
    steps: [
      { name: 'are held', deeds: [create(pod('held', { schedulingGates: [{ name: 'example.com/hold' }] }))] },
      {
        name: 'go on',
        deeds: [
          {
            deed: 'patch',
            on: 'pods/held',
            patch: { spec: { schedulingGates: [{ $patch: 'delete', name: 'example.com/hold' }] } },
          },
        ],
        seconds: 10,
      },
    ],
  },
  {
    name: 'pods-choose-zones',
    nodes: [
      { name: 'node-a', labels: { 'topology.kubernetes.io/zone': 'east', disk: 'fast' } },
      { name: 'node-b', labels: { 'topology.kubernetes.io/zone': 'west' } },
      { name: 'node-c', labels: { disk: 'fast', size: '8' } },
    ],
    isPlacementTold: true,
    steps: [
      {
        name: 'by what they need',
        deeds: [
          create(pod('not-east', needs([zone('NotIn', ['east']), zone('Exists')]))),
          create(pod('large', needs([{ key: 'size', operator: 'Gt', values: ['4'] }]))),
          create(pod('huge', needs([{ key: 'size', operator: 'Gt', values: ['8'] }]))),
          create(deployment('zones', { replicas: 2 }, spread('zones', 'topology.kubernetes.io/zone'))),
        ],
        seconds: 8,
      },
      {
        name: 'by their neighbours',
        deeds: [
          create(pod('with-large', near('large', 'podAffinity'))),
          create(pod('not-with-large', { ...near('large', 'podAntiAffinity'), nodeSelector: { size: '8' } })),
        ],
        seconds: 8,
      },
      {
        name: 'when a label comes',
        deeds: [{ deed: 'patch', on: 'nodes/node-b', patch: { metadata: { labels: { size: '16' } } } }],
        seconds: 15,
      },
    ],
  },
]

function host(name: string) {
  return { 'kubernetes.io/hostname': name }
}

function port(hostPort: number) {
  return { name: 'web', image: 'example.com/web:1', ports: [{ containerPort: hostPort, hostPort }] }
}

function zone(operator: string, values?: readonly string[]) {
  return { key: 'topology.kubernetes.io/zone', operator, ...(values ? { values } : {}) }
}

function needs(matchExpressions: readonly JsonObject[]) {
  return {
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  }
}
