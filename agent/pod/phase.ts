/** Where a pod is in its life, from its containers. Source: Kubernetes pod lifecycle, pod phase; kubelet getPhase. */
import type { Pod } from '@muster/api/types/core-v1.ts'
import { exitCodeOf, hasInitialized, isRunning, isStarted, isToRestart, lastRun, type Member } from './desk.ts'

/** The phases that the agent gives; `Unknown` is said by others. */
export type Phase = 'Pending' | 'Running' | 'Succeeded' | 'Failed'

/** True for a phase that no pod leaves. */
export const isTerminal = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed'

/** The phase. `isOver` says that nothing will be started any more, whatever the policies say. */
export function phaseOf(members: readonly Member[], pod: Pod, isOver: boolean): Phase {
  const inits = members.filter(({ kind }) => kind === 'init')
  const sidecars = members.filter(({ kind }) => kind === 'sidecar')
  const mains = members.filter(({ kind }) => kind === 'main')
  const hasFailed = (member: Member) => (exitCodeOf(member) ?? 0) !== 0
  const hasEnded = (member: Member) => exitCodeOf(member) !== undefined

  if (inits.some((member) => hasFailed(member) && !isToRestart(member, pod))) return 'Failed'
  // Once containers have run, those that prepare the way are not asked again.
  const isPreparing =
    !hasInitialized(members) &&
    (inits.some((member) => exitCodeOf(member) === undefined) ||
      sidecars.some((member) => !hasEnded(member) && !isStarted(member)))
  if (isPreparing || mains.some((member) => !lastRun(member)))
    return isOver && mains.some(lastRun) ? 'Failed' : 'Pending'
  if (mains.some(isRunning)) return 'Running'
  if (!isOver && mains.some((member) => isToRestart(member, pod))) return 'Running'
  return mains.some(hasFailed) ? 'Failed' : 'Succeeded'
}
