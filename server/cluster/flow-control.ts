/** The objects that say how the server is shared, as they come to those who share it. A controller keeps them true. */
import type { Fairness } from '../fairness/fairness.ts'
import { type FollowDeps, follow } from './follow.ts'

const GROUP = 'flowcontrol.apiserver.k8s.io'

/** Resolves once everything that is there was told; goes on until the signal aborts. */
export async function followFlowControl(
  { fairness, ...deps }: FollowDeps & { readonly fairness: Pick<Fairness, 'put' | 'remove'> },
  signal: AbortSignal,
): Promise<void> {
  const { put, remove } = fairness
  // Levels before the schemas that name them.
  for (const resource of ['prioritylevelconfigurations', 'flowschemas'])
    await follow({ group: GROUP, resource }, { name: 'fairness', put, remove }, deps, signal)
}
