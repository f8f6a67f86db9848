/** What a claim asks for, in a claim and in a template of claims. Source: kubernetes pkg/apis/resource/validation. */
import { child, type FieldError, type FieldPath, index, invalid, notSupported, required } from '../../field-error.ts'
import type {
  DeviceClaim,
  DeviceConstraint,
  DeviceRequest,
  DeviceSubRequest,
  ExactDeviceRequest,
  ResourceClaimSpec,
} from '../../types/resource-v1.ts'
import { validateConfiguration, validateSelectors, validateToleration } from './device-rules.ts'
import { validateItems, validateSet } from './lists.ts'
import { validateClassName, validateFullName, validateLabelName } from './names.ts'

/** Of requests, constraints and configurations alike. Source: kubernetes pkg/apis/resource types.go. */
const LIST_MAX = 32
const ALTERNATIVES_MAX = 8

/** Asks for one device, where nothing is said of how many. */
export function defaultClaimSpec(spec: ResourceClaimSpec | undefined): void {
  for (const { exactly, firstAvailable } of spec?.devices?.requests ?? []) {
    for (const request of [...(exactly ? [exactly] : []), ...(firstAvailable ?? [])]) {
      request.allocationMode ||= 'ExactCount'
      if (request.allocationMode === 'ExactCount') request.count ||= 1
    }
  }
}

/** What is wrong with it. */
export function validateClaimSpec({ devices = {} }: ResourceClaimSpec, specPath: FieldPath): FieldError[] {
  const path = child(specPath, 'devices')
  const names = requestNames(devices)
  const reference = (name: string, at: FieldPath) => validateReference(name, names, at)
  return [
    ...validateSet(devices.requests, LIST_MAX, validateRequest, ({ name }) => name, child(path, 'requests')),
    ...validateItems(
      devices.constraints,
      LIST_MAX,
      (constraint, own) => [
        ...validateSet(constraint.requests, LIST_MAX, reference, String, child(own, 'requests')),
        ...validateConstraint(constraint, own),
      ],
      child(path, 'constraints'),
    ),
    ...validateItems(
      devices.config,
      LIST_MAX,
      (config, own) => [
        ...validateSet(config.requests, LIST_MAX, reference, String, child(own, 'requests')),
        ...validateConfiguration(config, own),
      ],
      child(path, 'config'),
    ),
  ]
}

/** What requests are called where they are meant: `name`, and `name/alternative`. */
export const requestNames = ({ requests }: DeviceClaim): ReadonlySet<string> =>
  new Set(
    (requests ?? []).flatMap(({ name, firstAvailable }) => [
      name,
      ...(firstAvailable ?? []).map((alternative) => `${name}/${alternative.name}`),
    ]),
  )

/** What is wrong with the name by which a request is meant. */
export function validateReference(name: string, names: ReadonlySet<string>, path: FieldPath): FieldError[] {
  const why = "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"
  const parts = name.split('/')
  if (parts.length > 2) return [invalid(path, name, why)]
  const errors = parts.flatMap((part) => validateLabelName(part, path))
  return names.has(name) ? errors : [...errors, invalid(path, name, why)]
}

function validateRequest({ name, exactly, firstAvailable }: DeviceRequest, path: FieldPath): FieldError[] {
  const errors = validateLabelName(name, child(path, 'name'))
  const alternatives = firstAvailable ?? []
  const why = 'exactly one of `exactly` or `firstAvailable` is required'
  if (!exactly && alternatives.length === 0) return [...errors, required(path, why)]
  if (exactly && alternatives.length > 0) {
    return [...errors, invalid(path, null, `${why}, but multiple fields are set`)]
  }
  if (exactly) return [...errors, ...validateDevices(exactly, child(path, 'exactly'))]
  const check = (one: DeviceSubRequest, own: FieldPath) => [
    ...validateLabelName(one.name, child(own, 'name')),
    ...validateDevices(one, own),
  ]
  const list = child(path, 'firstAvailable')
  return [...errors, ...validateSet(alternatives, ALTERNATIVES_MAX, check, (one) => one.name, list)]
}

function validateDevices(request: ExactDeviceRequest | DeviceSubRequest, path: FieldPath): FieldError[] {
  const { deviceClassName, selectors, allocationMode = '', count = 0, tolerations } = request
  return [
    ...validateClassName(deviceClassName, child(path, 'deviceClassName')),
    ...validateSelectors(selectors, child(path, 'selectors')),
    ...validateAmount(allocationMode, count, path),
    ...(tolerations ?? []).flatMap((one, at) => validateToleration(one, index(child(path, 'tolerations'), at))),
  ]
}

function validateAmount(mode: string, count: number, path: FieldPath): FieldError[] {
  if (mode === 'ExactCount') {
    return count > 0 ? [] : [invalid(child(path, 'count'), count, 'must be greater than zero')]
  }
  if (mode !== 'All') return [notSupported(child(path, 'allocationMode'), mode, ['All', 'ExactCount'])]
  const why = "must not be specified when allocationMode is 'All'"
  return count === 0 ? [] : [invalid(child(path, 'count'), count, why)]
}

function validateConstraint({ matchAttribute, distinctAttribute }: DeviceConstraint, path: FieldPath): FieldError[] {
  if (matchAttribute !== undefined) return validateFullName(matchAttribute, child(path, 'matchAttribute'))
  if (distinctAttribute !== undefined) return validateFullName(distinctAttribute, child(path, 'distinctAttribute'))
  const why = 'exactly one of "matchAttribute" or "distinctAttribute" is required, but multiple fields are set'
  return [required(path, why)]
}
