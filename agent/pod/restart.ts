/** Whether a container that ended is started again, and when. Source: Kubernetes pod lifecycle; KEP-5307. */
import type { Container, PodSpec } from '@muster/api/types/core-v1.ts'
import { type Duration, minutes, seconds } from '@muster/base/clock.ts'
import type { BackOff } from './memory.ts'

/** Source: kubelet initialBackOff, imageBackOffPeriod. */
const WAIT_FIRST: Duration = seconds(10)
/** Source: kubelet MaxCrashLoopBackOff. */
const WAIT_MAX: Duration = minutes(5)
/** A container that ran for so long begins anew. Source: client-go flowcontrol.Backoff hasExpired. */
const FORGOTTEN_AFTER: Duration = minutes(10)

const RESTARTS: readonly string[] = ['Restart', 'RestartAllContainers']

/** What the rules of a container say of an exit code, before its policy and its pod's are asked. */
export function matchingAction(container: Container, exitCode: number): string | undefined {
  return container.restartPolicyRules?.find(({ exitCodes }) => {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false
    if (exitCodes?.operator === 'In') return isListed
    return exitCodes?.operator === 'NotIn' && !isListed
  })?.action
}

/** True when the container is to run again after an end with that exit code. */
export function restartsAfter(container: Container, pod: Pick<PodSpec, 'restartPolicy'>, exitCode: number): boolean {
  const own = container.restartPolicy
  // Rules are heard only beside a policy of the container's own, as validation has it.
  if (own !== undefined && RESTARTS.includes(matchingAction(container, exitCode) ?? '')) return true
  switch (own ?? pod.restartPolicy) {
    case 'Never':
      return false
    case 'OnFailure':
      return exitCode !== 0
    default:
      return true
  }
}

/** True when a container that is ended by a failing probe may run again. */
export const mayRestart = (container: Container, pod: Pick<PodSpec, 'restartPolicy'>): boolean =>
  (container.restartPolicy ?? pod.restartPolicy) !== 'Never'

/** Until when a container that ended at `endedAt` has to wait; undefined when it has not. */
export function waitsUntil(backOff: BackOff | undefined, endedAt: Duration, now: Duration): Duration | undefined {
  if (!backOff || isForgotten(backOff, endedAt)) return undefined
  const until = (endedAt + backOff.wait) as Duration
  return now < until ? until : undefined
}

/** The back-off after another try. */
export const nextBackOff = (backOff: BackOff | undefined, endedAt: Duration, now: Duration): BackOff => ({
  wait: !backOff || isForgotten(backOff, endedAt) ? WAIT_FIRST : (Math.min(backOff.wait * 2, WAIT_MAX) as Duration),
  at: now,
})

const isForgotten = ({ at }: BackOff, endedAt: Duration): boolean => endedAt - at > FORGOTTEN_AFTER

/** `10s`, `1m20s`, `5m0s`: whole seconds as Go writes a duration. */
export function goDuration(length: Duration): string {
  const whole = Math.round(length / 1000)
  const [hours, minutesLeft, secondsLeft] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (hours > 0) return `${hours}h${minutesLeft}m${secondsLeft}s`
  return minutesLeft > 0 ? `${minutesLeft}m${secondsLeft}s` : `${secondsLeft}s`
}
