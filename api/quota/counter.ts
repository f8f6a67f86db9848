/** What a quota can ask about the objects of one resource. Each resource that says more than how many has one. */
import type { Instant } from '@muster/base/clock.ts'
import type { KubeObject } from '../object.ts'
import { quantityOf } from '../quantity.ts'
import type { GroupResource } from '../status.ts'
import type { ScopedResourceSelectorRequirement } from '../types/core-v1.ts'
import type { Amounts } from './amounts.ts'

/** How objects of one resource are counted. */
export interface Counter {
  /** True for the names of a quota that are about this resource. */
  readonly counts: (name: string) => boolean
  /** What one object takes of whatever is counted. Pods that are overdue to go take nothing any more. */
  readonly usage: (object: KubeObject, now: Instant) => Amounts
  /** Whether a scope of a quota takes in an object. None does when absent. */
  readonly isInScope?: (scope: ScopedResourceSelectorRequirement, object: KubeObject) => boolean
  /** What an object must say when these names are limited, and does not: the rest of a sentence. */
  readonly lacks?: (names: readonly string[], object: KubeObject) => string | undefined
}

/** `count/pods`, `count/deployments.apps`: the name under which every resource can be counted. */
export const countName = ({ group, resource }: GroupResource): string =>
  `count/${resource}${group === '' ? '' : `.${group}`}`

/** One thing of each name. */
export const oneOfEach = (...names: readonly string[]): Map<string, ReturnType<typeof quantityOf>> =>
  new Map(names.map((name) => [name, quantityOf(1)]))

/** Whether one value, or its absence, fits a scope. Source: kubernetes core/v1/helper ScopedResourceSelectorRequirementsAsSelector. */
export function fitsScope(
  { operator, values = [] }: ScopedResourceSelectorRequirement,
  value: string | undefined,
): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}
