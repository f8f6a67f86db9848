/** What must hold for every pod, whatever its programs do and whenever the agent dies. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Container, PodSpec } from '@muster/api/types/core-v1.ts'
import fc from 'fast-check'
import { type Play, type Program, play, type World } from './testing/play.ts'

const policy = fc.constantFrom('Always', 'OnFailure', 'Never')
const seconds = (max: number) => fc.integer({ min: 0, max })
const probe = fc.option(
  fc.record({ periodSeconds: fc.integer({ min: 1, max: 9 }), failureThreshold: fc.integer({ min: 1, max: 3 }) }),
  { nil: undefined },
)
const handler = { exec: { command: ['x'] } }
const container = (name: string) =>
  fc
    .record({ liveness: probe, readiness: probe, postStart: fc.boolean(), preStop: fc.boolean() })
    .map(({ liveness, readiness, postStart, preStop }): Container => {
      const lifecycle = { ...(postStart ? { postStart: handler } : {}), ...(preStop ? { preStop: handler } : {}) }
      const probes = {
        ...(liveness ? { livenessProbe: liveness } : {}),
        ...(readiness ? { readinessProbe: readiness } : {}),
      }
      return { name, image: 'host/x', lifecycle, ...probes }
    })
const spec = fc.record({
  restartPolicy: policy,
  terminationGracePeriodSeconds: seconds(20),
  containers: fc.tuple(container('one'), container('two')),
  initContainers: fc
    .tuple(container('first'), container('proxy'), fc.boolean(), fc.boolean())
    .map(([{ livenessProbe: _l, readinessProbe: _r, lifecycle: _c, ...first }, proxy, hasInit, hasProxy]) => [
      ...(hasInit ? [first] : []),
      ...(hasProxy ? [{ ...proxy, restartPolicy: 'Always' }] : []),
    ]),
})
const program = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ runsFor: seconds(60), exitCode: fc.constantFrom(0, 1), endsAfter: seconds(30) }),
  },
  { weight: 2, arbitrary: fc.constantFrom<Program>({}, { endsAfter: 'never' }, { endsAfter: 3, exitCode: 0 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('image' as const, 'config' as const, 'run' as const).map((trouble) => ({
      trouble,
      message: 'no',
    })),
  },
)
const act = fc.record({
  act: fc.constantFrom('restart', 'lose', 'nothing', 'nothing'),
  after: seconds(40),
})
const life = fc.record({
  spec,
  programs: fc.array(program, { minLength: 1, maxLength: 8 }),
  probes: fc.array(fc.constantFrom('success', 'success', 'failure', 'error'), { minLength: 1, maxLength: 20 }),
  hooks: fc.array(seconds(30), { minLength: 1, maxLength: 4 }),
  acts: fc.array(act, { maxLength: 6 }),
  end: fc.constantFrom('delete', 'delete now', 'gone'),
})

/** Plays a life; `watch` sees the pod after each act. */
function live(drawn: typeof life extends fc.Arbitrary<infer Life> ? Life : never, watch: (played: Play) => void): Play {
  const [programs, probes, hooks] = [cycle(drawn.programs), cycle(drawn.probes), cycle(drawn.hooks)]
  const chosen = new Map<string, ReturnType<NonNullable<World['program']>>>()
  const world: World = {
    program(name, attempt) {
      const key = `${name}/${attempt}`
      const found = chosen.get(key)
      // What could not be started may be started later; what was started is what it is.
      const next = found && !('trouble' in found) ? found : programs()
      chosen.set(key, next)
      return next
    },
    probe: () => probes() as 'success',
    hook: () => ({ takes: hooks() }),
  }
  const played = play(drawn.spec as Partial<PodSpec>, world)
  for (const { act: deed, after } of drawn.acts) {
    played.advance(after)
    watch(played)
    if (deed === 'restart' || deed === 'lose') played.restartAgent()
    if (deed === 'lose') played.loseRuns()
  }
  return played
}

function cycle<Item>(items: readonly Item[]): () => Item {
  let next = 0
  return () => items[next++ % items.length] as Item
}

const grace = ({ terminationGracePeriodSeconds = 30 }: Partial<PodSpec>) => Math.max(terminationGracePeriodSeconds, 1)

test('a run is never started twice, Never never restarts, and what is over stays over', () => {
  let restarts = 0
  let terminal = 0
  fc.assert(
    fc.property(life, (drawn) => {
      let fate: string | undefined
      const played = live(drawn, ({ pod }) => {
        const phase = pod.status?.phase
        if (fate) equal(phase, fate)
        if (phase === 'Succeeded' || phase === 'Failed') fate = phase
      })
      if (fate) terminal++
      const started = played.steps.flatMap((step) => (step.do === 'start' ? [step] : []))
      const ran = played.runs.map(({ run }) => `${run.container}/${run.attempt}`)
      deepEqual(ran, [...new Set(ran)])
      for (const { container: name, attempt } of started) {
        if (attempt > 0) restarts++
        if (drawn.spec.restartPolicy === 'Never' && name !== 'proxy') equal(attempt, 0)
      }
      // Of one container no two run at a time.
      const running = played.runs.filter(({ state }) => state.state === 'running').map(({ run }) => run.container)
      deepEqual(running, [...new Set(running)])
    }),
    { numRuns: 200 },
  )
  ok(restarts > 100, `there were ${restarts} restarts`)
  ok(terminal > 10, `${terminal} pods came to an end by themselves`)
})

test('every pod that should end ends, within its grace, whoever dies meanwhile', () => {
  let killed = 0
  fc.assert(
    fc.property(life, fc.boolean(), (drawn, diesMeanwhile) => {
      const played = live(drawn, () => {})
      const allowed = drawn.end === 'delete now' ? 1 : grace(drawn.spec as Partial<PodSpec>)
      const [before, stepsBefore] = [played.at, played.steps.length]
      const startsBefore = played.steps.filter((step) => step.do === 'start').length
      if (drawn.end === 'gone') played.isGone = true
      else played.delete(drawn.end === 'delete now' ? 0 : allowed)
      played.advance(0)
      if (diesMeanwhile) {
        played.advance(1)
        played.restartAgent()
      }
      // An agent that comes back gives a pod its grace anew; two seconds are the least that a process gets.
      played.advance(allowed + 2 + 1)
      ok(played.isOver, `it is over ${played.at - before} s after the end was asked for`)
      equal(played.steps.filter((step) => step.do === 'start').length, startsBefore)
      equal(played.runs.length, 0)
      killed += played.steps.filter((step) => step.do === 'stop').length
      for (const step of played.steps.slice(stepsBefore)) {
        if (step.do === 'stop') ok(step.grace <= Math.max(2, allowed) * 1000)
      }
    }),
    { numRuns: 200 },
  )
  ok(killed > 100)
})

test('sidecars outlive the containers while there is grace, and nobody is asked twice to end', () => {
  let outlived = 0
  fc.assert(
    fc.property(life, (drawn) => {
      const initContainers = [{ name: 'proxy', image: 'host/x', restartPolicy: 'Always' }]
      const programs = [...drawn.programs.filter((one) => !('trouble' in one)), {}]
      const acts = [{ act: 'nothing' as const, after: 5 }, ...drawn.acts.filter((one) => one.act === 'nothing')]
      const played = live({ ...drawn, spec: { ...drawn.spec, initContainers }, programs, acts }, () => {})
      const [asked, stepsBefore] = [played.at, played.steps.length]
      const hasEndedItself = ['Succeeded', 'Failed'].includes(played.pod.status?.phase ?? '')
      const alive = played.runs.filter(({ run, state }) => run.container !== 'proxy' && state.state === 'running')
      if (drawn.end === 'gone') played.isGone = true
      else played.delete()
      played.advance(60)
      const stops = played.steps.flatMap((step) => (step.do === 'stop' ? [step] : []))
      const names = stops.map(({ container: name, attempt }) => `${name}/${attempt}`)
      deepEqual(names, [...new Set(names)])
      const own = played.steps.slice(stepsBefore).find((step) => step.do === 'stop' && step.container === 'proxy')
      if (!own || hasEndedItself || own.at >= asked + grace(drawn.spec as Partial<PodSpec>)) return
      for (const { run } of alive.filter((one) => one.run.container !== 'first')) {
        outlived++
        ok((played.ends.get(`${run.container}/${run.attempt}`) ?? Number.POSITIVE_INFINITY) <= own.at)
      }
    }),
    { numRuns: 200 },
  )
  ok(outlived > 10, `${outlived} containers were outlived`)
})
