/** What a pod costs beside its containers. Source: kubernetes pkg/apis/core/validation ValidateContainerResourceRequirements. */
import { type FieldError, type FieldPath, invalid, key } from '../../field-error.ts'
import { checkLabelKey } from '../../names.ts'
import { compareQuantities, parseQuantity, quantityOf } from '../../quantity.ts'
import type { Quantity } from '../../types/meta-v1.ts'

/** What is wrong with amounts of resources that are named as those of a container are; `path` is of all of them. */
export const validateOverhead = (amounts: Readonly<Record<string, Quantity>>, path: FieldPath): FieldError[] =>
  Object.entries(amounts).flatMap(([resource, amount]) => [
    ...checkResource(resource).map((why) => invalid(key(path, resource), resource, why)),
    ...(compareQuantities(parseQuantity(amount), ZERO) < 0
      ? [invalid(key(path, resource), String(amount), 'must be greater than or equal to 0')]
      : []),
  ])

const ZERO = quantityOf(0)
const OF_CONTAINERS = new Set(['cpu', 'memory', 'ephemeral-storage'])

function checkResource(resource: string): string[] {
  const wrong = checkLabelKey(resource)
  const isStandard = OF_CONTAINERS.has(resource) || resource.startsWith('hugepages-')
  if (wrong.length > 0 || isStandard || resource.includes('/')) return wrong
  return ['must be a standard resource type or fully qualified', 'must be a standard resource for containers']
}
