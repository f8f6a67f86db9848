/** What is said of a member: how it is, and how far its mirror has come. */
import { setCondition } from '@muster/api/conditions.ts'
import type { Condition } from '@muster/api/types/meta-v1.ts'
import { type CollectionState, nameOfResource } from '../mirror/collection.ts'
import { lastHeard, type MirrorState } from '../mirror/mirror.ts'
import type { Cluster } from '../types.ts'

type Status = NonNullable<Cluster['status']>

/** Resources that are named in a message; of more there is a number. */
const NAMED_MAX = 5

/** The status of a member whose mirror runs. `now` is RFC 3339. */
export function statusOf(cluster: Cluster, state: MirrorState, now: string): Status {
  const { version, uid, latency, collections, gaps } = state
  const heard = lastHeard(state)
  const nodes = collections.find(({ resource }) => resource.plural === 'nodes' && resource.group === '')
  const refused = [
    ...state.left,
    ...collections.flatMap(({ resource, isRefused, trouble }) =>
      isRefused ? [{ resource: nameOfResource(resource), why: trouble ?? 'it is refused' }] : [],
    ),
  ]
  return {
    ...(version === undefined ? {} : { version }),
    ...(uid === undefined ? {} : { uid }),
    ...(latency === undefined ? {} : { latencyMilliseconds: Math.round(latency) }),
    ...(heard === undefined ? {} : { lastHeardTime: heard }),
    ...(nodes ? { nodes: nodes.objects } : {}),
    kinds: collections.length,
    objects: collections.reduce((sum, { objects }) => sum + objects, 0),
    ...(refused.length > 0 ? { refused } : {}),
    ...(gaps.length > 0 ? { gaps: [...gaps] } : {}),
    conditions: conditionsOf(cluster, state, now),
  }
}

/** The status of a member that nobody asks anything of. */
export const pausedStatus = (cluster: Cluster, now: string): Status =>
  withConditions(cluster, now, [
    ['Connected', 'Unknown', 'Paused', 'spec.paused is true: nothing is asked of it'],
    ['Mirrored', 'Unknown', 'Paused', 'spec.paused is true: what is written down stays, and is not followed'],
  ])

/** The status of a member that cannot be reached for want of a way to it. */
export const noWayStatus = (cluster: Cluster, why: string, now: string): Status =>
  withConditions(cluster, now, [
    ['Connected', 'False', 'NoWay', why],
    ['Mirrored', 'False', 'NoWay', 'what is written down stays, and is not followed'],
  ])

function conditionsOf(cluster: Cluster, state: MirrorState, now: string): NonNullable<Status['conditions']> {
  return conditionsWith(cluster, now, [connected(state), mirrored(state)])
}

type Said = readonly [
  type: string,
  status: Condition['status'] & ('True' | 'False' | 'Unknown'),
  reason: string,
  message: string,
]

function connected({ heardAt, trouble, version }: MirrorState): Said {
  if (trouble !== undefined) return ['Connected', 'False', 'Unreachable', trouble]
  return heardAt === undefined
    ? ['Connected', 'Unknown', 'Connecting', 'it has not answered yet']
    : ['Connected', 'True', 'Answers', `its API server answers: ${version}`]
}

function mirrored({ collections }: MirrorState): Said {
  const wanted = collections.filter(({ isRefused }) => !isRefused)
  const behind = wanted.filter(({ isListed }) => !isListed)
  const troubled = wanted.filter(({ trouble }) => trouble !== undefined)
  if (wanted.length === 0) return ['Mirrored', 'False', 'Nothing', 'it has not said what it serves']
  if (behind.length > 0) {
    const done = `${wanted.length - behind.length} of ${wanted.length} resources are written down`
    return ['Mirrored', 'False', 'Listing', `${done}; not yet: ${named(behind)}`]
  }
  const [first] = troubled
  if (first) return ['Mirrored', 'False', 'Behind', `${named(troubled)}: ${first.trouble}`]
  return ['Mirrored', 'True', 'Follows', `${wanted.length} resources are written down and followed`]
}

function named(collections: readonly (CollectionState & MirrorState['collections'][number])[]): string {
  const names = collections.map(({ resource }) => nameOfResource(resource))
  const more = names.length - NAMED_MAX
  return `${names.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const withConditions = (cluster: Cluster, now: string, said: readonly Said[]): Status => ({
  ...cluster.status,
  conditions: conditionsWith(cluster, now, said),
})

function conditionsWith(cluster: Cluster, now: string, said: readonly Said[]): NonNullable<Status['conditions']> {
  let conditions: readonly Condition[] = (cluster.status?.conditions ?? []) as readonly Condition[]
  for (const [type, status, reason, message] of said) {
    const { generation: observedGeneration = 0 } = cluster.metadata
    conditions = setCondition(conditions, { type, status, reason, message, observedGeneration }, now)
  }
  return [...conditions] as NonNullable<Status['conditions']>
}
