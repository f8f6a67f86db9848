/** Whatever becomes of pods and of the Deployment: never too many pods, never too few by its own act, and an end to it. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, DeploymentSpec, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { type Duration, instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { isPodActive, isPodReady } from '../pods.ts'
import { decideDeployment } from './deployment.ts'
import type { DeploymentStep } from './deployment-scaling.ts'
import { countIn, DESIRED_REPLICAS } from './deployment-sets.ts'
import { decideReplicas, replicaStatus, replicasOf } from './replica-set.ts'
import { availableMin, boundsOf, sizeMax } from './rolling.ts'

const template = (version: number) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: `web:${version}` }] },
})

/** A cluster that holds one Deployment, and that does what is decided. */
class World {
  now = instant(1_000_000_000_000)
  deployment: Deployment
  sets: ReplicaSet[] = []
  pods = new Map<string, Pod[]>()
  #names = 0

  constructor(spec: Partial<DeploymentSpec>) {
    this.deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop', uid: 'web', generation: 1 },
      spec: {
        replicas: 4,
        progressDeadlineSeconds: 600,
        revisionHistoryLimit: 2,
        selector: { matchLabels: { app: 'web' } },
        template: template(1),
        ...spec,
      },
    }
  }

  change(spec: Partial<DeploymentSpec>): void {
    const { metadata, spec: before } = this.deployment
    this.deployment = {
      ...this.deployment,
      metadata: { ...metadata, generation: (metadata.generation ?? 0) + 1 },
      spec: { selector: {}, template: {}, ...before, ...spec },
    }
  }

  all = (): Pod[] => [...this.pods.values()].flat()
  active = (): Pod[] => this.all().filter(isPodActive)
  available = (): number => this.active().filter(isPodReady).length
  snapshot = (): string => JSON.stringify([this.deployment, this.sets, [...this.pods]])
  sizes = (): Record<string, number> =>
    Object.fromEntries(
      this.sets
        .filter((set) => replicasOf(set) > 0)
        .map((set) => [set.spec?.template?.spec?.containers[0]?.image ?? '', replicasOf(set)]),
    )

  become(index: number, to: (pod: Pod) => Pod | undefined): void {
    const pod = this.all()[index % Math.max(1, this.all().length)]
    for (const [name, pods] of this.pods) {
      this.pods.set(
        name,
        pods.flatMap((one) => (one === pod ? (to(one) ?? []) : [one])),
      )
    }
  }

  /** One look at the Deployment: what is decided is checked and done. */
  look(): readonly DeploymentStep[] {
    const { deployment, sets, now } = this
    const podsOf = ({ metadata }: ReplicaSet) => this.pods.get(metadata.name ?? '') ?? []
    const { steps, status, annotations } = decideDeployment({ deployment, sets, podsOf, now })
    const before = { total: total(this.sets), kept: kept(this.sets) }
    const bounds = boundsOf(deployment)
    // While it is scaled each set keeps its share, whoever is available.
    const isScaled = sets.some((set) => replicasOf(set) > 0 && countIn(set, DESIRED_REPLICAS) !== bounds.replicas)
    for (const step of steps) this.#do(step)
    ok(total(this.sets) <= Math.max(before.total, sizeMax(bounds)), 'more pods are asked for than there may be')
    const { paused = false, strategy } = deployment.spec ?? {}
    if (!isScaled && !paused && strategy?.type === 'RollingUpdate') {
      ok(kept(this.sets) >= Math.min(before.kept, availableMin(bounds)), 'pods go that are needed')
    }
    const metadata = { ...deployment.metadata, annotations: { ...deployment.metadata.annotations, ...annotations } }
    this.deployment = { ...deployment, metadata, status: { ...deployment.status, ...status } }
    return steps
  }

  /** One look at one of the sets. */
  lookAtSet(index: number): void {
    const set = this.sets[index % Math.max(1, this.sets.length)]
    if (!set) return
    const name = set.metadata.name ?? ''
    const pods = this.pods.get(name) ?? []
    const active = pods.filter(isPodActive)
    const step = decideReplicas(set, active, this.all(), this.now)
    if (step.do === 'create')
      this.pods.set(name, [...pods, ...Array.from({ length: step.count }, () => this.#newPod())])
    if (step.do === 'delete') {
      const ready = step.pods.filter(isPodReady).length
      ok(
        ready === 0 || ready === step.pods.length - active.filter((pod) => !isPodReady(pod)).length,
        'a ready pod goes before one that is not',
      )
      this.pods.set(
        name,
        pods.map((pod) => (step.pods.includes(pod) ? leaving(pod) : pod)),
      )
    }
    const counted = (this.pods.get(name) ?? []).filter(isPodActive)
    this.#put({ ...set, status: replicaStatus(set, { active: counted, terminating: [], now: this.now }) })
  }

  lookAtSets(): void {
    for (const at of this.sets.keys()) this.lookAtSet(at)
  }

  /** Whoever waits runs, whoever is on the way out is gone, whatever ended is collected. */
  rest(): void {
    for (const [name, pods] of this.pods) this.pods.set(name, pods.filter(isPodActive).map(running))
  }

  #do(step: DeploymentStep): void {
    const { metadata, spec } = step.set
    switch (step.do) {
      case 'create':
        ok(!this.sets.some((set) => set.metadata.name === metadata.name), 'a set is made twice')
        this.sets.push({
          ...step.set,
          metadata: {
            ...metadata,
            uid: metadata.name ?? '',
            generation: 1,
            creationTimestamp: `2026-01-01T00:00:${String(++this.#names).padStart(2, '0')}Z`,
          },
        })
        return
      case 'change': {
        const { annotations, ...changed } = step.change
        const generation = (metadata.generation ?? 0) + 1
        this.#put({
          ...step.set,
          metadata: { ...metadata, generation, annotations: { ...metadata.annotations, ...annotations } },
          spec: { selector: {}, ...spec, ...changed },
        })
        return
      }
      case 'delete':
        equal(replicasOf(step.set), 0)
        deepEqual((this.pods.get(metadata.name ?? '') ?? []).filter(isPodActive), [])
        this.sets = this.sets.filter((set) => set.metadata.name !== metadata.name)
        return
      default:
        step satisfies never
    }
  }

  #put(set: ReplicaSet): void {
    this.sets = this.sets.map((one) => (one.metadata.name === set.metadata.name ? set : one))
  }

  #newPod(): Pod {
    const name = `pod-${++this.#names}`
    return { apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name }, status: { phase: 'Pending' } }
  }
}

const ready = (pod: Pod, status: string): Pod => ({
  ...pod,
  spec: { containers: [], nodeName: 'node' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status, lastTransitionTime: '2001-01-01T00:00:00Z' }] },
})
const running = (pod: Pod) => ready(pod, 'True')
const leaving = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, deletionTimestamp: '2001-01-01T00:00:00Z' },
})

const total = (sets: readonly ReplicaSet[]) => sets.reduce((sum, set) => sum + replicasOf(set), 0)
/** Pods that are known to be available, and that stay. */
const kept = (sets: readonly ReplicaSet[]) =>
  sets.reduce((sum, set) => sum + Math.min(replicasOf(set), set.status?.availableReplicas ?? 0), 0)

const room = fc.oneof(
  fc.nat(3),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
)
const rolling = fc
  .record({ maxSurge: room, maxUnavailable: room })
  .map((rollingUpdate) => ({ type: 'RollingUpdate', rollingUpdate }))
const strategy = fc.oneof(
  { weight: 5, arbitrary: rolling },
  { weight: 1, arbitrary: fc.constant({ type: 'Recreate' }) },
)

const becoming = fc.oneof(
  fc.nat(4).map((at) => (world: World) => void world.lookAtSet(at)),
  fc.constant((world: World) => void world.look()),
  fc.constant((world: World) => void world.look()),
  fc.nat(20).map((at) => (world: World) => world.become(at, running)),
  fc.nat(20).map((at) => (world: World) => world.become(at, (pod) => ready(pod, 'False'))),
  fc.nat(20).map((at) => (world: World) => world.become(at, (pod) => ({ ...pod, status: { phase: 'Failed' } }))),
  fc.nat(20).map((at) => (world: World) => world.become(at, () => undefined)),
  fc.nat(4).map((version) => (world: World) => world.change({ template: template(version) })),
  fc.nat(8).map((replicas) => (world: World) => world.change({ replicas })),
  fc.boolean().map((paused) => (world: World) => world.change({ paused })),
  strategy.map((strategy) => (world: World) => world.change({ strategy })),
)

/** Looks and rests until nothing changes: what is written leads to the next look. */
function finish(world: World): void {
  for (let round = 0; round < 100; round++) {
    const before = world.snapshot()
    world.look()
    world.lookAtSets()
    world.rest()
    world.lookAtSets()
    if (world.snapshot() === before) return
  }
  throw new Error('the rollout has no end')
}

test('in any order of becomings the bounds are kept, and there is an end to it', () => {
  let together = 0
  fc.assert(
    fc.property(strategy, fc.array(becoming, { minLength: 5, maxLength: 60, size: 'max' }), (strategy, becomings) => {
      const world = new World({ strategy })
      finish(world)
      for (const become of becomings) {
        become(world)
        if (Object.keys(world.sizes()).length > 1) together++
      }
      world.change({ paused: false })
      finish(world)
      const { replicas = 0, template: wanted } = world.deployment.spec ?? {}
      const image = wanted?.spec?.containers[0]?.image ?? ''
      deepEqual(world.sizes(), replicas > 0 ? { [image]: replicas } : {})
      const { status } = world.deployment
      deepEqual([status?.updatedReplicas, status?.replicas, status?.availableReplicas], [replicas, replicas, replicas])
      const progress = status?.conditions?.find(({ type }) => type === 'Progressing')
      equal(progress?.reason, 'NewReplicaSetAvailable')
      ok(world.sets.length <= 3, 'more old sets are kept than are to be')
    }),
    { numRuns: 300, seed: 36 },
  )
  ok(together > 1_000, `there were pods of two sets at once only ${together} times`)
})

test('as long as no pod fails, a rolling update has never too many pods and never too few', () => {
  const readiness = fc.array(fc.nat(20), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(
      rolling,
      fc.integer({ min: 1, max: 9 }),
      fc.array(readiness, { maxLength: 30 }),
      (strategy, replicas, turns) => {
        const world = new World({ strategy, replicas })
        finish(world)
        world.change({ template: template(2) })
        const bounds = boundsOf(world.deployment)
        const check = () => {
          ok(world.active().length <= sizeMax(bounds), 'too many pods')
          ok(world.available() >= availableMin(bounds), 'too few pods are available')
        }
        for (const turn of turns) {
          world.look()
          check()
          // The sets that shrink are first, as in a cluster where all sets are looked at between two looks.
          for (const at of world.sets.keys()) world.lookAtSet(at)
          check()
          for (const at of turn) world.become(at, (pod) => (isPodActive(pod) ? running(pod) : undefined))
          world.lookAtSets()
          check()
        }
        finish(world)
        deepEqual(world.sizes(), { 'web:2': replicas })
      },
    ),
    { numRuns: 200, seed: 36 },
  )
})

test('a rollout that waits for nothing but time is looked at when its deadline has passed', () => {
  const world = new World({ strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } })
  world.look()
  world.lookAtSets()
  world.look()
  const view = () => ({ deployment: world.deployment, sets: world.sets, podsOf: () => [], now: world.now })
  const wait = decideDeployment(view()).lookAfter
  equal(wait, 601_000)
  world.now = instant(world.now + (wait ?? (0 as Duration)))
  const late = decideDeployment(view())
  deepEqual(late.status.conditions?.at(-1)?.reason, 'ProgressDeadlineExceeded')
  equal(late.lookAfter, undefined)
})
