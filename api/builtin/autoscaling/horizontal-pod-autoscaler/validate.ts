/** What is wrong with an autoscaler. Source: kubernetes pkg/apis/autoscaling/validation. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../../field-error.ts'
import { validateBuiltInFinalizers } from '../../../metadata/finalizers.ts'
import { checkLabel, checkPathSegment } from '../../../names.ts'
import { parseApiVersion } from '../../../object.ts'
import { canonicalQuantity, parseQuantity } from '../../../quantity.ts'
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../../../types/autoscaling-v2.ts'
import { complaints, nonNegative, optionalOneOf, requiredName } from '../../checks.ts'
import { validateContainerResourceName } from '../../core/resource-names.ts'

/** What is wrong with it. `old`: references that were wrong may stay. */
export function validateAutoscaler(
  { metadata, spec }: HorizontalPodAutoscaler,
  old: HorizontalPodAutoscaler | undefined,
): FieldError[] {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec ?? {}
  const least = old?.spec.minReplicas === 0 ? 0 : 1
  const [minPath, maxPath] = ['spec.minReplicas', 'spec.maxReplicas']
  const all = metrics ?? []
  const isAnyOutside = all.some(({ type }) => type === 'Object' || type === 'External')
  const toZero = 'must specify at least one Object or External metric to support scaling to zero replicas'
  return [
    ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    ...(minReplicas !== undefined && minReplicas < least
      ? [invalid(minPath, minReplicas, `must be greater than or equal to ${least}`)]
      : []),
    ...(maxReplicas === 0 ? [required(maxPath, 'must be set and greater than 0')] : []),
    ...(maxReplicas < 0 ? [invalid(maxPath, maxReplicas, 'must be greater than or equal to 1')] : []),
    ...(minReplicas !== undefined && maxReplicas < minReplicas
      ? [invalid(maxPath, maxReplicas, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...validateReference(scaleTargetRef, 'spec.scaleTargetRef', {
      mayBeOfCore: scaleTargetRef?.kind === 'ReplicationController',
      mayBeAnything: old !== undefined && isSameType(old.spec.scaleTargetRef, scaleTargetRef),
    }),
    ...all.flatMap((metric, at) => validateMetric(metric, index('spec.metrics', at), hasWrongReference(old))),
    ...(minReplicas === 0 && !isAnyOutside ? [forbidden('spec.metrics', toZero)] : []),
    ...(behavior?.scaleUp ? validateRules(behavior.scaleUp, 'spec.behavior.scaleUp') : []),
    ...(behavior?.scaleDown ? validateRules(behavior.scaleDown, 'spec.behavior.scaleDown') : []),
  ]
}

/** What is wrong with its status. */
export const validateAutoscalerStatus = ({ status }: HorizontalPodAutoscaler): FieldError[] => [
  ...nonNegative(status?.currentReplicas, 'status.currentReplicas'),
  ...nonNegative(status?.desiredReplicas, 'status.desiredReplicas'),
]

const isSameType = (
  one: CrossVersionObjectReference | undefined,
  other: CrossVersionObjectReference | undefined,
): boolean => one?.apiVersion === other?.apiVersion && one?.kind === other?.kind

interface ReferenceRules {
  /** The group of the core, which has no name, may be meant. */
  readonly mayBeOfCore: boolean
  readonly mayBeAnything: boolean
}

function validateReference(
  reference: CrossVersionObjectReference | undefined,
  path: FieldPath,
  rules: ReferenceRules,
): FieldError[] {
  const { apiVersion = '' } = reference ?? {}
  const why = whyNotMeant(apiVersion, rules)
  return [
    ...requiredName(checkPathSegment, reference?.kind, child(path, 'kind')),
    ...requiredName(checkPathSegment, reference?.name, child(path, 'name')),
    ...(why ? [invalid(child(path, 'apiVersion'), apiVersion, why)] : []),
  ]
}

function whyNotMeant(apiVersion: string, { mayBeOfCore, mayBeAnything }: ReferenceRules): string | undefined {
  if (mayBeAnything) return undefined
  const slashes = apiVersion.split('/').length - 1
  if (slashes > 1) return `unexpected GroupVersion string: ${apiVersion}`
  const group = slashes === 0 ? '' : (parseApiVersion(apiVersion)?.group ?? apiVersion.split('/')[0])
  return mayBeOfCore || group ? undefined : 'apiVersion must specify API group'
}

const hasWrongReference = (old: HorizontalPodAutoscaler | undefined): boolean =>
  (old?.spec.metrics ?? []).some(({ type, object }) => {
    const rules = { mayBeOfCore: true, mayBeAnything: false }
    return type === 'Object' && object && whyNotMeant(object.describedObject.apiVersion ?? '', rules) !== undefined
  })

/** The source of each type of metric, in the order in which they are looked at. */
const SOURCES = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const
const TYPES = Object.keys(SOURCES).sort()

function validateMetric(metric: MetricSpec, path: FieldPath, mayBeAnything: boolean): FieldError[] {
  const { type = '' } = metric
  const expected = new Map<string, (typeof SOURCES)[keyof typeof SOURCES]>(Object.entries(SOURCES)).get(type)
  const present = Object.values(SOURCES).filter((source) => metric[source])
  const wrongType = expected ? [] : [notSupported(child(path, 'type'), type, TYPES)]
  const must = 'must populate information for the given metric source'
  return [
    ...(type === '' ? [required(child(path, 'type'), 'must specify a metric source type')] : []),
    ...wrongType,
    ...(present[0] ? validateSource(metric, present[0], child(path, present[0]), mayBeAnything) : []),
    ...(expected && !metric[expected] ? [required(child(path, expected), must)] : []),
    ...wrongType,
    ...(present.length === 1 ? [] : present.filter((source) => source !== expected)).map((source) =>
      forbidden(child(path, source), 'must populate the given metric source only'),
    ),
  ]
}

function validateSource(
  metric: MetricSpec,
  source: (typeof SOURCES)[keyof typeof SOURCES],
  path: FieldPath,
  mayBeAnything: boolean,
): FieldError[] {
  const target = metric[source]?.target ?? { type: '' }
  const ofTarget = validateTarget(target, child(path, 'target'))
  const aim = (field: string) => child(path, 'target', field)
  const needs = (field: string, why: string) => [required(aim(field), why)]
  const hasNone = target.value === undefined && target.averageValue === undefined
  switch (source) {
    case 'object':
      return [
        ...validateReference(metric.object?.describedObject, child(path, 'describedObject'), {
          mayBeOfCore: true,
          mayBeAnything,
        }),
        ...validateIdentifier(metric.object?.metric, child(path, 'metric')),
        ...ofTarget,
        ...(hasNone ? needs('averageValue', 'must set either a target value or averageValue') : []),
      ]
    case 'external':
      return [
        ...validateIdentifier(metric.external?.metric, child(path, 'metric')),
        ...ofTarget,
        ...(hasNone ? needs('averageValue', 'must set either a target value for metric or a per-pod target') : []),
        ...(target.value !== undefined && target.averageValue !== undefined
          ? [forbidden(aim('value'), 'may not set both a target value for metric and a per-pod target')]
          : []),
      ]
    case 'pods':
      return [
        ...validateIdentifier(metric.pods?.metric, child(path, 'metric')),
        ...ofTarget,
        ...(target.averageValue === undefined
          ? needs('averageValue', 'must specify a positive target averageValue')
          : []),
      ]
    case 'resource':
      return [
        ...(metric.resource?.name ? [] : [required(child(path, 'name'), 'must specify a resource name')]),
        ...ofTarget,
        ...validateShare(target, path),
      ]
    case 'containerResource': {
      const { name = '', container = '' } = metric.containerResource ?? {}
      return [
        ...(name === ''
          ? [required(child(path, 'name'), 'must specify a resource name')]
          : validateContainerResourceName(name, child(path, 'name'))),
        ...(container === ''
          ? [required(child(path, 'container'), 'must specify a container')]
          : complaints(checkLabel, container, child(path, 'container'))),
        ...ofTarget,
        ...validateShare(target, path),
      ]
    }
    default:
      return source satisfies never
  }
}

/** Either so much, or such a share of what was asked for. */
function validateShare({ averageUtilization, averageValue }: MetricTarget, path: FieldPath): FieldError[] {
  const target = child(path, 'target')
  if (averageUtilization === undefined && averageValue === undefined) {
    const why = 'must set either a target raw value or a target utilization'
    return [required(child(target, 'averageUtilization'), why)]
  }
  return averageUtilization !== undefined && averageValue !== undefined
    ? [forbidden(child(target, 'averageValue'), 'may not set both a target raw value and a target utilization')]
    : []
}

const validateIdentifier = (metric: MetricIdentifier | undefined, path: FieldPath): FieldError[] =>
  metric?.name
    ? complaints(checkPathSegment, metric.name, child(path, 'name'))
    : [required(child(path, 'name'), 'must specify a metric name')]

const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue']

function validateTarget(target: MetricTarget, path: FieldPath): FieldError[] {
  const { type = '', averageUtilization: share } = target
  return [
    ...(type === '' ? [required(child(path, 'type'), 'must specify a metric target type')] : []),
    ...(TARGET_TYPES.includes(type)
      ? []
      : [invalid(child(path, 'type'), type, 'must be either Utilization, Value, or AverageValue')]),
    ...(['value', 'averageValue'] as const).flatMap((field) => {
      const amount = target[field]
      return amount === undefined || parseQuantity(amount).mantissa > 0n
        ? []
        : [invalid(child(path, field), canonicalQuantity(amount), 'must be positive')]
    }),
    ...(share !== undefined && share < 1
      ? [invalid(child(path, 'averageUtilization'), share, 'must be greater than 0')]
      : []),
  ]
}

const WINDOW_SECONDS_MAX = 3600
const PERIOD_SECONDS_MAX = 1800

function validateRules(rules: HPAScalingRules, path: FieldPath): FieldError[] {
  const { stabilizationWindowSeconds: window = 0, selectPolicy, policies, tolerance } = rules
  const windowPath = child(path, 'stabilizationWindowSeconds')
  const all = policies ?? []
  return [
    ...(window < 0 ? [invalid(windowPath, window, 'must be greater than or equal to zero')] : []),
    ...(window > WINDOW_SECONDS_MAX
      ? [invalid(windowPath, window, `must be less than or equal to ${WINDOW_SECONDS_MAX}`)]
      : []),
    ...optionalOneOf(selectPolicy, ['Disabled', 'Max', 'Min'], child(path, 'selectPolicy')),
    ...(all.length === 0 ? [required(child(path, 'policies'), 'must specify at least one Policy')] : []),
    ...all.flatMap((policy, at) => validatePolicy(policy, index(child(path, 'policies'), at))),
    ...(tolerance !== undefined && parseQuantity(tolerance).mantissa < 0n
      ? [invalid(child(path, 'tolerance'), canonicalQuantity(tolerance), 'must be greater than or equal to 0')]
      : []),
  ]
}

function validatePolicy({ type = '', value = 0, periodSeconds = 0 }: HPAScalingPolicy, path: FieldPath): FieldError[] {
  const periodPath = child(path, 'periodSeconds')
  const isKnown = type === 'Pods' || type === 'Percent'
  return [
    ...(isKnown ? [] : [notSupported(child(path, 'type'), type, ['Percent', 'Pods'])]),
    ...(value <= 0 ? [invalid(child(path, 'value'), value, 'must be greater than zero')] : []),
    ...(periodSeconds <= 0 ? [invalid(periodPath, periodSeconds, 'must be greater than zero')] : []),
    ...(periodSeconds > PERIOD_SECONDS_MAX
      ? [invalid(periodPath, periodSeconds, `must be less than or equal to ${PERIOD_SECONDS_MAX}`)]
      : []),
  ]
}
