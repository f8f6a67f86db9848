/**
 * What the store may forget, from what the policies say.
 *
 *     ──── old ────────────┬──────────── window ────────────► now
 *      versions by policy  │ everything: any state can be read
 *                       horizon
 */
import type { RetentionPolicy } from '@muster/api/history/retention-policy.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Duration, hours } from '@muster/base/clock.ts'
import { RETENTION_RULES_MAX } from '@muster/store/limits.ts'
import { clusterPrefix, resourcePrefix, scopePrefix } from '../storage/key.ts'

/** What is kept of keys that begin with a prefix; nothing where neither limit is given. */
export interface AgedRule {
  readonly prefix: string
  readonly versions?: number
  readonly age?: Duration
}

/** A policy, and the logical cluster that it is of. */
export interface PlacedPolicy {
  readonly cluster: string
  readonly policy: RetentionPolicy
}

/** What holds where no policy says otherwise: a month of each object, and nothing of what only passes by. */
export const DEFAULT_RULES: readonly AgedRule[] = [
  { prefix: '', versions: 100, age: hours(24 * 30) },
  { prefix: resourcePrefix({ group: '', resource: 'events' }) },
  { prefix: resourcePrefix({ group: 'coordination.k8s.io', resource: 'leases' }) },
]

/** The rules, and which policies found no room among them, by cluster and name. */
export interface DecidedRules {
  readonly rules: readonly AgedRule[]
  readonly refused: ReadonlySet<string>
}

/** How a policy is named in {@link DecidedRules.refused}. */
export const nameOf = ({ cluster, policy }: PlacedPolicy): string => `${cluster}/${policy.metadata.name}`

/** The rules that all policies amount to. Where two speak of the same, the one that keeps more holds. */
export function decideRules(
  policies: readonly PlacedPolicy[],
  storedAs: (cluster: string, resource: GroupResource) => GroupResource,
): DecidedRules {
  const rules = new Map(DEFAULT_RULES.map((rule) => [rule.prefix, rule]))
  const own = new Map<string, AgedRule>()
  const refused = new Set<string>()
  for (const placed of policies) {
    const { spec } = placed.policy
    const limits = limitsOf(spec)
    const prefixes = spec.resources.flatMap(({ group = '', resource }) =>
      prefixesOf(placed.cluster, storedAs(placed.cluster, { group, resource }), spec.namespaces),
    )
    const fresh = prefixes.filter((prefix) => !rules.has(prefix) && !own.has(prefix))
    if (rules.size + own.size + fresh.length > RETENTION_RULES_MAX) {
      refused.add(nameOf(placed))
      continue
    }
    for (const prefix of prefixes) own.set(prefix, keepsMore(own.get(prefix), { prefix, ...limits }))
  }
  return { rules: [...new Map([...rules, ...own]).values()], refused }
}

function prefixesOf(cluster: string, resource: GroupResource, namespaces: readonly string[] | undefined): string[] {
  if (!namespaces) return [clusterPrefix(resource, cluster)]
  return namespaces.map((namespace) => scopePrefix({ ...resource, cluster, namespace }))
}

/** Without a limit, all versions are kept: a policy that says nothing lets nothing go. */
function limitsOf({ versions, age }: RetentionPolicy['spec']): Pick<AgedRule, 'versions' | 'age'> {
  const [, count = '0', unit] = /^(\d+)([hd])$/.exec(age ?? '') ?? []
  return {
    ...(versions === undefined && age === undefined ? { versions: Number.MAX_SAFE_INTEGER } : {}),
    ...(versions === undefined ? {} : { versions }),
    ...(age === undefined ? {} : { age: hours(Number(count) * (unit === 'd' ? 24 : 1)) }),
  }
}

function keepsMore(one: AgedRule | undefined, other: AgedRule): AgedRule {
  if (!one) return other
  const most = <K extends 'versions' | 'age'>(limit: K) =>
    one[limit] === undefined || other[limit] === undefined ? {} : { [limit]: Math.max(one[limit], other[limit]) }
  const kept = { prefix: one.prefix, ...most('versions'), ...most('age') }
  // One counts versions and the other age: neither alone keeps all that both together would.
  return Object.keys(kept).length === 1 ? { prefix: one.prefix, versions: Number.MAX_SAFE_INTEGER } : kept
}
