/**
 * Which container is started next: init containers one after the other, sidecars among them until they are started,
 * then the containers. One start at a time, hooks included, in the order of the spec.
 * Source: Kubernetes pod lifecycle, init containers, sidecar containers; kubelet computePodActions.
 */
import { type Duration, seconds } from '@muster/base/clock.ts'
import {
  type Desk,
  exitCodeOf,
  hasInitialized,
  isRunning,
  isStarted,
  isToRestart,
  lastRun,
  type Member,
  orderedPod,
  say,
  wakeAt,
} from './desk.ts'
import type { News, Refusal } from './memory.ts'
import { goDuration, nextBackOff, waitsUntil } from './restart.ts'
import { wantStop } from './stopping.ts'

/** How long a container that could not be made waits for the next try. Source: kubelet backOffPeriod. */
const CONFIG_AGAIN_AFTER: Duration = seconds(10)
/** How long the first reason of a failure is shown, before the one of waiting. Source: the kubelet's next look is due then. */
const SHOWN_FOR: Duration = seconds(2)

/** Starts what is to be started and may be now. */
export function start(desk: Desk): void {
  const { members } = desk
  if (members.some(({ notes }) => notes.start)) return
  const wanted = wantedOf(desk)
  for (const member of wanted) {
    if (!mayStart(desk, member)) continue
    const attempt = (lastRun(member)?.run.attempt ?? -1) + 1
    const { refusal: _refusal, condemned: _condemned, ...notes } = member.notes
    member.notes = { ...notes, start: { start: 'under-way', attempt } }
    desk.steps.push({ do: 'start', container: member.name, attempt })
    return
  }
}

/** The containers that are to run and do not. */
function wantedOf({ members, sight: { pod } }: Desk): readonly Member[] {
  const isWanted = (member: Member) => !lastRun(member) || isToRestart(member, pod)
  const others = members.filter((member) => member.kind === 'ephemeral' && isWanted(member))
  const mains = members.filter(({ kind }) => kind === 'main')
  const sidecars = members.filter(({ kind }) => kind === 'sidecar')
  if (hasInitialized(members)) return [...others, ...[...sidecars, ...mains].filter(isWanted)]
  const wanted: Member[] = others
  for (const member of members) {
    if (member.kind !== 'init' && member.kind !== 'sidecar') continue
    if (isWanted(member)) wanted.push(member)
    if (member.kind === 'sidecar' ? !isStarted(member) : exitCodeOf(member) !== 0) return wanted
  }
  return [...wanted, ...mains.filter(isWanted)]
}

/** False while it has to wait, and then its notes say why. */
function mayStart(desk: Desk, member: Member): boolean {
  const { refusal, pull, backOff, seen } = member.notes
  if (refusal && desk.now < refusal.againAt) {
    wakeAt(desk, refusal.againAt)
    return false
  }
  if (refusal && pull && desk.now < pull.at + pull.wait) return waitForImage(desk, member, refusal)
  if (seen?.endedAt === undefined) return true
  const until = waitsUntil(backOff, seen.endedAt, desk.now)
  if (until !== undefined && backOff) return waitForRestart(desk, member, until, backOff.wait)
  member.notes = { ...member.notes, backOff: nextBackOff(backOff, seen.endedAt, desk.now) }
  return true
}

function waitForImage(desk: Desk, member: Member, { message }: Refusal): false {
  const { pull } = member.notes
  const againAt = ((pull?.at ?? desk.now) + (pull?.wait ?? 0)) as Duration
  const saying = `Back-off pulling image ${quoteImage(member)}`
  say(desk, 'Normal', 'BackOff', saying, member)
  say(desk, 'Warning', 'Failed', 'Error: ImagePullBackOff', member)
  const refusal = { reason: 'ImagePullBackOff', message: `${saying}: ErrImagePull: ${message}`, againAt }
  member.notes = { ...member.notes, refusal }
  wakeAt(desk, againAt)
  return false
}

function waitForRestart(desk: Desk, member: Member, until: Duration, wait: Duration): false {
  const { metadata } = desk.sight.pod
  const pod = `${metadata.name}_${metadata.namespace}(${metadata.uid})`
  say(desk, 'Warning', 'BackOff', `Back-off restarting failed container ${member.name} in pod ${pod}`, member)
  const message = `back-off ${goDuration(wait)} restarting failed container=${member.name} pod=${pod}`
  member.notes = { ...member.notes, refusal: { reason: 'CrashLoopBackOff', message, againAt: until } }
  wakeAt(desk, until)
  return false
}

/** Takes in that a run was started: its postStart hook comes next. */
export function learnStart(desk: Desk, member: Member, attempt: number): void {
  if (member.notes.start?.attempt !== attempt) return
  const { start: _start, pull: _pull, refusedRun: _run, ...notes } = member.notes
  const image = quoteImage(member)
  say(
    desk,
    'Normal',
    'Pulled',
    `Container image ${image} already present on machine and can be accessed by the pod`,
    member,
  )
  say(desk, 'Normal', 'Created', 'Container created', member)
  say(desk, 'Normal', 'Started', 'Container started', member)
  if (!member.spec.lifecycle?.postStart || desk.memory.ending) {
    member.notes = notes
    return
  }
  member.notes = { ...notes, start: { start: 'hook', attempt } }
  desk.steps.push({ do: 'hook', hook: 'postStart', container: member.name, attempt })
}

/** Takes in that a run could not be started, and when it is tried again. */
export function learnTrouble(desk: Desk, member: Member, news: Extract<News, { news: 'not-started' }>): void {
  if (member.notes.start?.attempt !== news.attempt) return
  const { start: _start, ...notes } = member.notes
  const { message } = news
  const because = (reason: string, again: Duration) => ({
    refusal: { reason, message, againAt: (desk.now + again) as Duration },
  })
  switch (news.trouble) {
    case 'image': {
      const image = quoteImage(member)
      say(desk, 'Normal', 'Pulling', `Pulling image ${image}`, member)
      say(desk, 'Warning', 'Failed', `Failed to pull image ${image}: ${message}`, member)
      say(desk, 'Warning', 'Failed', 'Error: ErrImagePull', member)
      const pull = nextBackOff(notes.pull, desk.now, desk.now)
      member.notes = { ...notes, ...because('ErrImagePull', SHOWN_FOR), pull }
      return
    }
    case 'config':
    case 'driver': {
      const reason = news.trouble === 'config' ? 'CreateContainerConfigError' : 'CreateContainerError'
      say(desk, 'Warning', 'Failed', `Error: ${message}`, member)
      member.notes = { ...notes, ...because(reason, CONFIG_AGAIN_AFTER) }
      return
    }
    case 'run':
      say(desk, 'Warning', 'Failed', `Error: ${message}`, member)
      member.notes = {
        ...notes,
        ...because('RunContainerError', SHOWN_FOR),
        refusedRun: refusedRun(desk, member, news),
      }
      return
    default:
      news.trouble satisfies never
  }
}

/** Source: what containerd says of a program that cannot be started. */
function refusedRun({ sight }: Desk, { name }: Member, { attempt, message }: { attempt: number; message: string }) {
  const { pod, now } = sight
  return {
    run: { podUid: pod.metadata.uid ?? '', container: name, attempt },
    pod: orderedPod(pod, ''),
    notHonoured: [],
    state: {
      state: 'ended' as const,
      startedAt: now.wall,
      finishedAt: now.wall,
      exitCode: 128,
      reason: 'ContainerCannotRun' as const,
      message,
    },
  }
}

/** Takes in the end of a hook. */
export function learnHook(desk: Desk, member: Member, news: Extract<News, { news: 'hook-ended' }>): void {
  const { start: starting, stop: stopping } = member.notes
  if (news.hook === 'preStop') {
    if (news.failure !== undefined) say(desk, 'Warning', 'FailedPreStopHook', 'PreStopHook failed', member)
    if (stopping?.attempt !== news.attempt || stopping.stage !== 'hook') return
    member.notes = { ...member.notes, stop: { ...stopping, stage: 'turn' } }
    return
  }
  if (starting?.attempt !== news.attempt) return
  const { start: _start, ...notes } = member.notes
  member.notes = notes
  if (news.failure === undefined) return
  // What the hook said stays out of events: it may hold secrets.
  say(desk, 'Warning', 'FailedPostStartHook', 'PostStartHook failed', member)
  const { failure } = news
  const againAt = (desk.now + SHOWN_FOR) as Duration
  member.notes = { ...notes, refusal: { reason: 'PostStartHookError', message: failure, againAt } }
  if (isRunning(member))
    wantStop(desk, member, desk.sight.pod.spec?.terminationGracePeriodSeconds ?? 30, 'FailedPostStartHook')
}

const quoteImage = ({ spec }: Member): string => JSON.stringify(spec.image ?? '')
