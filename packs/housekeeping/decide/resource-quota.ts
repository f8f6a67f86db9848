/**
 * What a quota's account should say, given all that was counted as of the quota's own revision.
 *
 * A server of Muster keeps accounts true with every write, so what is wrong once stays wrong by as much: it is set right
 * by the difference, however much is written meanwhile. An account that was never kept begins with what was counted.
 */

import { negateQuantity, quantityOf } from '@muster/api/quantity.ts'
import { type Amounts, addAmounts, only, readAmounts, sameAmounts } from '@muster/api/quota/amounts.ts'
import { isCounted, withUsed } from '@muster/api/quota/charge.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'

/** A quota as it was when all was counted, and what came of that. */
export interface QuotaCount {
  readonly quota: ResourceQuota
  readonly counted: Amounts
}

/** What to do. */
export type QuotaStep =
  | { readonly do: 'nothing' }
  | { readonly do: 'write'; readonly quota: ResourceQuota }
  /** What was counted says nothing of the quota as it is now. */
  | { readonly do: 'count-again' }

/** True when a quota has an account of all that it limits, and shows what it limits. */
export const isInOrder = (quota: ResourceQuota): boolean =>
  isCounted(quota) && sameMeaning(quota.spec?.hard ?? {}, quota.status?.hard ?? {})

/** What to do with a quota as it is now. */
export function decideQuota({ quota: seen, counted }: QuotaCount, now: ResourceQuota): QuotaStep {
  if (isSame(seen, now)) {
    const isRight = isInOrder(now) && sameAmounts(counted, readAmounts(now.status?.used))
    return isRight ? { do: 'nothing' } : { do: 'write', quota: withUsed(now, counted) }
  }
  if (!isCounted(seen) || !isCounted(now) || !sameMeaning(seen.spec, now.spec)) return { do: 'count-again' }
  const limited = (name: string) => counted.has(name)
  const since = addAmounts(
    only(readAmounts(now.status?.used), limited),
    negative(readAmounts(seen.status?.used), limited),
  )
  const used = new Map(
    [...addAmounts(counted, since)].map(([name, amount]) => [name, amount.mantissa < 0n ? quantityOf(0) : amount]),
  )
  const isRight = isInOrder(now) && sameAmounts(used, readAmounts(now.status?.used))
  return isRight ? { do: 'nothing' } : { do: 'write', quota: withUsed(now, used) }
}

const isSame = (one: ResourceQuota, other: ResourceQuota): boolean =>
  one.metadata.resourceVersion === other.metadata.resourceVersion

const negative = (amounts: Amounts, isMeant: (name: string) => boolean): Amounts =>
  new Map([...only(amounts, isMeant)].map(([name, amount]) => [name, negateQuantity(amount)]))
