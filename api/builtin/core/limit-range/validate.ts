/** What a limit range may not say. Source: kubernetes ValidateLimitRange. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  key,
  required,
} from '../../../field-error.ts'
import { checkLabelKey } from '../../../names.ts'
import {
  approximateQuantity,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
} from '../../../quantity.ts'
import type { LimitRange, LimitRangeItem } from '../../../types/core-v1.ts'
import { isNativeResource, validateContainerResourceName, validateResourceName } from '../resource-names.ts'

/** What is wrong with each limit. */
export function validateLimitRange({ spec }: LimitRange): FieldError[] {
  const limits = spec?.limits ?? []
  return limits.flatMap((item, at) => {
    const path = index('spec.limits', at)
    const isRepeated = limits.slice(0, at).some(({ type }) => type === item.type)
    return [
      ...validateType(item.type, child(path, 'type')),
      ...(isRepeated ? [duplicate(child(path, 'type'), item.type)] : []),
      ...validateNames(item, path),
      ...validateAmounts(item, path),
    ]
  })
}

const TYPES = ['Container', 'PersistentVolumeClaim', 'Pod']

function validateType(type: string, path: FieldPath): FieldError[] {
  const wrong = checkLabelKey(type)
  if (wrong.length > 0) return wrong.map((why) => invalid(path, type, why))
  const isKnown = type.includes('/') || TYPES.includes(type)
  return isKnown ? [] : [invalid(path, type, 'must be a standard limit type or fully qualified')]
}

function validateNames(item: LimitRangeItem, path: FieldPath): FieldError[] {
  const validateName =
    item.type === 'Pod' || item.type === 'Container' ? validateContainerResourceName : validateResourceName
  const namesOf = (field: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio') =>
    Object.keys(item[field] ?? {}).flatMap((name) => validateName(name, key(child(path, field), name)))
  const defaults = (['default', 'defaultRequest'] as const).flatMap((field) => {
    if (item.type !== 'Pod') return namesOf(field)
    const isSaid = Object.keys(item[field] ?? {}).length > 0
    return isSaid ? [forbidden(child(path, field), "may not be specified when `type` is 'Pod'")] : []
  })
  const lacksStorage =
    item.type === 'PersistentVolumeClaim' && item.min?.storage === undefined && item.max?.storage === undefined
  const why = 'either minimum or maximum storage value is required, but neither was provided'
  return [
    ...namesOf('max'),
    ...namesOf('min'),
    ...defaults,
    ...(lacksStorage ? [required(child(path, 'limits'), why)] : []),
    ...namesOf('maxLimitRequestRatio'),
  ]
}

/** min ≤ defaultRequest ≤ default ≤ max, for each resource; what may be used twice at once obeys the ratio. */
function validateAmounts(item: LimitRangeItem, path: FieldPath): FieldError[] {
  const hasDefaults = item.type !== 'Pod'
  const lists = [
    item.max,
    item.min,
    ...(hasDefaults ? [item.default, item.defaultRequest] : []),
    item.maxLimitRequestRatio,
  ]
  const names = new Set(lists.flatMap((list) => Object.keys(list ?? {})))
  return [...names].flatMap((name) =>
    validateOne(
      name,
      {
        min: read(item.min?.[name]),
        max: read(item.max?.[name]),
        limit: hasDefaults ? read(item.default?.[name]) : undefined,
        request: hasDefaults ? read(item.defaultRequest?.[name]) : undefined,
        ratio: read(item.maxLimitRequestRatio?.[name]),
      },
      path,
    ),
  )
}

type Amounts = Readonly<Record<'min' | 'max' | 'limit' | 'request' | 'ratio', Quantity | undefined>>

const read = (amount: string | number | undefined): Quantity | undefined =>
  amount === undefined ? undefined : parseQuantity(amount)

const isMore = (one: Quantity | undefined, other: Quantity | undefined): boolean =>
  one !== undefined && other !== undefined && compareQuantities(one, other) > 0

const say = (quantity: Quantity | undefined): string => (quantity ? formatQuantity(quantity) : '0')

function validateOne(name: string, { min, max, limit, request, ratio }: Amounts, path: FieldPath): FieldError[] {
  const wrong = (field: string, shown: Quantity | undefined, why: string) =>
    invalid(key(child(path, field), name), say(shown), why)
  const isOvercommitted = isNativeResource(name) && !name.startsWith('hugepages-')
  const differ = limit && request && compareQuantities(limit, request) !== 0
  return [
    ...(isMore(min, max) ? [wrong('min', min, `min value ${say(min)} is greater than max value ${say(max)}`)] : []),
    ...(isMore(min, request)
      ? [
          wrong(
            'defaultRequest',
            request,
            `min value ${say(min)} is greater than default request value ${say(request)}`,
          ),
        ]
      : []),
    ...(isMore(request, max)
      ? [
          wrong(
            'defaultRequest',
            request,
            `default request value ${say(request)} is greater than max value ${say(max)}`,
          ),
        ]
      : []),
    ...(isMore(request, limit)
      ? [
          wrong(
            'defaultRequest',
            request,
            `default request value ${say(request)} is greater than default limit value ${say(limit)}`,
          ),
        ]
      : []),
    ...(isMore(min, limit)
      ? [wrong('default', min, `min value ${say(min)} is greater than default value ${say(limit)}`)]
      : []),
    ...(isMore(limit, max)
      ? [wrong('default', max, `default value ${say(limit)} is greater than max value ${say(max)}`)]
      : []),
    ...(isMore(quantityOf(1), ratio)
      ? [wrong('maxLimitRequestRatio', ratio, `ratio ${say(ratio)} is less than 1`)]
      : []),
    ...validateRatio({ min, max, ratio }, (why) => wrong('maxLimitRequestRatio', ratio, why)),
    ...(!isOvercommitted && differ
      ? [
          wrong(
            'defaultRequest',
            request,
            `default value ${say(limit)} must equal to defaultRequest value ${say(request)} in ${name}`,
          ),
        ]
      : []),
  ]
}

function validateRatio(
  { min, max, ratio }: Pick<Amounts, 'min' | 'max' | 'ratio'>,
  wrong: (why: string) => FieldError,
): FieldError[] {
  if (!min || !max || !ratio) return []
  const most = approximateQuantity(max) / approximateQuantity(min)
  return approximateQuantity(ratio) > most
    ? [wrong(`ratio ${say(ratio)} is greater than max/min = ${most.toFixed(6)}`)]
    : []
}
