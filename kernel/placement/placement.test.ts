/** Whatever comes and goes: no node is overcommitted, no hard rule is broken, and a pod that fits somewhere is not left. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Node, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import fc from 'fast-check'
import { CHANGES_KEPT, createChangeLog } from './change-log.ts'
import { Placement } from './placement.ts'
import { nodeOf, podOf, seenBy, ZONE } from './testing.ts'

const NAMES = ['n0', 'n1', 'n2', 'n3', 'n4']
const APPS = ['a', 'b']

const aNode = fc
  .record({
    name: fc.constantFrom(...NAMES),
    zone: fc.constantFrom('x', 'y', undefined),
    cpu: fc.integer({ min: 1, max: 4 }),
    isTainted: fc.boolean(),
  })
  .map(({ name, zone, cpu, isTainted }) =>
    nodeOf(name, zone ? { [ZONE]: zone } : {}, isTainted ? { taints: [{ key: 'only', effect: 'NoSchedule' }] } : {}, {
      cpu: String(cpu),
      pods: '3',
    }),
  )

const aSpec: fc.Arbitrary<Partial<PodSpec>> = fc
  .record({
    tolerates: fc.boolean(),
    zone: fc.constantFrom(undefined, undefined, 'x'),
    apartFrom: fc.constantFrom(undefined, undefined, ...APPS),
    togetherWith: fc.constantFrom(undefined, undefined, ...APPS),
    spreads: fc.constantFrom(undefined, undefined, ...APPS),
    maxSkew: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ tolerates, zone, apartFrom, togetherWith, spreads, maxSkew }) => {
    const termOf = (app: string) => ({ topologyKey: ZONE, labelSelector: { matchLabels: { app } } })
    const required = (app: string) => ({ requiredDuringSchedulingIgnoredDuringExecution: [termOf(app)] })
    return {
      ...(tolerates ? { tolerations: [{ operator: 'Exists' }] } : {}),
      ...(zone ? { nodeSelector: { [ZONE]: zone } } : {}),
      affinity: {
        ...(apartFrom ? { podAntiAffinity: required(apartFrom) } : {}),
        ...(togetherWith ? { podAffinity: required(togetherWith) } : {}),
      },
      ...(spreads
        ? { topologySpreadConstraints: [{ maxSkew, whenUnsatisfiable: 'DoNotSchedule', ...termOf(spreads) }] }
        : {}),
    }
  })

const aPod = fc.record({
  cpu: fc.integer({ min: 0, max: 2 }),
  spec: aSpec,
  app: fc.constantFrom(...APPS),
})

type Step =
  | { readonly step: 'node'; readonly node: Node }
  | { readonly step: 'node goes'; readonly name: string }
  | { readonly step: 'pod'; readonly cpu: number; readonly spec: Partial<PodSpec>; readonly app: string }
  | { readonly step: 'pod goes'; readonly at: number }

const aStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: aNode.map((node) => ({ step: 'node' as const, node })) },
  { weight: 1, arbitrary: fc.constantFrom(...NAMES).map((name) => ({ step: 'node goes' as const, name })) },
  { weight: 6, arbitrary: aPod.map((pod) => ({ step: 'pod' as const, ...pod })) },
  { weight: 2, arbitrary: fc.nat({ max: 20 }).map((at) => ({ step: 'pod goes' as const, at })) },
)

interface World {
  readonly nodes: Map<string, Node>
  readonly placed: Map<string, { readonly pod: Pod; readonly node: string }>
}

/** The rules once more, as plainly as may be: everything is counted anew for each question. */
function fitsOn({ nodes, placed }: World, pod: Pod, node: Node): boolean {
  const { spec, metadata } = pod
  const others = [...placed.values()]
  const cpuOf = (one: Pod) => Number(one.spec?.containers[0]?.resources?.requests?.cpu ?? 0)
  const here = others.filter((other) => other.node === node.metadata.name)
  const zoneOf = (name: string | undefined) => nodes.get(name ?? '')?.metadata.labels?.[ZONE]
  const zone = zoneOf(node.metadata.name)
  const inZone = (app: string, where: string | undefined) =>
    others.filter((other) => where !== undefined && zoneOf(other.node) === where && appOf(other.pod) === app).length
  const tolerates = (spec?.tolerations ?? []).length > 0
  if ((node.spec?.taints ?? []).length > 0 && !tolerates) return false
  const wanted = spec?.nodeSelector?.[ZONE]
  if (wanted && zone !== wanted) return false
  if (here.length >= 3) return false
  const taken = here.reduce((sum, other) => sum + cpuOf(other.pod), 0)
  if (cpuOf(pod) > 0 && taken + cpuOf(pod) > Number(node.status?.allocatable?.cpu)) return false
  const [constraint] = spec?.topologySpreadConstraints ?? []
  if (constraint) {
    const app = constraint.labelSelector?.matchLabels?.app ?? ''
    const zones = new Set([...nodes.values()].map(({ metadata }) => metadata.labels?.[ZONE]))
    const eligible = [...zones].filter((one) => one !== undefined && (!wanted || one === wanted))
    const least = Math.min(...eligible.map((one) => inZone(app, one)))
    if (zone === undefined) return false
    if (inZone(app, zone) + (metadata.labels?.app === app ? 1 : 0) - least > constraint.maxSkew) return false
  }
  const friend = appIn(spec?.affinity?.podAffinity)
  if (friend !== undefined) {
    if (zone === undefined) return false
    const anywhere = others.some((other) => zoneOf(other.node) !== undefined && appOf(other.pod) === friend)
    const isFirst = !anywhere && metadata.labels?.app === friend
    if (inZone(friend, zone) === 0 && !isFirst) return false
  }
  const foe = appIn(spec?.affinity?.podAntiAffinity)
  if (foe !== undefined && inZone(foe, zone) > 0) return false
  return !others.some(
    (other) =>
      zone !== undefined &&
      zoneOf(other.node) === zone &&
      appIn(other.pod.spec?.affinity?.podAntiAffinity) === appOf(pod),
  )
}

const appOf = (pod: Pod): string | undefined => pod.metadata.labels?.app
const appIn = (
  affinity: NonNullable<NonNullable<PodSpec['affinity']>['podAffinity']> | undefined,
): string | undefined => affinity?.requiredDuringSchedulingIgnoredDuringExecution?.[0]?.labelSelector?.matchLabels?.app

test('whatever comes and goes, a pod is placed where it fits, and refused only where it fits nowhere', () => {
  let placedAtAll = 0
  fc.assert(
    fc.property(fc.array(aStep, { minLength: 5, maxLength: 40 }), (steps) => {
      const placement = new Placement()
      const world: World = { nodes: new Map(), placed: new Map() }
      for (const [at, step] of steps.entries()) {
        switch (step.step) {
          case 'node':
            placement.fleet.setNode(step.node)
            world.nodes.set(step.node.metadata.name ?? '', step.node)
            break
          case 'node goes':
            placement.fleet.dropNode(step.name)
            world.nodes.delete(step.name)
            break
          case 'pod goes':
            placement.fleet.remove(`pod-${step.at}`)
            world.placed.delete(`pod-${step.at}`)
            break
          case 'pod': {
            const pod = podOf(`pod-${at}`, { cpu: String(step.cpu) }, step.spec, { app: step.app })
            const seen = seenBy(placement, pod)
            const fitting = [...world.nodes.values()].filter((node) => fitsOn(world, pod, node))
            const decision = placement.decide(seen)
            const names = fitting.map(({ metadata }) => metadata.name)
            if (decision.decision === 'refuse') {
              deepEqual(names, [], `pod-${at} was left although it fits`)
              equal(decision.why.refused.length, world.nodes.size)
              ok(decision.why.refused.every(({ refusals }) => refusals.length > 0))
              break
            }
            ok(names.includes(decision.node), `pod-${at} was placed on ${decision.node}, and fits on ${names}`)
            placedAtAll++
            placement.fleet.place(seen, decision.node)
            world.placed.set(seen.uid, { pod, node: decision.node })
            break
          }
          default:
            step satisfies never
        }
      }
    }),
    { numRuns: 300 },
  )
  ok(placedAtAll > 300, 'the good happens too')
})

test('what is only promised is kept free of those who are less important', () => {
  const placement = new Placement()
  placement.fleet.setNode(nodeOf('one'))
  const promised = { ...seenBy(placement, podOf('high', { cpu: '3' }, { priority: 10 })), nominatedNode: 'one' }
  placement.nominated.set(promised.uid, promised)
  equal(placement.decide(seenBy(placement, podOf('low', { cpu: '2' }))).decision, 'refuse')
  equal(placement.decide(seenBy(placement, podOf('higher', { cpu: '2' }, { priority: 20 }))).decision, 'place')
  equal(placement.decide(promised).decision, 'place')
  equal(placement.fleet.nodeOf('high'), undefined, 'a decision changes nothing')
})

test('a zone whose last node went is no zone that pods could be spread to, until a node comes back', () => {
  const placement = new Placement()
  const inZone = (name: string, zone: string) => placement.fleet.setNode(nodeOf(name, { [ZONE]: zone }))
  const labelSelector = { matchLabels: { app: 'web' } }
  const spread = [{ maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule', labelSelector }]
  const decide = (name: string) =>
    placement.decide(seenBy(placement, podOf(name, {}, { topologySpreadConstraints: spread })))
  inZone('one', 'x')
  inZone('two', 'y')
  placement.fleet.place(seenBy(placement, podOf('a')), 'one')
  deepEqual(decide('b'), { decision: 'place', node: 'two' })
  placement.fleet.dropNode('two')
  deepEqual(decide('b'), { decision: 'place', node: 'one' })
  inZone('two', 'y')
  deepEqual(decide('b'), { decision: 'place', node: 'two' })
  inZone('two', 'x')
  equal(decide('b').decision, 'place', 'the only zone has all of them')
})

test('a reader of changes who comes late is told to look at everything', () => {
  const log = createChangeLog()
  const reader = log.end
  for (let number = 0; number < 2 * CHANGES_KEPT; number++) log.note(number)
  equal(log.since(reader), undefined)
  const [next] = log.since(log.end - 1) ?? []
  equal(next, 2 * CHANGES_KEPT - 1)
})

test('a decision names what it did not take: the next best, then some that would not do, each with its reason', () => {
  const placement = new Placement()
  const full = { cpu: '1', pods: '3' }
  for (const node of [
    nodeOf('small', {}, {}, full),
    nodeOf('large', {}, {}, { cpu: '8', pods: '3' }),
    nodeOf('middle', {}, {}, { cpu: '4', pods: '3' }),
    nodeOf('own', {}, { taints: [{ key: 'only', effect: 'NoSchedule' }] }, { cpu: '8', pods: '3' }),
  ])
    placement.fleet.setNode(node)
  const pod = seenBy(placement, podOf('p', { cpu: '2' }))
  const decision = placement.decide(pod)
  deepEqual(decision, { decision: 'place', node: 'large' })
  const told = placement.alternatives(pod, 'large')
  deepEqual(
    told.map(({ node, why }) => `${node}: ${why.replaceAll(/\d+/g, 'N')}`),
    [
      'middle: it would do: score N, the one taken N',
      'own: node(s) had untolerated taint(s)',
      'small: Insufficient cpu',
    ],
  )
  const [, own = 0, taken = 0] = /score (\d+), the one taken (\d+)/.exec(told[0]?.why ?? '')?.map(Number) ?? []
  ok(own < taken)
  deepEqual(placement.alternatives(pod, 'nowhere'), [])
})
