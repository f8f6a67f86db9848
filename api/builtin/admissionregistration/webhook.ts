/** What both kinds of webhooks share. Source: kubernetes pkg/apis/admissionregistration. */
import { validateClient } from '../../crd/validate/conversion.ts'
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { check1035Label, checkSubdomain } from '../../names.ts'
import { sameMeaning } from '../../same-meaning.ts'
import { validateLabelSelector } from '../../selector/label-selector.ts'
import type { MutatingWebhook, ValidatingWebhook } from '../../types/admissionregistration-v1.ts'
import { validateMatchConditions } from './match-conditions.ts'
import { FAILURE_POLICIES, MATCH_POLICIES } from './match-resources.ts'
import { defaultRule, validateRule } from './rule.ts'

/** A webhook of either kind; only one that changes objects may be asked again. */
export type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

/** Fills in what a webhook does not say. */
export function defaultWebhook(hook: Webhook): void {
  hook.failurePolicy ??= 'Fail'
  hook.matchPolicy ??= 'Equivalent'
  hook.namespaceSelector ??= {}
  hook.objectSelector ??= {}
  hook.timeoutSeconds ??= 10
  hook.rules?.forEach(defaultRule)
  const { service } = hook.clientConfig ?? {}
  if (service) service.port ??= 443
}

/** What is wrong with the webhooks of a configuration. What the old ones did wrong, the new ones may. */
export function validateWebhooks(
  given: readonly Webhook[] | undefined,
  old: readonly Webhook[] | undefined,
): FieldError[] {
  const hooks = given ?? []
  const leniency = leniencyOf(hooks, old)
  return hooks.flatMap((hook, at) => {
    const path = index('webhooks', at)
    const isTwice = hook.name && hooks.findIndex(({ name }) => name === hook.name) < at
    return [
      ...validateWebhook(hook, leniency, path),
      ...validateReviewVersions(hook.admissionReviewVersions ?? [], leniency, child(path, 'admissionReviewVersions')),
      ...(isTwice && !leniency.sameNames ? [duplicate(child(path, 'name'), hook.name)] : []),
    ]
  })
}

interface Leniency {
  readonly sideEffects: boolean
  readonly reviewVersions: boolean
  readonly sameNames: boolean
  readonly selectorValues: boolean
  readonly matchConditions: boolean
}

function leniencyOf(hooks: readonly Webhook[], old: readonly Webhook[] | undefined): Leniency {
  const before = old ?? []
  return {
    sideEffects: before.some(({ sideEffects }) => !NO_SIDE_EFFECTS.includes(sideEffects)),
    reviewVersions: before.some(({ admissionReviewVersions: said }) => said?.length > 0 && !isUnderstood(said)),
    sameNames: new Set(before.map(({ name }) => name)).size < before.length,
    selectorValues: before.some((hook) => validateSelectors(hook, false, '').length > 0),
    matchConditions:
      old !== undefined &&
      hooks.length === old.length &&
      hooks.every(({ matchConditions }, at) => sameMeaning(matchConditions, old[at]?.matchConditions)),
  }
}

const REVIEW_VERSIONS = ['v1', 'v1beta1']
const NO_SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const SIDE_EFFECTS = ['None', 'NoneOnDryRun', 'Some', 'Unknown']
const REINVOCATION_POLICIES = ['IfNeeded', 'Never']
const TIMEOUT_SECONDS_MAX = 30

const isUnderstood = (versions: readonly string[]): boolean => versions.some((one) => REVIEW_VERSIONS.includes(one))

function validateWebhook(hook: Webhook, leniency: Leniency, path: FieldPath): FieldError[] {
  const { failurePolicy, matchPolicy, sideEffects, timeoutSeconds: timeout = 1, reinvocationPolicy } = hook
  const effects = leniency.sideEffects ? SIDE_EFFECTS : NO_SIDE_EFFECTS
  const oneOf = (field: string, value: string | undefined, supported: readonly string[]) =>
    value === undefined || supported.includes(value) ? [] : [notSupported(child(path, field), value, supported)]
  return [
    ...validateName(hook.name ?? '', child(path, 'name')),
    ...(hook.rules ?? []).flatMap((rule, at) => validateRule(rule, index(child(path, 'rules'), at))),
    ...oneOf('failurePolicy', failurePolicy, FAILURE_POLICIES),
    ...oneOf('matchPolicy', matchPolicy, MATCH_POLICIES),
    ...((sideEffects ?? null) === null
      ? [required(child(path, 'sideEffects'), `must specify one of ${effects.join(', ')}`)]
      : oneOf('sideEffects', sideEffects, effects)),
    ...(timeout < 1 || timeout > TIMEOUT_SECONDS_MAX
      ? [
          invalid(
            child(path, 'timeoutSeconds'),
            timeout,
            `the timeout value must be between 1 and ${TIMEOUT_SECONDS_MAX} seconds`,
          ),
        ]
      : []),
    ...validateSelectors(hook, leniency.selectorValues, path),
    ...oneOf('reinvocationPolicy', reinvocationPolicy, REINVOCATION_POLICIES),
    ...validateClient(hook.clientConfig ?? {}, child(path, 'clientConfig')),
    ...(leniency.matchConditions
      ? []
      : validateMatchConditions(hook.matchConditions, false, child(path, 'matchConditions'))),
  ]
}

const validateSelectors = (
  { namespaceSelector, objectSelector }: Webhook,
  allowInvalidValues: boolean,
  path: FieldPath,
): FieldError[] => [
  ...validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'), { allowInvalidValues }),
  ...validateLabelSelector(objectSelector, child(path, 'objectSelector'), { allowInvalidValues }),
]

function validateName(name: string, path: FieldPath): FieldError[] {
  if (name === '') return [required(path)]
  const wrong = checkSubdomain(name)
  if (wrong.length > 0) return [invalid(path, name, wrong.join(','))]
  if (name.split('.').length >= 3) return []
  return [invalid(path, name, 'should be a domain with at least three segments separated by dots')]
}

function validateReviewVersions(versions: readonly string[], leniency: Leniency, path: FieldPath): FieldError[] {
  const known = REVIEW_VERSIONS.join(', ')
  if (versions.length === 0) return [required(path, `must specify one of ${known}`)]
  const errors = versions.flatMap((version, at) =>
    versions.indexOf(version) < at
      ? [invalid(index(path, at), version, 'duplicate version')]
      : check1035Label(version).map((why) => invalid(index(path, at), version, why)),
  )
  if (leniency.reviewVersions || isUnderstood(versions)) return errors
  return [...errors, invalid(path, versions, `must include at least one of ${known}`)]
}
