/**
 * How containers are ended: their preStop hook first, then their turn, then the driver's.
 *
 *     wanted ──► hook ──► turn ──► asked ──► the run has ended
 *       └──────── all of it within the grace ────────┘    the driver gets what is left, two seconds at least
 *
 * Sidecars wait for their turn: all containers, and the sidecars after them, end first.
 * Source: Kubernetes pod lifecycle, termination of pods; kubelet killContainer, terminationOrdering.
 */
import { type Duration, seconds } from '@muster/base/clock.ts'
import { type Desk, isRunning, lastRun, type Member, say, wakeAt } from './desk.ts'
import type { Stop } from './memory.ts'

/** Nothing is ended without a chance. Source: kubelet minimumGracePeriodInSeconds. */
export const GRACE_MIN: Duration = seconds(2)

/** Wants the newest run of a container to end; does nothing when it is wanted already. */
export function wantStop(desk: Desk, member: Member, graceSeconds: number, message: string): void {
  const run = lastRun(member)
  if (!run || !isRunning(member) || member.notes.stop) return
  say(desk, 'Normal', 'Killing', message, member)
  const deadline = (desk.now + seconds(graceSeconds)) as Duration
  const { attempt } = run.run
  const hasHook = member.spec.lifecycle?.preStop !== undefined && graceSeconds > 0
  member.notes = { ...member.notes, stop: { attempt, deadline, stage: hasHook ? 'hook' : 'turn' } }
  if (hasHook) desk.steps.push({ do: 'hook', hook: 'preStop', container: member.name, attempt })
}

/** Moves every stop as far as it can go. */
export function stop(desk: Desk): void {
  for (const member of desk.members) {
    const { stop: wanted } = member.notes
    if (wanted && isRunning(member))
      member.notes = { ...member.notes, stop: advance(desk, member, hasten(desk, wanted)) }
  }
}

/** A pod that is to end sooner than was thought ends what ends already sooner, too. */
function hasten({ memory }: Desk, wanted: Stop): Stop {
  const { ending } = memory
  if (!ending || ending.deadline >= wanted.deadline) return wanted
  return { ...wanted, deadline: ending.deadline, stage: wanted.stage === 'asked' ? 'turn' : wanted.stage }
}

function advance(desk: Desk, member: Member, wanted: Stop): Stop {
  if (wanted.stage === 'asked') return wanted
  const left = (wanted.deadline - desk.now) as Duration
  if (left > 0 && (wanted.stage === 'hook' || !isItsTurn(desk, member))) {
    wakeAt(desk, wanted.deadline)
    return wanted
  }
  const grace = Math.max(GRACE_MIN, left) as Duration
  desk.steps.push({ do: 'stop', container: member.name, attempt: wanted.attempt, grace })
  return { ...wanted, stage: 'asked' }
}

function isItsTurn({ memory, members }: Desk, member: Member): boolean {
  if (!memory.ending || member.kind !== 'sidecar') return true
  const after = members.slice(members.indexOf(member) + 1)
  return !after.some((one) => (one.kind === 'main' || one.kind === 'sidecar') && isRunning(one))
}
