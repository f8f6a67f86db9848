/** Names of resources, and the amounts that they may have. Source: kubernetes pkg/apis/core/helper, validation. */
import { type FieldError, type FieldPath, invalid } from '../../field-error.ts'
import { checkLabelKey } from '../../names.ts'
import { compareQuantities, countQuantity, formatQuantity, parseQuantity, quantityOf } from '../../quantity.ts'

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const COUNTED = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]
const QUOTA = new Set([
  ...COMPUTE,
  ...COMPUTE.map((name) => `requests.${name}`),
  ...COMPUTE.map((name) => `limits.${name}`),
  'requests.storage',
  ...COUNTED,
])

const isHugePages = (name: string): boolean => name.startsWith('hugepages-')
const isQuotaHugePages = (name: string): boolean => isHugePages(name) || name.startsWith('requests.hugepages-')

/** True for a name that a quota knows without a prefix. */
export const isQuotaResource = (name: string): boolean => QUOTA.has(name) || isQuotaHugePages(name)

/** True for what Kubernetes itself names: no prefix, or its own. */
export const isNativeResource = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

/** True for what somebody else names, such as `example.com/gpu`. */
export const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith('requests.') && checkLabelKey(`requests.${name}`).length === 0

/** What is wrong with the name of a resource of any kind. */
export function validateResourceName(name: string, path: FieldPath): FieldError[] {
  const wrong = checkLabelKey(name)
  if (wrong.length > 0) return wrong.map((why) => invalid(path, name, why))
  const isKnown = name.includes('/') || name === 'storage' || isQuotaResource(name)
  return isKnown ? [] : [invalid(path, name, 'must be a standard resource type or fully qualified')]
}

/** What is wrong with the name of a resource that a container takes. */
export function validateContainerResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = validateResourceName(name, path)
  if (!name.includes('/')) {
    const isStandard = COMPUTE.includes(name) || isHugePages(name)
    return isStandard ? errors : [...errors, invalid(path, name, 'must be a standard resource for containers')]
  }
  return isNativeResource(name) || isExtendedResource(name)
    ? errors
    : [...errors, invalid(path, name, "doesn't follow extended resource name standard")]
}

/** What is wrong with the name of a resource of a quota. */
export function validateQuotaResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = validateResourceName(name, path)
  return name.includes('/') || isQuotaResource(name)
    ? errors
    : [...errors, invalid(path, name, 'must be a standard resource for quota')]
}

/** What is wrong with an amount: it is not less than nothing, and what is counted is whole. */
export function validateAmount(resource: string, amount: string | number, path: FieldPath): FieldError[] {
  const quantity = parseQuantity(amount)
  const shown = formatQuantity(quantity)
  const isWhole = countQuantity(quantity, -3) % 1000n === 0n
  return [
    ...(quantity.mantissa < 0n ? [invalid(path, shown, 'must be greater than or equal to 0')] : []),
    ...(!isWhole && (COUNTED.includes(resource) || isExtendedResource(resource))
      ? [invalid(path, shown, 'must be an integer')]
      : []),
  ]
}

/** What is wrong with an amount that must be more than nothing. */
export const validatePositiveAmount = (amount: string | number, path: FieldPath): FieldError[] =>
  compareQuantities(parseQuantity(amount), quantityOf(0)) > 0
    ? []
    : [invalid(path, formatQuantity(parseQuantity(amount)), 'must be greater than zero')]
