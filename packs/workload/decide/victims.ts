/**
 * Which pods go first when there are too many: those that would be missed least.
 * Source: kubernetes pkg/controller/controller_utils.go (ActivePodsWithRanks), pkg/controller/replicaset.
 */
import { readTime } from '@muster/api/time.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isPodActive, isPodReady, readySince } from '../pods.ts'

/**
 * So many of the pods, those that are to go first first.
 *
 * On no node, pending, not ready, cheap to delete, on a node with many of `related`, ready since shortly, often
 * restarted, young: the first of these in which two pods differ decides. Ages are compared by their magnitude only, and
 * those of one magnitude by uid, so that not always the same ones go.
 */
export function chooseVictims(
  pods: readonly Pod[],
  related: readonly Pod[],
  count: number,
  now: Instant,
): readonly Pod[] {
  if (count >= pods.length) return pods
  const onNode = new Map<string, number>()
  for (const pod of related) if (isPodActive(pod)) onNode.set(nodeOf(pod), (onNode.get(nodeOf(pod)) ?? 0) + 1)
  const neighbours = (pod: Pod) => onNode.get(nodeOf(pod)) ?? 0
  return pods
    .toSorted(
      (one, other) =>
        Number(nodeOf(one) !== '') - Number(nodeOf(other) !== '') ||
        phaseOf(one) - phaseOf(other) ||
        Number(isPodReady(one)) - Number(isPodReady(other)) ||
        deletionCost(one) - deletionCost(other) ||
        neighbours(other) - neighbours(one) ||
        byAge(one, other, isPodReady(one) ? readySince : () => undefined, now) ||
        restartsOf(other).containers - restartsOf(one).containers ||
        restartsOf(other).sidecars - restartsOf(one).sidecars ||
        byAge(one, other, createdAt, now),
    )
    .slice(0, count)
}

/** The annotation by which somebody says how much a pod would be missed: a whole number, 0 without it. */
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const COST_MAX = 2 ** 31 - 1

/** What cannot be read costs nothing: a plus sign, a leading zero, more than 32 bits. */
function deletionCost({ metadata }: Pod): number {
  const text = metadata.annotations?.[DELETION_COST] ?? ''
  const cost = /^(?:0|[1-9][0-9]*|-[0-9]+)$/.test(text) ? Number(text) : 0
  return cost > COST_MAX || cost < -COST_MAX - 1 ? 0 : cost
}

const nodeOf = ({ spec }: Pod): string => spec?.nodeName ?? ''

function phaseOf({ status }: Pod): number {
  if (status?.phase === 'Running') return 2
  return status?.phase === 'Unknown' ? 1 : 0
}

/** The most restarts that one of its containers had, and one of its sidecars. */
function restartsOf({ spec, status }: Pod): { readonly containers: number; readonly sidecars: number } {
  const sidecars = new Set(
    spec?.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  )
  const most = (counts: readonly { readonly restartCount: number }[] = []) =>
    Math.max(0, ...counts.map(({ restartCount }) => restartCount))
  return {
    containers: most(status?.containerStatuses),
    sidecars: most(status?.initContainerStatuses?.filter(({ name }) => sidecars.has(name))),
  }
}

function createdAt({ metadata }: Pod): Instant | undefined {
  const reading = readTime(metadata.creationTimestamp ?? '')
  return reading.read ? reading.at : undefined
}

/** The younger first; one of no known age before all. */
function byAge(one: Pod, other: Pod, timeOf: (pod: Pod) => Instant | undefined, now: Instant): number {
  const [mine, others] = [timeOf(one), timeOf(other)]
  if (mine === others) return 0
  if (mine === undefined || others === undefined) return mine === undefined ? -1 : 1
  return (
    magnitude(now - mine) - magnitude(now - others) || ((one.metadata.uid ?? '') < (other.metadata.uid ?? '') ? -1 : 1)
  )
}

/** Kubernetes counts in nanoseconds: how many doublings an age is. */
const magnitude = (ageMs: number): number => (ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1)
