/** Amounts of resources by their names. Source: kubernetes SetDefaults_ResourceList. */
import { countQuantity, formatQuantity, parseQuantity, quantityOf } from '../../quantity.ts'

/** Amounts by the names of resources, as they travel. */
export type ResourceList = Record<string, string | number>

/** Rounds every amount up to a thousandth: no finer one is kept. Changes the list. */
export function roundResources(list: ResourceList | undefined): void {
  if (!list) return
  for (const [name, amount] of Object.entries(list)) list[name] = roundToMilli(amount)
}

const MILLI = -3

function roundToMilli(amount: string | number): string {
  const { mantissa, exponent, format } = parseQuantity(amount)
  const isFine = exponent < MILLI
  const quantity = { mantissa, exponent, format }
  return formatQuantity(isFine ? quantityOf(countQuantity(quantity, MILLI), MILLI, format) : quantity)
}
