/** Jobs in a world of their own: pods end in any order, and the controller crashes between any two of its writes. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, JobSpec } from '@muster/api/types/batch-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { add, instant, minutes } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { isPodActive } from '../../pods.ts'
import { type BackOff, NO_BACK_OFF } from './back-off.ts'
import { isTracked } from './facts.ts'
import { firstMissing, indexSet, readIndexSet, total, union, writeIndexes } from './indexes.ts'
import { planJob, settleJob } from './job.ts'

/** What a planted mistake does otherwise. */
type Mistake = 'none' | 'releases before it writes' | 'counts what it notes'

class World {
  job: Job
  pods: Pod[] = []
  now = instant(Date.parse('2026-01-01T00:00:00Z'))
  readonly ended = { Succeeded: 0, Failed: 0 }
  readonly #mistake: Mistake
  #backOff: BackOff = NO_BACK_OFF
  #names = 0

  constructor(spec: Partial<JobSpec>, mistake: Mistake) {
    this.#mistake = mistake
    const template = { spec: { containers: [{ name: 'a', image: 'a' }] } }
    this.job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'sum', uid: 'job' },
      spec: { template, ...spec },
    }
  }

  isOver = () => this.job.status?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') ?? false
  active = () => this.pods.filter(isPodActive)

  /** One look that makes only so many writes before the controller crashes. */
  look(writes = Number.POSITIVE_INFINITY): void {
    if (this.isOver()) return
    const view = { job: this.job, pods: this.pods, backOff: this.#backOff, now: this.now }
    const plan = planJob(view)
    let left = writes
    const write = (act: () => void) => {
      if (left-- <= 0) throw new Error('crash')
      act()
    }
    try {
      if (plan.step.do === 'create') for (const pod of plan.step.pods) write(() => this.#make(pod))
      const gone = plan.step.do === 'delete' || plan.step.do === 'end' ? plan.step.pods : []
      if (plan.step.do === 'delete') for (const pod of gone) write(() => this.#release(pod))
      for (const pod of gone)
        write(() => this.#change(pod, { metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' } }))
      const created = plan.step.do === 'create' ? plan.step.pods.length : 0
      const { status, release } = settleJob(view, plan, { created, deleted: gone })
      const steps = [
        () =>
          write(() => {
            this.job = { ...this.job, status }
          }),
        ...release.map((pod) => () => write(() => this.#release(pod))),
      ]
      if (this.#mistake === 'releases before it writes') steps.reverse()
      for (const step of steps) step()
      if (this.#mistake === 'counts what it notes') {
        const { uncountedTerminatedPods: noted, succeeded = 0 } = status
        this.job = { ...this.job, status: { ...status, succeeded: succeeded + (noted?.succeeded?.length ?? 0) } }
      }
      this.#backOff = plan.count.backOff
    } catch (error) {
      if (!(error instanceof Error && error.message === 'crash')) throw error
      this.#backOff = NO_BACK_OFF
    }
    this.check()
  }

  check(): void {
    const { parallelism = 1, completions = 1 } = this.job.spec ?? {}
    ok(this.active().length <= parallelism, 'more run than may')
    ok((this.job.status?.succeeded ?? 0) <= completions, 'more succeeded than were asked for')
    ok((this.job.status?.succeeded ?? 0) <= this.ended.Succeeded, 'more are counted than succeeded')
    ok((this.job.status?.failed ?? 0) <= this.ended.Failed, 'more are counted than failed')
  }

  end(at: number, phase: 'Succeeded' | 'Failed'): void {
    const active = this.active()
    const pod = active[at % Math.max(1, active.length)]
    if (!pod) return
    this.ended[phase]++
    this.#change(pod, { status: { phase } })
  }

  #make(pod: Pod): void {
    const name = `pod-${++this.#names}`
    this.pods.push({ ...pod, metadata: { ...pod.metadata, name, uid: name }, status: { phase: 'Running' } })
  }

  #release(pod: Pod): void {
    this.#change(pod, { metadata: { finalizers: [] } })
  }

  #change(
    { metadata: { uid } }: Pod,
    { metadata, ...change }: { metadata?: object; status?: { phase: string } },
  ): void {
    this.pods = this.pods.map((pod) =>
      pod.metadata.uid === uid ? { ...pod, ...change, metadata: { ...pod.metadata, ...metadata } } : pod,
    )
  }
}

const becoming = fc.oneof(
  fc.nat(9).map((at) => (world: World) => world.end(at, 'Succeeded')),
  fc.nat(9).map((at) => (world: World) => world.end(at, 'Failed')),
  fc.nat(6).map((writes) => (world: World) => world.look(writes)),
  fc.constant((world: World) => world.look()),
)

function run(mistake: Mistake): number {
  let turned = 0
  const mode = fc.constantFrom('Indexed', 'NonIndexed')
  const becomings = fc.array(becoming, { maxLength: 40, size: 'max' })
  fc.assert(
    fc.property(
      mode,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 4 }),
      becomings,
      (mode, n, m, turns) => {
        const world = new World({ completionMode: mode, completions: n, parallelism: m, backoffLimit: 1000 }, mistake)
        for (const turn of turns) {
          turn(world)
          turned++
          world.now = add(world.now, minutes(11))
        }
        for (let round = 0; round < 100 && !world.isOver(); round++) {
          world.look()
          world.end(0, 'Succeeded')
          world.now = add(world.now, minutes(11))
        }
        const { succeeded = 0, failed = 0, uncountedTerminatedPods } = world.job.status ?? {}
        ok(world.isOver(), 'there is no end to it')
        deepEqual([succeeded, failed], [n, world.ended.Failed])
        equal(succeeded, world.ended.Succeeded)
        deepEqual(uncountedTerminatedPods, { succeeded: [], failed: [] })
        deepEqual(world.pods.filter(isTracked), [])
      },
    ),
    { numRuns: 150, seed: 36 },
  )
  return turned
}

test('whatever ends and crashes when, each end is counted once, and never too many run', () => {
  ok(run('none') > 1_000)
})

test('a pod that is let go before it is noted, or counted when it is noted, is found out', () => {
  throws(() => run('releases before it writes'))
  throws(() => run('counts what it notes'))
})

test('sets of indexes are written as ranges, and read back', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(30)), fc.uniqueArray(fc.nat(30)), (some, others) => {
      const both = union(indexSet(some), indexSet(others))
      deepEqual(readIndexSet(writeIndexes(both), 31), both)
      equal(total(both), new Set([...some, ...others]).size)
      equal(firstMissing(both, 99, 31).length, 31 - total(both))
    }),
    { numRuns: 100, seed: 36 },
  )
  equal(writeIndexes(indexSet([1, 3, 4, 6, 7, 8])), '1,3,4,6-8')
  deepEqual(readIndexSet('1,3-5,7', 5), [
    [1, 1],
    [3, 4],
  ])
})
