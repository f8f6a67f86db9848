/**
 * One pod, looked at: what is to be done for it now, and what its status is. Pure: nothing is waited for, and the same
 * sight and memory lead to the same decision.
 *
 *     none ──► volumes, address ──► init containers ──► containers, sidecars ──► all ended, or its end is wanted
 *                                                                                       │
 *              forgotten ◄── deletion confirmed ◄── volumes, address given back ◄── everything is ended
 *
 * Source: Kubernetes pod lifecycle; kubelet v1.36 pod_workers.go, kubelet.go, whose reasons and messages these are.
 */
import { readTime } from '@muster/api/time.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { type Desk, elapsedAt, isRunning, lastRun, openDesk, say, wakeAt } from './desk.ts'
import type { Decision, Ending, News, PodMemory, Sight } from './memory.ts'
import { isTerminal, phaseOf } from './phase.ts'
import { beginProbes, learnProbe, probe } from './probes.ts'
import { mayRestart } from './restart.ts'
import { learnHook, learnStart, learnTrouble, start } from './starting.ts'
import { isAlive, podStatus } from './status.ts'
import { stop, wantStop } from './stopping.ts'

/** Source: core/v1 default of terminationGracePeriodSeconds. */
const GRACE_SECONDS = 30
/** Source: kubelet active_deadline.go. */
const DEADLINE_EXCEEDED = {
  phase: 'Failed',
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
}
/** After a failure to make or to clear the ground: doubled each time. Source: kubelet volume manager, exponentialbackoff. */
const GROUND_WAIT: Duration = seconds(0.5)
/** As {@link GROUND_WAIT}. */
const GROUND_WAIT_MAX: Duration = seconds(122)
/** Between two tries to clear it. Nobody waits for it but the deletion of the pod. */
const CLEAR_AGAIN_AFTER: Duration = seconds(5)
/** Between two asks of a driver that did not end a run. */
const STOP_AGAIN_AFTER: Duration = seconds(1)

/** Looks at a pod. `news` are what steps of looks before came to, in their order. */
export function decide(sight: Sight, memory: PodMemory, news: readonly News[] = []): Decision {
  const desk = openDesk(sight, memory)
  beginProbes(desk)
  for (const one of news) learn(desk, one)
  anchorStart(desk)
  findEnding(desk)
  if (desk.memory.ending) end(desk)
  else keep(desk)
  stop(desk)
  probe(desk)
  forgetOld(desk)
  const status = podStatus(desk)
  const isOver = finish(desk)
  const containers = Object.fromEntries(desk.members.map(({ name, notes }) => [name, notes]))
  return {
    memory: { ...desk.memory, status, containers },
    steps: desk.steps,
    status,
    isOver,
    ...(desk.againAt === undefined ? {} : { againAt: desk.againAt }),
  }
}

function learn(desk: Desk, news: News): void {
  const { memory, now } = desk
  const member = 'container' in news ? desk.members.find(({ name }) => name === news.container) : undefined
  switch (news.news) {
    case 'prepared':
      memory.ground = { ground: 'ready', addresses: news.addresses, freshUntil: (now + news.freshFor) as Duration }
      return
    case 'not-prepared': {
      const failures = memory.ground.ground === 'being-made' ? memory.ground.failures : 0
      const wait = Math.min(GROUND_WAIT * 2 ** failures, GROUND_WAIT_MAX)
      memory.ground = { ground: 'refused', failures: failures + 1, againAt: (now + wait) as Duration }
      say(desk, 'Warning', 'FailedMount', news.message)
      return
    }
    case 'refreshed':
      if (memory.ground.ground !== 'ready') return
      memory.ground = { ...memory.ground, freshUntil: (now + news.freshFor) as Duration }
      return
    case 'started':
      if (member) learnStart(desk, member, news.attempt)
      return
    case 'not-started':
      if (member) learnTrouble(desk, member, news)
      return
    case 'hook-ended':
      if (member) learnHook(desk, member, news)
      return
    case 'probed':
      if (member) learnProbe(desk, member, news.probe, news.attempt, news)
      return
    case 'not-stopped': {
      const wanted = member?.notes.stop
      if (!member || wanted?.attempt !== news.attempt) return
      member.notes = { ...member.notes, stop: { ...wanted, stage: 'turn' } }
      wakeAt(desk, (now + STOP_AGAIN_AFTER) as Duration)
      return
    }
    case 'cleared':
      memory.ground = { ground: 'cleared' }
      return
    case 'not-cleared':
      memory.ground = { ground: 'not-cleared', againAt: (now + CLEAR_AGAIN_AFTER) as Duration }
      return
    default:
      news satisfies never
  }
}

/** When the pod started, on the clock that is never set. */
function anchorStart(desk: Desk): void {
  const { memory, before, sight } = desk
  if (memory.startedAt !== undefined) return
  const reading = readTime(before.startTime ?? '')
  memory.startedAt = reading.read ? elapsedAt(reading.at, sight.now) : desk.now
}

/** Whether the pod is to end, and by when. Once it is, it stays so; it may have to be sooner. */
function findEnding(desk: Desk): void {
  const { memory } = desk
  const wanted = wantedEnding(desk)
  if (!wanted) return
  const deadline = (desk.now + seconds(Math.max(1, wanted.graceSeconds))) as Duration
  if (!memory.ending) memory.ending = { ...wanted, deadline }
  else if (wanted.why !== memory.ending.why || wanted.graceSeconds < memory.ending.graceSeconds) {
    const sooner = Math.min(memory.ending.deadline, deadline) as Duration
    memory.ending = { ...memory.ending, ...wanted, deadline: sooner }
  }
}

function wantedEnding(desk: Desk): Omit<Ending, 'deadline'> | undefined {
  const { sight, members, memory, before } = desk
  const { metadata, spec, status } = sight.pod
  const own = spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS
  const asked = metadata.deletionGracePeriodSeconds ?? own
  if (sight.isGone) return { why: 'gone', graceSeconds: asked }
  if (metadata.deletionTimestamp) return { why: 'deleted', graceSeconds: asked }
  if (memory.ending) return undefined
  if (isTerminal(status?.phase) || isTerminal(before.phase)) return { why: 'finished', graceSeconds: own }
  if (spec?.activeDeadlineSeconds !== undefined) {
    const dueAt = ((memory.startedAt ?? desk.now) + seconds(spec.activeDeadlineSeconds)) as Duration
    if (desk.now >= dueAt) {
      say(desk, 'Normal', DEADLINE_EXCEEDED.reason, DEADLINE_EXCEEDED.message)
      return { why: 'deadline', graceSeconds: own, verdict: DEADLINE_EXCEEDED }
    }
    wakeAt(desk, dueAt)
  }
  const phase = phaseOf(members, sight.pod, false)
  return isTerminal(phase) ? { why: 'finished', graceSeconds: own, verdict: { phase } } : undefined
}

/** Keeps a pod as it should be: on its ground, with all its containers, without those that its probes condemn. */
function keep(desk: Desk): void {
  const { memory, now } = desk
  const { ground } = memory
  switch (ground.ground) {
    case 'ready':
      if (now < ground.freshUntil) wakeAt(desk, ground.freshUntil)
      else {
        desk.steps.push({ do: 'refresh' })
        memory.ground = { ...ground, freshUntil: Number.POSITIVE_INFINITY as Duration }
      }
      condemn(desk)
      start(desk)
      return
    case 'none':
    case 'refused': {
      const failures = ground.ground === 'refused' ? ground.failures : 0
      if (ground.ground === 'refused' && now < ground.againAt) wakeAt(desk, ground.againAt)
      else {
        desk.steps.push({ do: 'prepare' })
        memory.ground = { ground: 'being-made', failures }
      }
      return
    }
    case 'being-made':
    case 'being-cleared':
    case 'not-cleared':
    case 'cleared':
      return
    default:
      ground satisfies never
  }
}

/** Ends what a liveness or startup probe has given up. */
function condemn(desk: Desk): void {
  const { spec } = desk.sight.pod
  for (const member of desk.members) {
    const { probes } = member.notes
    const run = lastRun(member)
    const kind = (['liveness', 'startup'] as const).find((one) => probes[one]?.verdict === 'failure')
    if (!kind || !run || !isRunning(member) || member.notes.stop) continue
    const probed = kind === 'liveness' ? member.spec.livenessProbe : member.spec.startupProbe
    const grace = probed?.terminationGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS
    const may = mayRestart(member.spec, spec ?? {})
    const what = member.kind === 'sidecar' ? 'Init container' : 'Container'
    const then = may && member.kind === 'main' ? ', will be restarted' : ''
    wantStop(desk, member, grace, `${what} ${member.name} failed ${kind} probe${then}`)
    if (may) member.notes = { ...member.notes, condemned: run.run.attempt }
  }
}

/** Ends a pod: all that runs, then its ground. */
function end(desk: Desk): void {
  const { memory, now } = desk
  const left = Math.max(0, ((memory.ending?.deadline ?? now) - now) / 1000)
  for (const member of desk.members) wantStop(desk, member, left, `Stopping container ${member.name}`)
  const { ground } = memory
  // What is being made is made first: it could not be cleared for good.
  const isBusy = ['being-made', 'being-cleared', 'cleared'].includes(ground.ground)
  if (isAlive(desk) || isBusy) return
  if (ground.ground === 'not-cleared' && now < ground.againAt) {
    wakeAt(desk, ground.againAt)
    return
  }
  desk.steps.push({ do: 'clear' })
  memory.ground = { ground: 'being-cleared' }
}

/** Of the runs that ended, the newest two are kept: the last one is in the status, and has a log. */
function forgetOld(desk: Desk): void {
  const { runs } = desk.sight
  for (const member of desk.members) {
    const { stop: wanted, ...notes } = member.notes
    if (wanted && !isRunning(member)) member.notes = notes
    for (const { run } of member.runs.slice(2)) {
      if (runs.some((one) => one.run === run))
        desk.steps.push({ do: 'forget', container: run.container, attempt: run.attempt })
    }
  }
}

/** The last steps of a pod that has ended. True when there is nothing left to do for it, ever. */
function finish(desk: Desk): boolean {
  const { sight, memory } = desk
  if (!memory.ending || isAlive(desk) || memory.ground.ground !== 'cleared') return false
  if (!sight.isGone) {
    // The status goes first, so that whoever watches sees how it ended.
    if (sight.pod.metadata.deletionTimestamp && isTerminal(sight.pod.status?.phase)) desk.steps.push({ do: 'confirm' })
    return false
  }
  for (const { run } of sight.runs) desk.steps.push({ do: 'forget', container: run.container, attempt: run.attempt })
  return true
}
