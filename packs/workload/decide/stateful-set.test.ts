/** Whatever becomes of pods and of the set: no two pods of one ordinal, the order kept, and an end to it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { ControllerRevision, StatefulSet, StatefulSetStatus } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { isPodAvailable } from '../pods.ts'
import { chooseRevision, newRevision, revisionData } from './revisions.ts'
import { isWanted, ordinalOf, ordinalsOf, revisionOf } from './stateful-identity.ts'
import { decideStatefulSet, type StatefulSetDecision, type StatefulStep } from './stateful-set.ts'

const NOW = instant(1_000_000_000_000)

const setOf = (policy: string): StatefulSet => ({
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', namespace: 'shop', uid: 'set', generation: 1 },
  spec: {
    replicas: 2,
    podManagementPolicy: policy,
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
    selector: { matchLabels: { app: 'web' } },
    template: template(1),
  },
})
const template = (version: number) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: `web:${version}` }] },
})

/** A cluster that holds one set, and that does what is decided. */
class World {
  set: StatefulSet
  pods: Pod[] = []
  revisions: ControllerRevision[] = []
  #uids = 0

  constructor(policy: string) {
    this.set = setOf(policy)
  }

  change(spec: Partial<NonNullable<StatefulSet['spec']>>): void {
    const before = this.set.spec ?? { selector: {}, template: {} }
    this.set = { ...this.set, spec: { ...before, ...spec } }
  }

  become(index: number, to: (pod: Pod) => Pod | undefined): void {
    const pod = this.pods[index % Math.max(1, this.pods.length)]
    if (!pod) return
    const next = to(pod)
    this.pods = this.pods.flatMap((one) => (one === pod ? (next ? [next] : []) : [one]))
  }

  /** One look: what is decided is checked and done. */
  look(): StatefulSetDecision {
    const chosen = chooseRevision(this.revisions, revisionData(this.set.spec?.template ?? {}))
    const update =
      chosen.choose === 'new'
        ? newRevision(this.set, this.set.spec?.template ?? {}, chosen.number, 0)
        : { ...chosen.revision, revision: chosen.choose === 'earlier' ? chosen.number : chosen.revision.revision }
    this.revisions = [...this.revisions.filter(({ metadata }) => metadata.name !== update.metadata.name), update]
    const current = this.revisions.find(({ metadata }) => metadata.name === this.set.status?.currentRevision) ?? update
    const { set, pods } = this
    const decision = decideStatefulSet({ set, pods, current, update, collisions: 0, now: NOW, claim: () => undefined })
    const steps = decision.phases.flat()
    this.#check(steps, decision.ordered, update)
    for (const step of steps) this.#do(step)
    this.set = { ...this.set, status: decision.status }
    return decision
  }

  /** Everything that waits runs, everything on its way out is gone. */
  rest(): void {
    this.pods = this.pods
      .filter((pod) => !pod.metadata.deletionTimestamp)
      .map((pod) => (isEnded(pod) ? pod : running(pod, true)))
  }

  #check(steps: readonly StatefulStep[], ordered: boolean, update: ControllerRevision): void {
    const { start } = ordinalsOf(this.set)
    for (const { do: what, pod } of steps) {
      if (what === 'create')
        ok(!this.pods.some((one) => one.metadata.name === pod.metadata.name), 'a name is given twice')
      else ok(this.pods.includes(pod), 'a step is about a pod that is not there')
    }
    const deleted = steps.filter((step) => step.do === 'delete').map(({ pod }) => pod)
    equal(new Set(deleted).size, deleted.length)
    const newest = update.metadata.name
    for (const pod of deleted.filter((one) => isWanted(this.set, one) && !isEnded(one))) {
      const above = this.pods.filter(
        (one) => isWanted(this.set, one) && (ordinalOf(one) ?? -1) > (ordinalOf(pod) ?? -1),
      )
      ok(
        above.every((one) => isFit(one) && revisionOf(one) === newest),
        'an update goes on above one that is not over',
      )
    }
    if (!ordered) return
    const moves = steps.filter((step) => step.do === 'create' || step.do === 'delete')
    ok(moves.length <= 1, 'an ordered set does more than one thing at once')
    for (const { do: what, pod } of moves) {
      const ordinal = ordinalOf(pod) ?? -1
      const below = this.pods.filter((one) => (ordinalOf(one) ?? -1) < ordinal && isWanted(this.set, one))
      if (what === 'create' || isWanted(this.set, pod)) {
        equal(below.length, ordinal - start, 'a pod below is not there')
        ok(below.every(isFit), 'a pod below is not available')
      } else
        ok(
          this.pods.filter((one) => isWanted(this.set, one)).every(isFit),
          'shrinks while a pod that stays is not available',
        )
      if (what === 'delete' && !isWanted(this.set, pod)) {
        const others = this.pods.filter((one) => !isWanted(this.set, one) && (ordinalOf(one) ?? -1) > ordinal)
        deepEqual(others, [], 'one goes before one above it')
      }
      ok(what === 'create' || isEnded(pod) || !pod.metadata.deletionTimestamp)
    }
  }

  #do({ do: what, pod }: StatefulStep): void {
    if (what === 'create') {
      const uid = `pod-${this.#uids++}`
      this.pods.push({ ...pod, metadata: { ...pod.metadata, uid }, status: { phase: 'Pending' } })
    }
    if (what === 'delete') this.become(this.pods.indexOf(pod), leaving)
  }
}

const leaving = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: '2001-01-01T00:00:00Z' },
})
const running = (pod: Pod, isReady: boolean): Pod => {
  const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False', lastTransitionTime: '2001-01-01T00:00:00Z' }]
  return { ...pod, status: { phase: 'Running', conditions } }
}
const ended = (pod: Pod, phase: string): Pod => ({ ...pod, status: { phase } })
const isEnded = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded'
const isFit = (pod: Pod): boolean =>
  !pod.metadata.deletionTimestamp && pod.status?.phase === 'Running' && isPodAvailable(pod, 0, NOW)

type Deed = (world: World) => void
const index = fc.nat(9)
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Deed>((world) => void world.look()) },
  {
    weight: 4,
    arbitrary: index.map(
      (at): Deed =>
        (world) =>
          world.become(at, (pod) => running(pod, true)),
    ),
  },
  {
    weight: 2,
    arbitrary: index.map(
      (at): Deed =>
        (world) =>
          world.become(at, (pod) => (pod.metadata.deletionTimestamp ? undefined : pod)),
    ),
  },
  index.map(
    (at): Deed =>
      (world) =>
        world.become(at, (pod) => running(pod, false)),
  ),
  index.map(
    (at): Deed =>
      (world) =>
        world.become(at, (pod) => ended(pod, 'Failed')),
  ),
  index.map(
    (at): Deed =>
      (world) =>
        world.become(at, (pod) => ended(pod, 'Succeeded')),
  ),
  index.map(
    (at): Deed =>
      (world) =>
        world.become(at, leaving),
  ),
  fc.nat(4).map(
    (replicas): Deed =>
      (world) =>
        world.change({ replicas }),
  ),
  fc.nat(2).map(
    (start): Deed =>
      (world) =>
        world.change({ ordinals: { start } }),
  ),
  fc.nat(3).map(
    (version): Deed =>
      (world) =>
        world.change({ template: template(version) }),
  ),
  fc.nat(4).map(
    (partition): Deed =>
      (world) =>
        world.change({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } }),
  ),
)

/** More than it takes to replace every pod, one after the other, twice. */
const LOOKS_MAX = 60

for (const policy of ['OrderedReady', 'Parallel']) {
  test(`${policy}: whatever happens, no ordinal has two pods, the order is kept, and it ends`, () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
        const world = new World(policy)
        for (const one of deeds) one(world)
        let quiet: StatefulSetDecision | undefined
        for (let looks = 0; looks < LOOKS_MAX && !quiet; looks++) {
          world.rest()
          const decision = world.look()
          if (decision.phases.flat().length === 0) quiet = decision
        }
        ok(quiet, 'there is no end to it')
        const { start, replicas } = ordinalsOf(world.set)
        const wanted = Array.from({ length: replicas }, (_, at) => start + at)
        deepEqual(
          world.pods.map((pod) => ordinalOf(pod) ?? -1).sort((one, other) => one - other),
          wanted,
        )
        const partition = world.set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
        const newest = quiet.status.updateRevision ?? ''
        for (const pod of world.pods) {
          if ((ordinalOf(pod) ?? 0) >= start + partition) equal(revisionOf(pod), newest)
        }
        const { status } = quiet
        deepEqual([status.replicas, status.readyReplicas, status.availableReplicas], [replicas, replicas, replicas])
      }),
      { numRuns: 300 },
    )
  })
}

test('pods that have ended all go when the set is made smaller, the highest first', () => {
  const world = new World('OrderedReady')
  for (let looks = 0; looks < 2; looks++) {
    world.look()
    world.rest()
  }
  for (const at of [0, 1]) world.become(at, (pod) => ended(pod, 'Succeeded'))
  world.change({ replicas: 0 })
  const gone = () =>
    world
      .look()
      .phases.flat()
      .map(({ do: what, pod }) => [what, ordinalOf(pod)])
  deepEqual(gone(), [['delete', 1]])
  world.rest()
  deepEqual(gone(), [['delete', 0]])
})

const counts = ({ replicas, readyReplicas, currentReplicas, updatedReplicas }: StatefulSetStatus) => [
  replicas,
  readyReplicas,
  currentReplicas,
  updatedReplicas,
]

test('an update counts old and new pods apart, and is over when all are new', () => {
  const world = new World('Parallel')
  world.look()
  world.rest()
  const first = world.look().status
  deepEqual(counts(first), [2, 2, 2, 2])
  world.change({ template: template(2) })
  const begun = world.look().status
  deepEqual(counts(begun), [2, 2, 2, 0])
  equal(begun.currentRevision, first.currentRevision)
  deepEqual(counts(world.look().status), [2, 2, 1, 0])
  world.rest()
  world.look()
  world.rest()
  deepEqual(counts(world.look().status), [2, 2, 1, 1])
  world.rest()
  world.look()
  world.rest()
  const over = world.look().status
  deepEqual(counts(over), [2, 2, 2, 2])
  equal(over.currentRevision, begun.updateRevision)
})

test('a set that is to go is counted and left as it is', () => {
  const world = new World('Parallel')
  world.set = { ...world.set, metadata: { ...world.set.metadata, deletionTimestamp: '2001-01-01T00:00:00Z' } }
  deepEqual(world.look().phases, [])
})
