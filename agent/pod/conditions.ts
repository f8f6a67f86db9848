/** The conditions of a pod that the agent gives. Source: core/v1 PodConditionType; kubelet pkg/kubelet/status/generate.go. */
import type { Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import { hasInitialized, isReady, isStarted, lastRun, type Member } from './desk.ts'

/** Those that are this agent's; all others are somebody else's. */
export const OWN_CONDITIONS: readonly string[] = [
  'PodReadyToStartContainers',
  'Initialized',
  'Ready',
  'ContainersReady',
  'PodScheduled',
  'muster.dev/Honoured',
]

/** What conditions follow from. */
export interface Standing {
  readonly pod: Pod
  readonly members: readonly Member[]
  readonly phase: string
  /** It has its volumes and its address. */
  readonly isGrounded: boolean
  /** Conditions of before, of everybody. */
  readonly before: readonly PodCondition[]
  /** RFC 3339. */
  readonly now: string
}

/** What a condition says. */
type Verdict = Pick<PodCondition, 'status' | 'reason' | 'message'>

const TRUE: Verdict = { status: 'True' }

/** The agent's own conditions, in the order in which the kubelet has them. */
export function conditionsOf(standing: Standing): readonly PodCondition[] {
  const { pod, before, now, isGrounded } = standing
  const containersReady = containersReadyOf(standing)
  const verdicts: readonly (readonly [string, Verdict])[] = [
    ['PodReadyToStartContainers', { status: isGrounded ? 'True' : 'False' }],
    ['Initialized', initializedOf(standing)],
    ['Ready', containersReady.status === 'True' ? gatesOf(standing) : containersReady],
    ['ContainersReady', containersReady],
    ['PodScheduled', TRUE],
    ...honouredOf(standing),
  ]
  const generation = pod.metadata.generation
  return verdicts.map(([type, verdict]) => {
    const old = before.find((one) => one.type === type)
    return {
      lastTransitionTime: old?.status === verdict.status ? (old.lastTransitionTime ?? now) : now,
      ...(verdict.message ? { message: verdict.message } : {}),
      ...(generation ? { observedGeneration: generation } : {}),
      ...(verdict.reason ? { reason: verdict.reason } : {}),
      status: verdict.status,
      type,
    }
  })
}

function containersReadyOf({ members, phase }: Standing): Verdict {
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' }
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' }
  const unready = members.filter(({ kind }) => kind === 'sidecar' || kind === 'main').filter((one) => !isReady(one))
  if (unready.length === 0) return TRUE
  return { status: 'False', reason: 'ContainersNotReady', message: `containers with unready status: ${list(unready)}` }
}

function initializedOf({ members, phase }: Standing): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' }
  if (hasInitialized(members)) return TRUE
  const incomplete = members.filter(
    (member) => (member.kind === 'sidecar' && !isStarted(member)) || (member.kind === 'init' && !hasSucceeded(member)),
  )
  if (incomplete.length === 0) return TRUE
  const message = `containers with incomplete status: ${list(incomplete)}`
  return { status: 'False', reason: 'ContainersNotInitialized', message }
}

function hasSucceeded(member: Member): boolean {
  const state = lastRun(member)?.state
  return state?.state === 'ended' && state.exitCode === 0
}

function gatesOf({ pod, before }: Standing): Verdict {
  const unmet = (pod.spec?.readinessGates ?? []).flatMap(({ conditionType }) => {
    const found = before.find(({ type }) => type === conditionType)
    if (!found) return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`]
    if (found.status === 'True') return []
    return [`the status of pod readiness gate "${conditionType}" is not "True", but ${found.status}`]
  })
  if (unmet.length === 0) return TRUE
  return { status: 'False', reason: 'ReadinessGatesNotReady', message: unmet.join(', ') }
}

/** What this machine cannot give a container is said here, and never silently left out. Absent while there is nothing. */
function honouredOf({ members, before }: Standing): readonly (readonly [string, Verdict])[] {
  const type = 'muster.dev/Honoured'
  const missing = members.flatMap((member) =>
    (lastRun(member)?.notHonoured ?? []).map(({ what, why }) => `${member.name}: ${what}: ${why}`),
  )
  if (missing.length > 0) return [[type, { status: 'False', reason: 'NotHonoured', message: missing.join('; ') }]]
  return before.some((one) => one.type === type) ? [[type, TRUE]] : []
}

/** As Go prints a list. */
const list = (members: readonly Member[]): string => `[${members.map(({ name }) => name).join(' ')}]`
