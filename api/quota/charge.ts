/**
 * What a quota says to one change: nothing, that it is too much, or how it stands afterwards. Pure, and the same for
 * whoever admits a change and whoever counts all again.
 *
 *     used (before) + what the object takes now − what it took before = used (after)  ≤  hard
 *
 * Every name that is in `status.used` is kept true, also one that `spec.hard` has given up: it may come back.
 * Source: apiserver pkg/admission/plugin/resourcequota/controller.go CheckRequest, pkg/quota/v1/generic/evaluator.go.
 */
import type { Instant } from '@muster/base/clock.ts'
import type { KubeObject } from '../object.ts'
import { compareQuantities, negateQuantity, quantityOf } from '../quantity.ts'
import type { ResourceQuota, ResourceQuotaSpec } from '../types/core-v1.ts'
import { type Amounts, addAmounts, only, readAmounts, sayAmounts, writeAmounts } from './amounts.ts'
import type { Counter } from './counter.ts'

/** One object, before and after. Absent: it was not there, or is not any more. */
export interface QuotaChange {
  readonly before?: KubeObject
  readonly after?: KubeObject
  readonly now: Instant
  /** Whether it may be refused for what it takes. What has happened already is counted all the same. */
  readonly mayRefuse: boolean
}

/** How a quota takes a change. */
export type Charge =
  | { readonly charge: 'none' }
  /** The rest of a sentence: `exceeded quota: …`. */
  | { readonly charge: 'refused'; readonly why: string }
  | { readonly charge: 'changed'; readonly used: Amounts }

/** True when all that a quota limits has been counted. */
export const isCounted = ({ spec, status }: ResourceQuota): boolean =>
  Object.keys(spec?.hard ?? {}).every((name) => status?.used?.[name] !== undefined)

/** True when a change concerns a quota: what was counted of it changes, or it must say something and does not. */
export function concerns({ spec = {}, status }: ResourceQuota, counter: Counter, change: QuotaChange): boolean {
  const names = [...Object.keys(spec.hard ?? {}), ...Object.keys(status?.used ?? {})]
  return names.some((name) => counter.counts(name)) && deltaOf(spec, counter, change).size > 0
}

/** How a quota that is counted takes a change. */
export function chargeQuota(quota: ResourceQuota, counter: Counter, change: QuotaChange): Charge {
  const { spec = {}, status, metadata } = quota
  const hard = only(readAmounts(spec.hard), (name) => counter.counts(name))
  const delta = deltaOf(spec, counter, change)
  if (delta.size === 0) return NONE
  const used = readAmounts(status?.used)
  if (change.mayRefuse && change.after && takesIn(spec, counter, change.after)) {
    const lacks = counter.lacks?.([...hard.keys()], change.after)
    if (lacks !== undefined) return { charge: 'refused', why: `failed quota: ${metadata.name}: ${lacks}` }
    const why = exceeds(`${metadata.name}`, hard, used, delta)
    if (why !== undefined) return { charge: 'refused', why }
  }
  const known = only(delta, (name) => used.has(name))
  return known.size === 0 ? NONE : { charge: 'changed', used: notBelowZero(addAmounts(used, known)) }
}

/** The quota, as it stands with this use. */
export const withUsed = (quota: ResourceQuota, used: Amounts): ResourceQuota => ({
  ...quota,
  status: { ...quota.status, hard: { ...quota.spec?.hard }, used: writeAmounts(used) },
})

/** True when a quota is about an object of this resource. */
export const takesIn = (
  { scopes = [], scopeSelector }: ResourceQuotaSpec,
  counter: Counter,
  object: KubeObject,
): boolean =>
  [...scopes.map((scopeName) => ({ scopeName, operator: 'Exists' })), ...(scopeSelector?.matchExpressions ?? [])].every(
    (scope) => counter.isInScope?.(scope, object) ?? false,
  )

const NONE: Charge = { charge: 'none' }
const NOTHING = quantityOf(0)

function deltaOf(spec: ResourceQuotaSpec, counter: Counter, { before, after, now }: QuotaChange): Amounts {
  const usageOf = (object: KubeObject | undefined): Amounts =>
    object && takesIn(spec, counter, object) ? counter.usage(object, now) : new Map()
  const taken = new Map([...usageOf(before)].map(([name, amount]) => [name, negateQuantity(amount)]))
  return only(addAmounts(usageOf(after), taken), (_name, { mantissa }) => mantissa !== 0n)
}

function exceeds(name: string, hard: Amounts, used: Amounts, delta: Amounts): string | undefined {
  const asked = only(delta, (resource, { mantissa }) => mantissa > 0n && hard.has(resource))
  const after = addAmounts(
    only(used, (resource) => asked.has(resource)),
    asked,
  )
  const isOver = (resource: string) =>
    asked.has(resource) && compareQuantities(after.get(resource) ?? NOTHING, hard.get(resource) ?? NOTHING) > 0
  const [requested, usedUp, limited] = [asked, used, hard].map((amounts) => only(amounts, isOver))
  if (!requested?.size || !usedUp || !limited) return undefined
  return `exceeded quota: ${name}, requested: ${sayAmounts(requested)}, used: ${sayAmounts(usedUp)}, limited: ${sayAmounts(limited)}`
}

/** Somebody may have written a use that is too small; less than nothing is no use. */
const notBelowZero = (amounts: Amounts): Amounts =>
  new Map([...amounts].map(([name, amount]) => [name, amount.mantissa < 0n ? NOTHING : amount]))
