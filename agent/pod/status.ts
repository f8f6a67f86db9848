/** The status of a pod, from all that is known of it. */
import { timestamp } from '@muster/api/time.ts'
import type { ContainerStatus, PodStatus } from '@muster/api/types/core-v1.ts'
import { conditionsOf, OWN_CONDITIONS } from './conditions.ts'
import { statusOf } from './container-status.ts'
import { type Desk, hasInitialized, isRunning, LOST_EXIT_CODE, LOST_MESSAGE, type MemberKind } from './desk.ts'
import { isTerminal, phaseOf } from './phase.ts'

/** True while something of the pod runs, or may in a moment. */
export const isAlive = ({ members }: Desk): boolean =>
  members.some((member) => isRunning(member) || member.notes.start?.start === 'under-way')

/** The status as it is now. A pod is over only when nothing of it runs any more: until then it is said to run. */
export function podStatus(desk: Desk): PodStatus {
  const { sight, before, members, memory } = desk
  const { pod, node, now } = sight
  const fate = fateOf(desk)
  const addresses =
    memory.ground.ground === 'ready' ? memory.ground.addresses : (before.podIPs ?? []).map(({ ip }) => ip)
  const [podIP] = addresses
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type))
  const conditions = conditionsOf({
    pod,
    members,
    phase: fate.phase ?? 'Pending',
    // What runs has its ground, also while an agent that came back looks at it anew.
    isGrounded: memory.ground.ground === 'ready' || isAlive(desk),
    before: [...foreign, ...(before.conditions ?? []).filter(({ type }) => OWN_CONDITIONS.includes(type))],
    now: timestamp(now.wall),
  })
  const ofKind = (...kinds: readonly MemberKind[]): ContainerStatus[] =>
    members
      .filter(({ kind }) => kinds.includes(kind))
      .map((member) => settle(desk, statusOf(desk, member), member.kind))
  const byName = (one: ContainerStatus, other: ContainerStatus) => (one.name < other.name ? -1 : 1)
  const [inits, mains, ephemerals] = [ofKind('init', 'sidecar'), ofKind('main'), ofKind('ephemeral')]
  const [hostIP] = node.addresses
  const generation = pod.metadata.generation
  return {
    conditions: [...foreign, ...conditions],
    containerStatuses: mains.toSorted(byName),
    ...(ephemerals.length > 0 ? { ephemeralContainerStatuses: ephemerals.toSorted(byName) } : {}),
    ...(hostIP ? { hostIP, hostIPs: node.addresses.map((ip) => ({ ip })) } : {}),
    ...(inits.length > 0 ? { initContainerStatuses: inits } : {}),
    ...(fate.message ? { message: fate.message } : {}),
    ...(generation ? { observedGeneration: generation } : {}),
    ...(fate.phase ? { phase: fate.phase } : {}),
    ...(podIP ? { podIP, podIPs: addresses.map((ip) => ({ ip })) } : {}),
    ...(fate.reason ? { reason: fate.reason } : {}),
    startTime: before.startTime ?? timestamp(now.wall),
  }
}

/** Phase, reason and message. */
function fateOf(desk: Desk): Pick<PodStatus, 'phase' | 'reason' | 'message'> {
  const { sight, before, members, memory } = desk
  const told = [before, sight.pod.status ?? {}].find(({ phase }) => isTerminal(phase))
  if (told) return told
  const isOver = memory.ending !== undefined && !isAlive(desk)
  if (isOver && memory.ending?.verdict) return memory.ending.verdict
  const phase = phaseOf(members, sight.pod, isOver)
  // A pod that ended before it began has failed: nothing of it will come any more.
  if (isOver) return { phase: isTerminal(phase) ? phase : 'Failed' }
  return { phase: isTerminal(phase) ? (before.phase ?? 'Pending') : phase }
}

/** In a pod that is over, a container that had its time and has no end of its own is said to be lost. */
function settle(desk: Desk, status: ContainerStatus, kind: MemberKind): ContainerStatus {
  const { memory, members } = desk
  if (!memory.ending || isAlive(desk) || kind !== 'main' || status.state?.terminated || !hasInitialized(members)) {
    return status
  }
  const terminated = { exitCode: LOST_EXIT_CODE, reason: 'ContainerStatusUnknown', message: LOST_MESSAGE }
  return { ...status, state: { terminated } }
}
