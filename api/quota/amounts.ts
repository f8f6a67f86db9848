/** Amounts of resources by their names, to reckon with. */
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity } from '../quantity.ts'

/** What there is of each resource. */
export type Amounts = ReadonlyMap<string, Quantity>

/** Reads what travels as text. Throws BadRequest for what is no quantity. */
export const readAmounts = (list: Readonly<Record<string, string | number>> = {}): Amounts =>
  new Map(Object.entries(list).map(([name, amount]) => [name, parseQuantity(amount)]))

/** As they travel, by name. */
export const writeAmounts = (amounts: Amounts): Record<string, string> =>
  Object.fromEntries(byName(amounts).map(([name, amount]) => [name, formatQuantity(amount)]))

/** `cpu=2,pods=10`, as Kubernetes says them in an error. */
export const sayAmounts = (amounts: Amounts): string =>
  byName(amounts)
    .map(([name, amount]) => `${name}=${formatQuantity(amount)}`)
    .join(',')

/** Each sum; what only one of them has is as it is there. */
export function addAmounts(one: Amounts, other: Amounts): Amounts {
  const sum = new Map(one)
  for (const [name, amount] of other) {
    const mine = sum.get(name)
    sum.set(name, mine ? addQuantities(mine, amount) : amount)
  }
  return sum
}

/** Those of some names. */
export const only = (amounts: Amounts, isMeant: (name: string, amount: Quantity) => boolean): Amounts =>
  new Map([...amounts].filter(([name, amount]) => isMeant(name, amount)))

/** True when both name the same resources, and as much of each. */
export const sameAmounts = (one: Amounts, other: Amounts): boolean =>
  one.size === other.size &&
  [...one].every(([name, amount]) => {
    const theirs = other.get(name)
    return theirs !== undefined && compareQuantities(amount, theirs) === 0
  })

const byName = (amounts: Amounts) => [...amounts].sort(([one], [other]) => (one < other ? -1 : 1))
