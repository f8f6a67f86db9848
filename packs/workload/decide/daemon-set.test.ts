import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { DaemonSet } from '@muster/api/types/apps-v1.ts'
import type { Node, Pod, PodSpec, Taint } from '@muster/api/types/core-v1.ts'
import { type Duration, instant, seconds } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { isPodReady } from '../pods.ts'
import { daemonPod, type Fit, fitOf, targetNode } from './daemon-pod.ts'
import { type DaemonStep, decideDaemonSet } from './daemon-set.ts'

const NOW = instant(1_000_000_000_000)

const node = (name: string, taints: Taint[] = []): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { disk: 'fast' } },
  spec: { taints },
})
const setOf = (
  spec: Partial<PodSpec> = {},
  update: { maxSurge?: number; maxUnavailable?: number } = {},
): DaemonSet => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'log', namespace: 'shop', uid: 'set', generation: 1 },
  spec: {
    selector: { matchLabels: { app: 'log' } },
    template: { metadata: { labels: { app: 'log' } }, spec: { containers: [], ...spec } },
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: update },
  },
})

const FITS: readonly [what: string, spec: Partial<PodSpec>, taints: Taint[], fit: Fit][] = [
  ['no demand', {}, [], 'run'],
  ['a label that the node has', { nodeSelector: { disk: 'fast' } }, [], 'run'],
  ['a label that it has not', { nodeSelector: { disk: 'slow' } }, [], 'none'],
  ['another node by name', { nodeName: 'n2' }, [], 'none'],
  ['this node by name', { nodeName: 'n1' }, [], 'run'],
  ['a taint that nothing new may bear', {}, [{ key: 'full', effect: 'NoSchedule' }], 'stay'],
  ['a taint that nothing may bear', {}, [{ key: 'broken', effect: 'NoExecute' }], 'none'],
  ['a taint that is no more than a wish', {}, [{ key: 'full', effect: 'PreferNoSchedule' }], 'run'],
  ['a node that is away', {}, [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' }], 'run'],
  ['a node that is closed', {}, [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }], 'run'],
  ['no network', {}, [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }], 'stay'],
  [
    'no network for a pod of the host',
    { hostNetwork: true },
    [{ key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' }],
    'run',
  ],
]

for (const [what, spec, taints, fit] of FITS) {
  test(`a pod and a node with ${what}: ${fit}`, () => equal(fitOf(setOf(spec))(node('n1', taints)), fit))
}

test('a toleration of the template for a time becomes one for ever, and what it asks of nodes becomes the node', () => {
  const away = { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' }
  const zone = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'Exists' }] }] }
  const pod = daemonPod(
    setOf({
      tolerations: [{ ...away, tolerationSeconds: 30 }, { key: 'mine' }],
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: zone }, podAffinity: {} },
    }),
    'hash',
    'n1',
  )
  deepEqual(pod.spec?.tolerations?.slice(0, 2), [away, { key: 'mine' }])
  deepEqual(pod.spec?.affinity?.podAffinity, {})
  equal(targetNode(pod), 'n1')
  equal(targetNode({ ...pod, spec: { containers: [], nodeName: 'n9' } }), 'n9')
  equal(targetNode({ ...pod, spec: { containers: [] } }), undefined)
})

interface Sight {
  readonly node: string
  readonly hash: string
  readonly phase?: string
  readonly ready?: boolean
  readonly leaving?: boolean
  readonly created?: string
}

let names = 0
function podOf({ node, hash, phase = 'Running', ready = true, leaving = false, created = '0' }: Sight): Pod {
  const pod = daemonPod(setOf(), hash, node)
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      name: `log-${names++}`,
      creationTimestamp: created,
      ...(leaving ? { deletionTimestamp: '2001-01-01T00:00:00Z' } : {}),
    },
    spec: { containers: [], ...pod.spec, nodeName: node },
    status: { phase, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

const decide = (set: DaemonSet, nodes: readonly string[], pods: readonly Pod[], wait?: Duration) =>
  decideDaemonSet({
    set,
    pods,
    nodes: nodes.map((name) => node(name)),
    hash: 'new',
    collisions: 0,
    now: NOW,
    backOff: () => wait,
  })

const tell = (steps: readonly DaemonStep[]): string[] =>
  steps.map((step) =>
    step.do === 'create'
      ? `create ${step.node}`
      : `delete ${step.pod.metadata.labels?.['controller-revision-hash']} ${step.node}`,
  )

const DECISIONS: readonly [what: string, set: DaemonSet, pods: Sight[], steps: string[]][] = [
  ['nothing there', setOf(), [], ['create n1', 'create n2']],
  [
    'one on its way out is waited for',
    setOf(),
    [
      { node: 'n1', hash: 'new', leaving: true },
      { node: 'n2', hash: 'new' },
    ],
    [],
  ],
  [
    'of two the older stays',
    setOf(),
    [
      { node: 'n1', hash: 'old', created: '2' },
      { node: 'n1', hash: 'new', created: '1' },
      { node: 'n2', hash: 'new' },
    ],
    ['delete old n1'],
  ],
  [
    'one that ended in good order',
    setOf(),
    [
      { node: 'n1', hash: 'new', phase: 'Succeeded' },
      { node: 'n2', hash: 'new' },
    ],
    ['delete new n1'],
  ],
  [
    'old ones, one at a time',
    setOf(),
    [
      { node: 'n1', hash: 'old' },
      { node: 'n2', hash: 'old' },
    ],
    ['delete old n1'],
  ],
  [
    'old ones that are of no use go at once',
    setOf(),
    [
      { node: 'n1', hash: 'old', ready: false },
      { node: 'n2', hash: 'old', ready: false },
    ],
    ['delete old n1', 'delete old n2'],
  ],
  [
    'an old one beside a new one that is not ready',
    setOf(),
    [
      { node: 'n1', hash: 'new', ready: false },
      { node: 'n2', hash: 'old' },
    ],
    [],
  ],
  [
    'surge: a new one beside an old one',
    setOf({}, { maxSurge: 1, maxUnavailable: 0 }),
    [
      { node: 'n1', hash: 'old' },
      { node: 'n2', hash: 'old' },
    ],
    ['create n1'],
  ],
  [
    'surge: no more than may be',
    setOf({}, { maxSurge: 1, maxUnavailable: 0 }),
    [
      { node: 'n1', hash: 'old' },
      { node: 'n1', hash: 'new', ready: false },
      { node: 'n2', hash: 'old' },
    ],
    [],
  ],
  [
    'surge: the old one goes',
    setOf({}, { maxSurge: 1, maxUnavailable: 0 }),
    [
      { node: 'n1', hash: 'old' },
      { node: 'n1', hash: 'new' },
      { node: 'n2', hash: 'old' },
    ],
    ['delete old n1'],
  ],
]

for (const [what, set, pods, steps] of DECISIONS) {
  test(what, () => deepEqual(tell(decide(set, ['n1', 'n2'], pods.map(podOf)).steps), steps))
}

test('a pod that failed waits, and holds up nothing else', () => {
  const failed = podOf({ node: 'n1', hash: 'new', phase: 'Failed' })
  const waiting = decide(setOf(), ['n1', 'n2'], [failed], seconds(4))
  deepEqual(tell(waiting.steps), ['create n2'])
  equal(waiting.lookAfter, seconds(4))
  deepEqual(tell(decide(setOf(), ['n1'], [failed]).steps), ['delete new n1'])
})

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5']
const update = fc.oneof(
  fc.record({ maxUnavailable: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ maxSurge: fc.integer({ min: 1, max: 3 }), maxUnavailable: fc.constant(0) }),
)

test('an update ends, and on its way no more nodes are without a ready pod, or with two, than it may', () => {
  fc.assert(
    fc.property(update, fc.array(fc.nat(99), { minLength: 60, maxLength: 60 }), (rollingUpdate, chances) => {
      const set = setOf({}, rollingUpdate)
      let pods = NAMES.map((name) => podOf({ node: name, hash: 'old' }))
      const surge = 'maxSurge' in rollingUpdate ? rollingUpdate.maxSurge : 0
      for (const chance of chances) {
        for (const step of decide(set, NAMES, pods).steps) {
          if (step.do === 'create')
            pods = [...pods, podOf({ node: step.node, hash: 'new', ready: false, created: '1' })]
          else pods = pods.filter((pod) => pod !== step.pod)
        }
        const on = (name: string) => pods.filter((pod) => targetNode(pod) === name)
        const without = NAMES.filter((name) => !on(name).some(isPodReady)).length
        ok(without <= (surge > 0 ? 0 : rollingUpdate.maxUnavailable), `${without} nodes are without a ready pod`)
        ok(NAMES.filter((name) => on(name).length > 1).length <= surge)
        const unready = pods.filter((pod) => !isPodReady(pod))
        const next = unready[chance % Math.max(1, unready.length)]
        pods = pods.map((pod) =>
          pod === next && chance > 20 ? podOf({ node: targetNode(pod) ?? '', hash: 'new', created: '1' }) : pod,
        )
      }
      deepEqual(
        pods.map((pod) => `${targetNode(pod)} ${pod.metadata.labels?.['controller-revision-hash']}`).sort(),
        NAMES.map((name) => `${name} new`),
      )
    }),
    { numRuns: 100 },
  )
})
