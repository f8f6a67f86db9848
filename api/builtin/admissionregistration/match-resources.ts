/** What policies and their bindings are about, and what they take as parameters. Source: kubernetes pkg/apis/admissionregistration/validation. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { check1035Label, checkPathSegment, checkSubdomain } from '../../names.ts'
import { validateLabelSelector } from '../../selector/label-selector.ts'
import type {
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  ParamRef,
} from '../../types/admissionregistration-v1.ts'
import { defaultRule, validateRule } from './rule.ts'

/** Source: kubernetes pkg/apis/admissionregistration/validation supportedMatchPolicies. */
export const MATCH_POLICIES: readonly string[] = ['Equivalent', 'Exact']

/** Says that a match is about equivalent requests of any namespace and object, when it says nothing. */
export function defaultMatchResources(match: MatchResources | undefined): void {
  if (!match) return
  match.matchPolicy ??= 'Equivalent'
  match.namespaceSelector ??= {}
  match.objectSelector ??= {}
  match.resourceRules?.forEach(defaultRule)
  match.excludeResourceRules?.forEach(defaultRule)
}

/** What is wrong with a match. */
export function validateMatchResources(match: MatchResources, path: FieldPath): FieldError[] {
  const { matchPolicy: policy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = match
  const named = (rules: readonly NamedRuleWithOperations[] | undefined, field: string) =>
    (rules ?? []).flatMap((rule, at) => validateNamedRule(rule, index(child(path, field), at)))
  return [
    ...(policy === undefined ? [required(child(path, 'matchPolicy'))] : []),
    ...(policy === undefined || MATCH_POLICIES.includes(policy)
      ? []
      : [notSupported(child(path, 'matchPolicy'), policy, MATCH_POLICIES)]),
    ...(namespaceSelector
      ? validateLabelSelector(namespaceSelector, child(path, 'namespaceSelector'))
      : [required(child(path, 'namespaceSelector'))]),
    ...(objectSelector
      ? validateLabelSelector(objectSelector, child(path, 'objectSelector'))
      : [required(child(path, 'objectSelector'))]),
    ...named(resourceRules, 'resourceRules'),
    ...named(excludeResourceRules, 'excludeResourceRules'),
  ]
}

/** What is wrong with the constraints of a policy: a match that names some resource. */
export function validateConstraints(match: MatchResources | undefined, path: FieldPath): FieldError[] {
  if (!match) return [required(path)]
  const isAboutNothing = (match.resourceRules ?? []).length === 0
  return [...validateMatchResources(match, path), ...(isAboutNothing ? [required(child(path, 'resourceRules'))] : [])]
}

const CHANGING = ['*', 'CONNECT', 'CREATE', 'UPDATE']

/** A deletion cannot be changed. */
export const validateChangingOperations = (match: MatchResources | undefined, path: FieldPath): FieldError[] =>
  (match?.resourceRules ?? []).flatMap(({ operations }) =>
    (operations ?? [])
      .filter((operation) => !CHANGING.includes(operation))
      .map((operation) => notSupported(child(path, 'resourceRules', 'operations'), operation, CHANGING)),
  )

function validateNamedRule(rule: NamedRuleWithOperations, path: FieldPath): FieldError[] {
  const names = rule.resourceNames ?? []
  return [
    ...names.flatMap((name, at) => {
      const own = index(child(path, 'resourceNames'), at)
      const wrong = checkPathSegment(name).map((why) => invalid(own, name, why))
      return names.indexOf(name) < at ? [...wrong, duplicate(own, name)] : wrong
    }),
    ...validateRule(rule, path),
  ]
}

/** What is wrong with the kind of a policy's parameters. */
export function validateParamKind({ apiVersion = '', kind = '' }: ParamKind, path: FieldPath): FieldError[] {
  return [
    ...(apiVersion === ''
      ? [required(child(path, 'apiVersion'))]
      : validateApiVersion(apiVersion, child(path, 'apiVersion'))),
    ...(kind === '' ? [required(child(path, 'kind'))] : validateKindName(kind, child(path, 'kind'))),
  ]
}

function validateApiVersion(apiVersion: string, path: FieldPath): FieldError[] {
  const parts = apiVersion === '/' ? [''] : apiVersion.split('/')
  if (parts.length > 2) return [invalid(path, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)]
  const version = parts.at(-1) ?? ''
  const group = parts.length === 2 ? (parts[0] ?? '') : ''
  const wrongGroup = group === '' ? [] : checkSubdomain(group)
  const wrongVersion = version === '' ? [] : check1035Label(version)
  return [
    ...(wrongGroup.length > 0 ? [invalid(path, group, wrongGroup.join(','))] : []),
    ...(version === '' ? [invalid(path, apiVersion, 'version must be specified')] : []),
    ...(wrongVersion.length > 0 ? [invalid(path, version, wrongVersion.join(','))] : []),
  ]
}

function validateKindName(kind: string, path: FieldPath): FieldError[] {
  const wrong = check1035Label(kind.toLowerCase())
  if (wrong.length === 0) return []
  return [invalid(path, kind, `may have mixed case, but should otherwise match: ${wrong.join(',')}`)]
}

const NOT_FOUND_ACTIONS = ['Deny', 'Allow']

/** What is wrong with where a binding has its parameters from. */
export function validateParamRef(ref: ParamRef | undefined, path: FieldPath): FieldError[] {
  if (!ref) return []
  const { name = '', selector, parameterNotFoundAction: action = '' } = ref
  const both = 'name and selector are mutually exclusive'
  const isBoth = name !== '' && selector !== undefined
  return [
    ...(name === '' ? [] : checkPathSegment(name).map((why) => invalid(child(path, 'name'), name, why))),
    ...(isBoth ? [forbidden(child(path, 'name'), both)] : []),
    ...(selector ? validateLabelSelector(selector, child(path, 'selector')) : []),
    ...(isBoth ? [forbidden(child(path, 'selector'), both)] : []),
    ...(name === '' && !selector ? [required(path, 'one of name or selector must be specified')] : []),
    ...(action === '' ? [required(child(path, 'parameterNotFoundAction'))] : []),
    ...(action === '' || NOT_FOUND_ACTIONS.includes(action)
      ? []
      : [notSupported(child(path, 'parameterNotFoundAction'), action, NOT_FOUND_ACTIONS)]),
  ]
}

/** What is wrong with the name of the policy that a binding is of. */
export const validatePolicyName = (name: string | undefined, path: FieldPath): FieldError[] =>
  name ? checkSubdomain(name).map((why) => invalid(path, name, why)) : [required(path)]

/** What is wrong with what becomes of a request when a policy fails. */
export function validateFailurePolicy(policy: string | undefined, path: FieldPath): FieldError[] {
  if (policy === undefined) return [required(path)]
  return FAILURE_POLICIES.includes(policy) ? [] : [notSupported(path, policy, FAILURE_POLICIES)]
}

/** Source: kubernetes pkg/apis/admissionregistration/validation supportedFailurePolicies. */
export const FAILURE_POLICIES: readonly string[] = ['Fail', 'Ignore']
