/** All that a quota is about, counted anew. Source: kubernetes pkg/quota/v1/generic CalculateUsageStats. */
import type { Instant } from '@muster/base/clock.ts'
import type { KubeObject } from '../object.ts'
import { type Quantity, quantityOf } from '../quantity.ts'
import type { GroupResource } from '../status.ts'
import type { ResourceQuotaSpec } from '../types/core-v1.ts'
import { type Amounts, addAmounts, only } from './amounts.ts'
import { takesIn } from './charge.ts'
import { counterOf } from './counters.ts'

/** Objects of one resource that are in the namespace of the quota. */
export interface Counted {
  readonly resource: GroupResource
  readonly objects: readonly KubeObject[]
}

/** How much of each name is in use. What is not there is zero. */
export function countUse(spec: ResourceQuotaSpec, content: readonly Counted[], now: Instant): Amounts {
  const names = new Set(Object.keys(spec.hard ?? {}))
  let used: Amounts = new Map([...names].map((name): [string, Quantity] => [name, quantityOf(0)]))
  for (const { resource, objects } of content) {
    const counter = counterOf(resource)
    if (!counter) continue
    for (const object of objects) {
      if (!takesIn(spec, counter, object)) continue
      used = addAmounts(
        used,
        only(counter.usage(object, now), (name) => names.has(name)),
      )
    }
  }
  return used
}
