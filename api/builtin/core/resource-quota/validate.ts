/** What a quota may not say. Source: kubernetes ValidateResourceQuota. */
import { child, type FieldError, invalid, key, required } from '../../../field-error.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { ResourceQuota, ResourceQuotaSpec } from '../../../types/core-v1.ts'
import type { ResourceList } from '../resource-list.ts'
import { isQuotaResource, validateAmount, validateQuotaResourceName } from '../resource-names.ts'

/** What is wrong with the wish. */
export const validateQuotaSpec = ({ spec = {} }: ResourceQuota): FieldError[] => [
  ...validateAmounts(spec.hard, 'spec.hard'),
  ...validateScopes(spec),
  ...validateSelector(spec),
]

/** What is wrong with the account. */
export const validateQuotaStatus = ({ status = {} }: ResourceQuota): FieldError[] => [
  ...validateAmounts(status.hard, 'status.hard'),
  ...validateAmounts(status.used, 'status.used'),
]

/** What it is about stays. */
export const validateSameScopes = ({ spec = {} }: ResourceQuota, { spec: old = {} }: ResourceQuota): FieldError[] =>
  sameMeaning([...new Set(spec.scopes)].sort(), [...new Set(old.scopes)].sort())
    ? []
    : [invalid('spec.scopes', spec.scopes ?? null, 'field is immutable')]

const validateAmounts = (amounts: ResourceList = {}, path: string): FieldError[] =>
  Object.entries(amounts).flatMap(([name, amount]) => [
    ...validateQuotaResourceName(name, key(path, name)),
    ...validateAmount(name, amount, key(path, name)),
  ])

const PODS = ['pods']
const POD_COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory', ...PODS]

/** Each scope, and the resources that it can be about; a scope that is not here is about all. */
const SCOPES = new Map<string, readonly string[]>([
  ['Terminating', POD_COMPUTE],
  ['NotTerminating', POD_COMPUTE],
  ['NotBestEffort', POD_COMPUTE],
  ['PriorityClass', POD_COMPUTE],
  ['CrossNamespacePodAffinity', POD_COMPUTE],
  ['BestEffort', PODS],
  ['VolumeAttributesClass', ['persistentvolumeclaims', 'requests.storage']],
])

const OPPOSITES = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
]

function* misapplied(scope: string, { hard = {} }: ResourceQuotaSpec): Iterable<string> {
  const resources = SCOPES.get(scope)
  for (const name of Object.keys(hard).sort()) {
    if (isQuotaResource(name) && resources && !resources.includes(name)) yield name
  }
}

const validateOpposites = (scopes: readonly string[], shown: unknown): FieldError[] =>
  OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() =>
    invalid('spec.scopes', shown, 'conflicting scopes'),
  )

function validateScopes(spec: ResourceQuotaSpec): FieldError[] {
  const { scopes = [] } = spec
  return [
    ...scopes.flatMap((scope) => [
      ...(SCOPES.has(scope) ? [] : [invalid('spec.scopes', scopes, 'unsupported scope')]),
      ...[...misapplied(scope, spec)].map(() =>
        invalid('spec.scopes', scopes, 'unsupported scope applied to resource'),
      ),
    ]),
    ...validateOpposites(scopes, scopes),
  ]
}

const EXISTING = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity']
const MUST_EXIST =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity"

function validateSelector(spec: ResourceQuotaSpec): FieldError[] {
  const { matchExpressions = [] } = spec.scopeSelector ?? {}
  const path = 'spec.scopeSelector.matchExpressions'
  const operatorPath = child(path, 'operator')
  return [
    ...matchExpressions.flatMap(({ scopeName, operator, values = [] }) => [
      ...(SCOPES.has(scopeName) ? [] : [invalid(child(path, 'scopeName'), scopeName, 'unsupported scope')]),
      ...[...misapplied(scopeName, spec)].map(() =>
        invalid(path, spec.scopeSelector, 'unsupported scope applied to resource'),
      ),
      ...(EXISTING.includes(scopeName) && operator !== 'Exists' ? [invalid(operatorPath, operator, MUST_EXIST)] : []),
      ...validateOperator(operator, values, path),
    ]),
    ...validateOpposites(
      matchExpressions.map(({ scopeName }) => scopeName),
      spec.scopes ?? null,
    ),
  ]
}

function validateOperator(operator: string, values: readonly string[], path: string): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn': {
      const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
      return values.length > 0 ? [] : [required(child(path, 'values'), why)]
    }
    case 'Exists':
    case 'DoesNotExist': {
      const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
      return values.length === 0 ? [] : [invalid(child(path, 'values'), values, why)]
    }
    default:
      return [invalid(child(path, 'operator'), operator, 'not a valid selector operator')]
  }
}
