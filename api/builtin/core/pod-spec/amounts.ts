/** How much a container, or a pod as a whole, asks for. Source: kubernetes pkg/apis/core/validation validateResourceRequirements. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  key,
  notFound,
  notSupported,
  required,
} from '../../../field-error.ts'
import { checkLabel } from '../../../names.ts'
import { canonicalQuantity, compareQuantities, parseQuantity, readQuantity } from '../../../quantity.ts'
import type { PodSpec, ResourceClaim, ResourceRequirements } from '../../../types/core-v1.ts'
import { complaints } from '../../checks.ts'
import { isOfPod, totalOf } from '../pod/pod-resources.ts'
import type { ResourceList } from '../resource-list.ts'
import {
  isNativeResource,
  validateAmount,
  validateContainerResourceName,
  validateResourceName,
} from '../resource-names.ts'

type NameRule = (name: string, path: FieldPath) => FieldError[]

const HUGE_PAGES = 'hugepages-'

/** What a container asks for; `claims` are the names of those that its pod has. */
export const validateRequirements = (
  resources: ResourceRequirements,
  claims: ReadonlySet<string>,
  path: FieldPath,
  nameRule: NameRule = validateContainerResourceName,
): FieldError[] => {
  const { limits = {}, requests = {} } = resources
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  const hasHugePages = names.some((name) => name.startsWith(HUGE_PAGES))
  const isPlain = names.includes('cpu') || names.includes('memory')
  return [
    ...Object.entries(limits).flatMap(([name, amount]) => [
      ...validateNamed(name, amount, child(path, 'limits'), nameRule),
      ...validatePages(name, amount, child(path, 'limits')),
    ]),
    ...Object.entries(requests).flatMap(([name, amount]) => [
      ...validateNamed(name, amount, child(path, 'requests'), nameRule),
      ...validateRequest(name, amount, limits, path),
      ...validatePages(name, amount, child(path, 'requests')),
    ]),
    ...(hasHugePages && !isPlain ? [forbidden(path, 'HugePages require cpu or memory')] : []),
    ...validateClaims(resources.claims ?? [], claims, child(path, 'claims')),
  ]
}

const validateNamed = (name: string, amount: string | number, path: FieldPath, nameRule: NameRule): FieldError[] => [
  ...nameRule(name, key(path, name)),
  ...validateAmount(name, amount, key(path, name)),
]

function validatePages(name: string, amount: string | number, path: FieldPath): FieldError[] {
  if (!name.startsWith(HUGE_PAGES) || isWholePages(name, amount)) return []
  const said = canonicalQuantity(amount)
  return [invalid(key(path, name), said, `${said} is not positive integer multiple of ${name}`)]
}

/** `hugepages-2Mi: 6Mi` is three of them. */
function isWholePages(name: string, amount: string | number): boolean {
  const size = readQuantity(name.slice(HUGE_PAGES.length))
  if (!size.read) return false
  const [page, wanted] = [bytesOf(size.quantity), bytesOf(parseQuantity(amount))]
  return page > 0n && wanted % page === 0n
}

const bytesOf = ({ mantissa, exponent }: { readonly mantissa: bigint; readonly exponent: number }): bigint =>
  exponent >= 0 ? mantissa * 10n ** BigInt(exponent) : mantissa / 10n ** BigInt(-exponent)

/** No more is asked for than there may be; of what cannot be shared, exactly as much. */
function validateRequest(name: string, amount: string | number, limits: ResourceList, path: FieldPath): FieldError[] {
  const limit = limits[name]
  const isShared = isNativeResource(name) && !name.startsWith(HUGE_PAGES)
  if (limit === undefined) {
    return isShared ? [] : [required(child(path, 'limits'), 'Limit must be set for non overcommitable resources')]
  }
  const order = compareQuantities(parseQuantity(amount), parseQuantity(limit))
  const refuse = (must: string) => [
    invalid(
      child(path, 'requests'),
      canonicalQuantity(amount),
      `must be ${must} ${name} limit of ${canonicalQuantity(limit)}`,
    ),
  ]
  if (order !== 0 && !isShared) return refuse('equal to')
  return order > 0 ? refuse('less than or equal to') : []
}

function validateClaims(claims: readonly ResourceClaim[], known: ReadonlySet<string>, path: FieldPath): FieldError[] {
  const seen = new Set<string>()
  return claims.flatMap(({ name, request = '' }, at) => {
    const place = index(path, at)
    if (!name) return [required(place)]
    const errors: FieldError[] = []
    const own = request === '' ? name : `${name}/${request}`
    if (seen.has(name)) errors.push(duplicate(place, name))
    else {
      if (request !== '') errors.push(...complaints(checkLabel, request, child(place, 'request')))
      if (seen.has(own)) errors.push(duplicate(place, own))
      else if (request === '' && [...seen].some((other) => other.startsWith(`${name}/`))) {
        errors.push(duplicate(place, name))
      }
      seen.add(own)
    }
    return known.has(name) ? errors : [...errors, notAmong(name, known, place)]
  })
}

function notAmong(name: string, known: ReadonlySet<string>, path: FieldPath): FieldError {
  const list = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`
  const error = notFound(path, name)
  return { ...error, message: `${error.message}: must be one of the names in pod.spec.resourceClaims${list}` }
}

/** What a pod as a whole asks for: at least what its containers do. */
export function validatePodRequirements(spec: PodSpec, claims: ReadonlySet<string>, path: FieldPath): FieldError[] {
  const { resources, os } = spec
  if (!resources) return []
  if (os?.name === 'windows') return [forbidden(path, 'may not be set for a windows pod')]
  return [
    ...(resources.claims ? [forbidden(child(path, 'claims'), 'claims may not be set for Resources at pod-level')] : []),
    ...validateRequirements(resources, claims, path, validatePodResourceName),
    ...validateTotals(spec, resources, path),
  ]
}

const OF_POD = ['cpu', HUGE_PAGES, 'memory']

function validatePodResourceName(name: string, path: FieldPath): FieldError[] {
  const errors = validateResourceName(name, path)
  return errors.length > 0 || isOfPod(name) ? errors : [notSupported(path, name, OF_POD)]
}

function validateTotals(
  spec: PodSpec,
  { requests = {}, limits = {} }: ResourceRequirements,
  path: FieldPath,
): FieldError[] {
  const tooLittle = (of: 'requests' | 'limits', list: ResourceList, names: (name: string) => boolean) =>
    Object.entries(totalOf(spec, of)).flatMap(([name, total]) => {
      const own = list[name]
      if (!names(name) || own === undefined || !isMore(total, own)) return []
      const why = `must be greater than or equal to aggregate container ${of} of ${canonicalQuantity(total)}`
      return [invalid(key(child(path, of), name), canonicalQuantity(own), why)]
    })
  return [
    ...tooLittle('requests', requests, () => true),
    ...tooLittle('limits', limits, (name) => name.startsWith(HUGE_PAGES)),
    ...(spec.containers ?? []).flatMap((container, at) =>
      Object.entries(container.resources?.limits ?? {}).flatMap(([name, amount]) => {
        const own = limits[name]
        if (own === undefined || !isMore(amount, own)) return []
        const place = child(key(index(child(path, 'containers'), at), name), 'limits')
        return [
          invalid(
            place,
            canonicalQuantity(amount),
            `must be less than or equal to pod limits of ${canonicalQuantity(own)}`,
          ),
        ]
      }),
    ),
  ]
}

const isMore = (one: string | number, other: string | number): boolean =>
  compareQuantities(parseQuantity(one), parseQuantity(other)) > 0
