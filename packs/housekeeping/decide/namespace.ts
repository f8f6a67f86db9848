/**
 * A namespace that is to go: what is still in it, and what to do next.
 *
 *     Terminating ── delete its pods ── once they are gone, all else ── wait while finalizers hold something ──
 *     take out our finalizer ── gone
 *
 * Pods go first, and nothing else before the last of them: what still runs needs its network policies, secrets and
 * volumes. Source: kubernetes pkg/controller/namespace/deletion, OrderedNamespaceDeletion.
 */
import type { Namespace, NamespaceCondition } from '@muster/api/types/core-v1.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'

/** What was found of one resource in the namespace. */
export interface Remaining {
  /** `pods`, and `deployments` of group `apps`. */
  readonly resource: string
  readonly group: string
  readonly count: number
  /** How many objects each finalizer holds. */
  readonly finalizers: Readonly<Record<string, number>>
}

/** What a look at a terminating namespace found. */
export interface NamespaceContent {
  readonly namespace: Namespace
  /** Why discovery was not complete; then something may be left that nobody saw. */
  readonly discoveryFailure?: string
  /** Of every resource that holds something. */
  readonly remaining: readonly Remaining[]
  /** What deletes said that failed. */
  readonly failures: readonly string[]
}

/** What to do with it. */
export type NamespaceStep =
  | { readonly do: 'delete-content' }
  | { readonly do: 'write-conditions'; readonly conditions: NamespaceCondition[] }
  | { readonly do: 'finalize' }
  | { readonly do: 'look-again'; readonly after: Duration }

/** The finalizer that keeps a namespace until it is empty. */
export const NAMESPACE_FINALIZER = 'kubernetes'
/** Finalizers of others say nothing when they are done, so somebody has to look. */
const LOOK_EVERY: Duration = seconds(5)
/** Pods mostly end soon, and all else waits for them. */
const LOOK_FOR_PODS_EVERY: Duration = seconds(1)

/** Steps for a namespace. `content` is undefined before anything was deleted in this look. */
export function decideNamespace(
  namespace: Namespace,
  content: NamespaceContent | undefined,
  now: string,
): NamespaceStep[] {
  if (!namespace.metadata.deletionTimestamp || !namespace.spec?.finalizers?.includes(NAMESPACE_FINALIZER)) return []
  if (!content) return [{ do: 'delete-content' }]
  const conditions = mergeConditions(namespace.status?.conditions ?? [], conditionsOf(content), now)
  const steps: NamespaceStep[] = conditions ? [{ do: 'write-conditions', conditions }] : []
  const isEmpty = content.remaining.length === 0 && content.failures.length === 0 && !content.discoveryFailure
  if (isEmpty) return [...steps, { do: 'finalize' }]
  const waitsForPods = content.remaining.some(({ group, resource }) => goesFirst({ group, plural: resource }))
  return [...steps, { do: 'look-again', after: waitsForPods ? LOOK_FOR_PODS_EVERY : LOOK_EVERY }]
}

/** True for what goes before everything else. */
export const goesFirst = ({ group, plural }: { readonly group: string; readonly plural: string }): boolean =>
  group === '' && plural === 'pods'

const FINE = {
  NamespaceDeletionDiscoveryFailure: ['ResourcesDiscovered', 'All resources successfully discovered'],
  NamespaceDeletionGroupVersionParsingFailure: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
  NamespaceDeletionContentFailure: [
    'ContentDeleted',
    'All content successfully deleted, may be waiting on finalization',
  ],
  NamespaceContentRemaining: ['ContentRemoved', 'All content successfully removed'],
  NamespaceFinalizersRemaining: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
} as const

type ConditionType = keyof typeof FINE
type Finding = Readonly<{ reason: string; message: string }>

function conditionsOf({
  discoveryFailure,
  remaining,
  failures,
}: NamespaceContent): Partial<Record<ConditionType, Finding>> {
  const left = remaining
    .map(({ resource, group, count }) => `${resource}.${group} has ${count} resource instances`)
    .sort()
  const held = heldBy(remaining)
  return {
    ...(discoveryFailure
      ? { NamespaceDeletionDiscoveryFailure: { reason: 'DiscoveryFailed', message: discoveryFailure } }
      : {}),
    ...(failures.length > 0
      ? {
          NamespaceDeletionContentFailure: {
            reason: 'ContentDeletionFailed',
            message: `Failed to delete all resource types, ${failures.length} remaining: ${[...failures].sort().join(', ')}`,
          },
        }
      : {}),
    ...(left.length > 0
      ? {
          NamespaceContentRemaining: {
            reason: 'SomeResourcesRemain',
            message: `Some resources are remaining: ${left.join(', ')}`,
          },
        }
      : {}),
    ...(held.length > 0
      ? {
          NamespaceFinalizersRemaining: {
            reason: 'SomeFinalizersRemain',
            message: `Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
          },
        }
      : {}),
  }
}

function heldBy(remaining: readonly Remaining[]): string[] {
  const counts = new Map<string, number>()
  for (const { finalizers } of remaining) {
    for (const [finalizer, count] of Object.entries(finalizers)) {
      counts.set(finalizer, (counts.get(finalizer) ?? 0) + count)
    }
  }
  return [...counts].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort()
}

/** Every condition of {@link FINE}, in its order; undefined when nothing changed. */
function mergeConditions(
  old: readonly NamespaceCondition[],
  found: Partial<Record<ConditionType, Finding>>,
  now: string,
): NamespaceCondition[] | undefined {
  let changed = false
  const types = Object.keys(FINE) as ConditionType[]
  const ours = types.map((type): NamespaceCondition => {
    const finding = found[type]
    const [reason, message] = finding ? [finding.reason, finding.message] : FINE[type]
    const status = finding ? 'True' : 'False'
    const before = old.find((condition) => condition.type === type)
    if (before?.status === status && before.reason === reason && before.message === message) return before
    changed = true
    const since = before?.status === status ? before.lastTransitionTime : now
    return { type, status, reason, message, ...(since ? { lastTransitionTime: since } : {}) }
  })
  const others = old.filter(({ type }) => !types.some((known) => known === type))
  return changed ? [...others, ...ours] : undefined
}
