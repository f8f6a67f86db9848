/**
 * Keeps the store to its retention: at each pass the horizon moves on, and what the policies let go of goes.
 *
 * One loop for each server. Several over one store do no harm: the horizon only rises, and a pass that comes late finds
 * nothing to do. A pass that fails is made again at the next turn.
 */
import { setCondition } from '@muster/api/conditions.ts'
import { type RetentionPolicy, RetentionPolicyKind } from '@muster/api/history/retention-policy.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import { add, type Clock, type Duration, hours, minutes } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { RetentionRule, Revision, Store } from '@muster/store/store.ts'
import { ownCause } from '../history/cause.ts'
import { parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject, type StoredObject } from '../storage/stored-object.ts'
import { type AgedRule, decideRules, nameOf, type PlacedPolicy } from './decide.ts'

/** How long, and how often. */
export interface RetentionSettings {
  /** For so long back the whole state can be read at any revision. */
  readonly window: Duration
  /** How often the store is looked at. */
  readonly every: Duration
}

/** A week is as far back as people look for what changed; see docs/performance.md for what it costs. */
export const DEFAULT_RETENTION: RetentionSettings = { window: hours(24 * 7), every: minutes(10) }

/** What retaining takes. */
export interface RetentionDeps {
  readonly store: Pick<Store, 'compact' | 'revisionAt' | 'status'>
  readonly objects: Pick<Storage, 'list' | 'update'>
  readonly clock: Clock
  readonly log: Logger
  readonly newId: () => string
  readonly storedAs: (cluster: string, resource: GroupResource) => GroupResource
}

/** Compacting goes through all keys: not for less than this many revisions, unless the rules have changed. */
const ADVANCE_MIN = 1_000

const POLICIES: GroupResource = { group: RetentionPolicyKind.group, resource: RetentionPolicyKind.plural }
const ACTOR = 'system:muster:retention'

/** Passes, until the signal aborts. */
export async function retain(deps: RetentionDeps, settings: RetentionSettings, signal: AbortSignal): Promise<void> {
  let applied = ''
  while (!signal.aborted) {
    await deps.clock.sleep(settings.every, signal).catch(() => {})
    if (signal.aborted) return
    try {
      applied = await retainOnce(deps, settings, applied)
    } catch (error) {
      if (!isControlError(error)) throw error
      if (!signal.aborted) deps.log.warn('the store could not be kept to its retention; it is tried again', { error })
    }
  }
}

/** One pass. `applied` are the rules of the pass before, as it answered them. */
export async function retainOnce(deps: RetentionDeps, settings: RetentionSettings, applied: string): Promise<string> {
  const { store, objects, clock } = deps
  const page = await objects.list(POLICIES, { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' })
  const placed = page.items.flatMap((stored): (PlacedPolicy & { stored: StoredObject })[] => {
    const cluster = parseKey(stored.key)?.cluster
    // It was checked by the schema of its kind when it was written.
    return cluster === undefined ? [] : [{ cluster, policy: parseObject(stored) as RetentionPolicy, stored }]
  })
  const { rules, refused } = decideRules(placed, deps.storedAs)
  const said = JSON.stringify(rules)
  const { horizon, head } = await store.status()
  const wanted = Math.min(head, (await store.revisionAt(add(clock.now(), -settings.window as Duration))) - 1)
  if (wanted - horizon >= ADVANCE_MIN || (said !== applied && wanted > 0)) {
    const next = Math.max(horizon, wanted) as Revision
    await store.compact({ horizon: next, keep: await Promise.all(rules.map((rule) => withSince(deps, rule))) })
  }
  for (const one of placed) await report(deps, one, !refused.has(nameOf(one)))
  return said
}

async function withSince({ store, clock }: RetentionDeps, { age, ...rule }: AgedRule): Promise<RetentionRule> {
  if (age === undefined) return rule
  return { ...rule, since: await store.revisionAt(add(clock.now(), -age as Duration)) }
}

/** Says in the policy's status whether it holds. Writes nothing when it says so already. */
async function report(
  { objects, newId, clock }: RetentionDeps,
  { policy, stored }: PlacedPolicy & { readonly stored: StoredObject },
  holds: boolean,
): Promise<void> {
  const key = parseKey(stored.key)
  if (!key) return
  const { generation = 1 } = policy.metadata
  const condition = holds
    ? { type: 'Applied', status: 'True' as const, reason: 'Applied', message: 'The store keeps to it.' }
    : {
        type: 'Applied',
        status: 'False' as const,
        reason: 'TooManyRules',
        message: 'All policies together name more resources and namespaces than the store can tell apart.',
      }
  const { status = {} } = policy
  const conditions = setCondition(status.conditions ?? [], condition, timestamp(clock.now()))
  const change = (current: KubeObject | undefined): KubeObject | 'unchanged' =>
    current ? ({ ...current, status: { observedGeneration: generation, conditions } } as KubeObject) : 'unchanged'
  const cause = ownCause(ACTOR, 'says whether a retention policy holds', stored.key, stored.revision)
  await objects.update(key, { id: newId(), cause, change }).catch((error) => {
    if (!hasCode(error, 'NotFound')) throw error
  })
}
