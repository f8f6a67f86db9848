/** Each hard rule, one by one: what kube-scheduler v1.36 says of one node, given what is on it and elsewhere. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Pod, PodAffinityTerm, PodSpec, TopologySpreadConstraint } from '@muster/api/types/core-v1.ts'
import { Placement } from './placement.ts'
import type { VolumeNeeds } from './pod-shape.ts'
import { sayUnplaceable } from './refusals.ts'
import { HOST, nodeOf, podOf, seenBy, ZONE } from './testing.ts'

interface Case {
  readonly nodes?: readonly Node[]
  /** Pods by the node that they are on. */
  readonly placed?: Readonly<Record<string, readonly Pod[]>>
  readonly pod: Pod
  readonly volumes?: VolumeNeeds
  readonly says: string
}

const one = [nodeOf('one')]
const fits = 'one'
const refuses = (why: string, nodes = 1) => `0/${nodes} nodes are available: ${why}.`

const tainted = (effect: string) => [nodeOf('one', {}, { taints: [{ key: 'only', value: 'some', effect }] })]
const tolerant: Partial<PodSpec> = { tolerations: [{ key: 'only', operator: 'Equal', value: 'some' }] }
const asksFor = (key: string, operator: string, ...values: string[]): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key, operator, values }] }],
      },
    },
  },
})
const onNode = (name: string): Partial<PodSpec> => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
      },
    },
  },
})
const withPort = (name: string, hostPort: number, hostIP = '', protocol = 'TCP'): Pod =>
  podOf(
    name,
    {},
    { containers: [{ name: 'main', image: 'i', ports: [{ containerPort: 80, hostPort, hostIP, protocol }] }] },
  )
const web = { labelSelector: { matchLabels: { app: 'web' } } }
const together = (term: Partial<PodAffinityTerm> = {}): Partial<PodSpec> => ({
  affinity: {
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...web, topologyKey: ZONE, ...term }] },
  },
})
const apart = (term: Partial<PodAffinityTerm> = {}): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ ...web, topologyKey: ZONE, ...term }] },
  },
})
const spread = (more: Partial<TopologySpreadConstraint> = {}): Partial<PodSpec> => ({
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', ...web, ...more }],
})
const zones = [nodeOf('one', { [ZONE]: 'a' }), nodeOf('two', { [ZONE]: 'b' })]
const full = { cpu: '4' }
const skewed = "node(s) didn't match pod topology spread constraints"

const CASES: Readonly<Record<string, Case>> = {
  'no node at all': { nodes: [], pod: podOf('p'), says: 'no nodes available to schedule pods' },
  'nothing in the way': { pod: podOf('p', { cpu: '4', memory: '8Gi' }), says: fits },

  'a cordoned node': {
    nodes: [nodeOf('one', {}, { unschedulable: true })],
    pod: podOf('p'),
    says: refuses('1 node(s) were unschedulable'),
  },
  'a cordoned node, for whom that is no matter': {
    nodes: [nodeOf('one', {}, { unschedulable: true })],
    pod: podOf('p', {}, { tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] }),
    says: fits,
  },
  'a taint': { nodes: tainted('NoSchedule'), pod: podOf('p'), says: refuses('1 node(s) had untolerated taint(s)') },
  'a taint that evicts': {
    nodes: tainted('NoExecute'),
    pod: podOf('p'),
    says: refuses('1 node(s) had untolerated taint(s)'),
  },
  'a taint that had better be avoided': { nodes: tainted('PreferNoSchedule'), pod: podOf('p'), says: fits },
  'a taint that is tolerated': { nodes: tainted('NoSchedule'), pod: podOf('p', {}, tolerant), says: fits },

  'another label than the selector asks for': {
    pod: podOf('p', {}, { nodeSelector: { disk: 'fast' } }),
    says: refuses("1 node(s) didn't match Pod's node affinity/selector"),
  },
  'another label than the affinity asks for': {
    pod: podOf('p', {}, asksFor('disk', 'In', 'fast')),
    says: refuses("1 node(s) didn't match Pod's node affinity/selector"),
  },
  'the label that the affinity asks for': { pod: podOf('p', {}, asksFor(HOST, 'In', 'one')), says: fits },
  'another node than the one that is named': {
    pod: podOf('p', {}, onNode('two')),
    says: refuses("1 node(s) didn't satisfy plugin(s) [NodeAffinity]"),
  },

  'a port that is taken': {
    placed: { one: [withPort('q', 80)] },
    pod: withPort('p', 80),
    says: refuses("1 node(s) didn't have free ports for the requested pod ports"),
  },
  'a port that is taken on every address': {
    placed: { one: [withPort('q', 80)] },
    pod: withPort('p', 80, '10.0.0.1'),
    says: refuses("1 node(s) didn't have free ports for the requested pod ports"),
  },
  'the port of another address': {
    placed: { one: [withPort('q', 80, '10.0.0.2')] },
    pod: withPort('p', 80, '10.0.0.1'),
    says: fits,
  },
  'the port of another protocol': {
    placed: { one: [withPort('q', 80)] },
    pod: withPort('p', 80, '', 'UDP'),
    says: fits,
  },

  'too little of several resources': {
    placed: { one: [podOf('q', { cpu: '3', memory: '7Gi' })] },
    pod: podOf('p', { cpu: '2', memory: '2Gi' }),
    says: refuses('1 Insufficient cpu, 1 Insufficient memory'),
  },
  'a resource that no node has': {
    pod: podOf('p', { 'example.com/gpu': '1' }),
    says: refuses('1 Insufficient example.com/gpu'),
  },
  'an extended resource': {
    nodes: [nodeOf('one', {}, {}, { 'example.com/gpu': '2' })],
    placed: { one: [podOf('q', { 'example.com/gpu': '1' })] },
    pod: podOf('p', { 'example.com/gpu': '1' }),
    says: fits,
  },
  'too many pods, even of those that ask for nothing': {
    nodes: [nodeOf('one', {}, {}, { pods: '1' })],
    placed: { one: [podOf('q')] },
    pod: podOf('p'),
    says: refuses('1 Too many pods'),
  },
  'an init container that asks for more than all others': {
    pod: podOf(
      'p',
      { cpu: '1' },
      { initContainers: [{ name: 'i', image: 'i', resources: { requests: { cpu: '5' } } }] },
    ),
    says: refuses('1 Insufficient cpu'),
  },
  'a sidecar, which stays': {
    pod: podOf(
      'p',
      { cpu: '3' },
      {
        initContainers: [{ name: 'i', image: 'i', restartPolicy: 'Always', resources: { requests: { cpu: '2' } } }],
      },
    ),
    says: refuses('1 Insufficient cpu'),
  },
  overhead: { pod: podOf('p', { cpu: '3500m' }, { overhead: { cpu: '600m' } }), says: refuses('1 Insufficient cpu') },

  'a volume that is elsewhere': {
    pod: podOf('p'),
    volumes: {
      reachable: [{ nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values: ['two'] }] }] }],
    },
    says: refuses("1 node(s) didn't match PersistentVolume's node affinity"),
  },
  'a claim that is not there': {
    nodes: zones,
    pod: podOf('p'),
    volumes: { reachable: [], refusal: 'persistentvolumeclaim "data" not found' },
    says: refuses('persistentvolumeclaim "data" not found', 2),
  },

  'pods that must be together, and are elsewhere': {
    nodes: zones,
    placed: { two: [podOf('q', full)] },
    pod: podOf('p', { cpu: '1' }, together()),
    says: refuses("1 Insufficient cpu, 1 node(s) didn't match pod affinity rules", 2),
  },
  'the first of those that must be together': { pod: podOf('p', {}, together({ topologyKey: HOST })), says: fits },
  'the first of those that must be together, where the label is missing': {
    pod: podOf('p', {}, together()),
    says: refuses("1 node(s) didn't match pod affinity rules"),
  },
  'one that must be with others and is none of them': {
    nodes: zones,
    pod: podOf('p', {}, together(), { app: 'db' }),
    says: refuses("2 node(s) didn't match pod affinity rules", 2),
  },
  'others of another namespace': {
    nodes: zones,
    placed: { one: [podOf('q')] },
    pod: podOf('p', {}, together({ namespaces: ['other'] }), { app: 'db' }),
    says: refuses("2 node(s) didn't match pod affinity rules", 2),
  },
  'others of every namespace': {
    nodes: zones,
    placed: { one: [podOf('q')] },
    pod: podOf('p', {}, together({ namespaceSelector: {} }), { app: 'db' }),
    says: fits,
  },
  'pods that must be apart': {
    nodes: zones,
    placed: { one: [podOf('q')], two: [podOf('r')] },
    pod: podOf('p', {}, apart()),
    says: refuses("2 node(s) didn't match pod anti-affinity rules", 2),
  },
  'a pod that keeps others away': {
    nodes: zones,
    placed: { one: [podOf('q', {}, apart(), { app: 'db' })], two: [podOf('r', {}, apart(), { app: 'db' })] },
    pod: podOf('p'),
    says: refuses("2 node(s) didn't satisfy existing pods anti-affinity rules", 2),
  },
  'a pod that keeps away others than this': {
    placed: { one: [podOf('q', {}, apart({ topologyKey: HOST }), { app: 'db' })] },
    pod: podOf('p', {}, {}, { app: 'db' }),
    says: fits,
  },

  'the zone that has fewer': {
    nodes: zones,
    placed: { two: [podOf('q')] },
    pod: podOf('p', {}, spread()),
    says: fits,
  },
  'only the zone that has more': {
    nodes: zones,
    placed: { one: [podOf('q', full)], two: [podOf('r'), podOf('s')] },
    pod: podOf('p', { cpu: '1' }, spread()),
    says: refuses(`1 Insufficient cpu, 1 ${skewed}`, 2),
  },
  'a larger skew': {
    nodes: zones,
    placed: { one: [podOf('q', full)], two: [podOf('r')] },
    pod: podOf('p', { cpu: '1' }, spread({ maxSkew: 2 })),
    says: 'two',
  },
  'pods that go, which do not count': {
    nodes: zones,
    placed: {
      one: [podOf('q', full, {}, { app: 'db' })],
      two: [{ ...podOf('r'), metadata: { ...podOf('r').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }],
    },
    pod: podOf('p', { cpu: '1' }, spread()),
    says: 'two',
  },
  'pods that are not of the same version, which do not count': {
    nodes: zones,
    placed: { one: [podOf('q', full)], two: [podOf('r', {}, {}, { app: 'web', version: '1' })] },
    pod: podOf('p', { cpu: '1' }, spread({ matchLabelKeys: ['version'] }), { app: 'web', version: '2' }),
    says: 'two',
  },
  'fewer zones than there should be': {
    nodes: zones,
    placed: { one: [podOf('q')], two: [podOf('r')] },
    pod: podOf('p', {}, spread({ minDomains: 3 })),
    says: refuses(`2 ${skewed}`, 2),
  },
  'a node without a zone': {
    pod: podOf('p', {}, spread()),
    says: refuses(`1 ${skewed} (missing required label)`),
  },
  'a spread that is only wished for': {
    nodes: zones,
    placed: { one: [podOf('q', full)], two: [podOf('r'), podOf('s')] },
    pod: podOf('p', { cpu: '1' }, spread({ whenUnsatisfiable: 'ScheduleAnyway' })),
    says: 'two',
  },
  'an empty zone that the affinity leaves out, and so does not count': {
    nodes: zones,
    placed: { two: [podOf('q')] },
    pod: podOf('p', {}, { ...spread(), nodeSelector: { [ZONE]: 'b' } }),
    says: 'two',
  },
  'an empty zone that the affinity leaves out, and that counts': {
    nodes: zones,
    placed: { two: [podOf('q')] },
    pod: podOf('p', {}, { ...spread({ nodeAffinityPolicy: 'Ignore' }), nodeSelector: { [ZONE]: 'b' } }),
    says: refuses(`1 node(s) didn't match Pod's node affinity/selector, 1 ${skewed}`, 2),
  },
  'an empty zone behind a taint, which counts': {
    nodes: [
      nodeOf('one', { [ZONE]: 'a' }, { taints: [{ key: 'only', effect: 'NoSchedule' }] }),
      nodeOf('two', { [ZONE]: 'b' }),
    ],
    placed: { two: [podOf('q')] },
    pod: podOf('p', {}, spread()),
    says: refuses(`1 ${skewed}, 1 node(s) had untolerated taint(s)`, 2),
  },
  'an empty zone behind a taint, when taints are honoured': {
    nodes: [
      nodeOf('one', { [ZONE]: 'a' }, { taints: [{ key: 'only', effect: 'NoSchedule' }] }),
      nodeOf('two', { [ZONE]: 'b' }),
    ],
    placed: { two: [podOf('q')] },
    pod: podOf('p', {}, spread({ nodeTaintsPolicy: 'Honor' })),
    says: 'two',
  },
}

for (const [what, { nodes = one, placed = {}, pod, volumes, says }] of Object.entries(CASES)) {
  test(`placement: ${what}`, () => {
    const placement = new Placement()
    for (const node of nodes) placement.fleet.setNode(node)
    for (const [node, pods] of Object.entries(placed))
      for (const other of pods) placement.fleet.place(seenBy(placement, other), node)
    const decision = placement.decide(seenBy(placement, pod, volumes))
    equal(decision.decision === 'place' ? decision.node : sayUnplaceable(decision.why), says)
  })
}

const PREFERENCES: Readonly<Record<string, Omit<Case, 'nodes'> & { readonly nodes: readonly Node[] }>> = {
  'the node with less on it': {
    nodes: zones,
    placed: { one: [podOf('q', { cpu: '1' })] },
    pod: podOf('p', { cpu: '1' }),
    says: 'two',
  },
  'the node with more left of both': {
    nodes: [nodeOf('one'), nodeOf('two', {}, {}, { cpu: '16', memory: '64Gi' })],
    pod: podOf('p', { cpu: '1', memory: '1Gi' }),
    says: 'two',
  },
  'the node without a taint to avoid': {
    nodes: [...tainted('PreferNoSchedule'), nodeOf('two')],
    placed: { two: [podOf('q', { cpu: '2', memory: '4Gi' })] },
    pod: podOf('p', { cpu: '1' }),
    says: 'two',
  },
  'the node that is preferred': {
    nodes: zones,
    pod: podOf(
      'p',
      {},
      {
        affinity: {
          nodeAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { matchExpressions: [{ key: ZONE, operator: 'In', values: ['b'] }] } },
            ],
          },
        },
      },
    ),
    says: 'two',
  },
  'the zone of a friend': {
    nodes: zones,
    placed: { two: [podOf('q', { cpu: '1' })] },
    pod: podOf(
      'p',
      {},
      {
        affinity: {
          podAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 100, podAffinityTerm: { ...web, topologyKey: ZONE } },
            ],
          },
        },
      },
    ),
    says: 'two',
  },
  'the zone of one that wants to be with it': {
    nodes: zones,
    placed: { two: [podOf('q', { cpu: '1' }, together(), { app: 'db' })] },
    pod: podOf('p'),
    says: 'two',
  },
  'the zone with fewer of its kind': {
    nodes: zones,
    placed: { one: [podOf('q')], two: [podOf('r', { cpu: '2' }, {}, { app: 'db' })] },
    pod: podOf('p', {}, spread({ whenUnsatisfiable: 'ScheduleAnyway' })),
    says: 'two',
  },
}

for (const [what, { nodes, placed = {}, pod, says }] of Object.entries(PREFERENCES)) {
  test(`placement prefers ${what}`, () => {
    const placement = new Placement()
    for (const node of nodes) placement.fleet.setNode(node)
    for (const [node, pods] of Object.entries(placed))
      for (const other of pods) placement.fleet.place(seenBy(placement, other), node)
    deepEqual(placement.decide(seenBy(placement, pod)), { decision: 'place', node: says })
  })
}
