/**
 * What of each request is kept in the audit log: the Policy of audit.k8s.io/v1, read and asked.
 *
 *     (who asks, what for) ─► the first rule that fits ─► level, stages left out, managed fields left out
 *
 * Source: apiserver pkg/apis/audit, pkg/apis/audit/validation, pkg/audit/policy.
 */
import {
  child,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
  sayFieldErrors,
} from '@muster/api/field-error.ts'
import { checkSubdomain } from '@muster/api/names.ts'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Attributes } from '../auth/authorization.ts'
import type { User } from '../auth/user.ts'

/** How much is kept of a request; each holds what the one before it does. */
export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const
/** See {@link LEVELS}. */
export type Level = (typeof LEVELS)[number]

/** The moments of a request that may be told. `ResponseStarted` is told of watches, and of who is not known. */
export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const
/** See {@link STAGES}. */
export type Stage = (typeof STAGES)[number]

/** True when a level keeps at least what another does. */
export const isAtLeast = (level: Level, other: Level): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(other)

/** Which requests a rule is about, and what is kept of them. A list that is empty leaves nobody out. */
export interface PolicyRule {
  readonly level: Level
  readonly users: readonly string[]
  readonly userGroups: readonly string[]
  readonly verbs: readonly string[]
  readonly resources: readonly GroupResources[]
  /** The empty one stands for what is in no namespace. */
  readonly namespaces: readonly string[]
  /** A `*` at the end stands for whatever follows. */
  readonly nonResourceURLs: readonly string[]
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields?: boolean
}

/** `pods`, `pods/log`, all below `pods`, one subresource of all, or `*`. The group `*` is every group. */
export interface GroupResources {
  readonly group: string
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
}

/** Rules in order: the first that fits decides, and nothing is kept where none does. */
export interface Policy {
  readonly rules: readonly PolicyRule[]
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
}

/** What becomes of one request. */
export interface Treatment {
  readonly level: Level
  readonly omitStages: readonly Stage[]
  readonly omitManagedFields: boolean
}

/** Asks the policy. `user` is absent where who asks is not known. */
export function treatmentOf(policy: Policy, user: User | undefined, asked: Attributes): Treatment {
  const rule = policy.rules.find((one) => fits(one, user, asked))
  return {
    level: rule?.level ?? 'None',
    omitStages: rule && rule.omitStages.length > 0 ? [...policy.omitStages, ...rule.omitStages] : policy.omitStages,
    omitManagedFields: rule?.omitManagedFields ?? policy.omitManagedFields,
  }
}

function fits(rule: PolicyRule, user: User | undefined, asked: Attributes): boolean {
  const { users, userGroups, verbs, namespaces, resources, nonResourceURLs } = rule
  if (users.length > 0 && !(user && users.includes(user.username))) return false
  if (userGroups.length > 0 && !user?.groups.some((group) => userGroups.includes(group))) return false
  if (verbs.length > 0 && !verbs.includes(asked.verb)) return false
  if (namespaces.length > 0 || resources.length > 0) return asked.about === 'resource' && fitsResource(rule, asked)
  if (nonResourceURLs.length === 0) return true
  return asked.about === 'path' && nonResourceURLs.some((spec) => fitsPath(spec, asked.path))
}

type AskedResource = Extract<Attributes, { readonly about: 'resource' }>

function fitsResource({ namespaces, resources }: PolicyRule, asked: AskedResource): boolean {
  if (namespaces.length > 0 && !namespaces.includes(asked.namespace)) return false
  if (resources.length === 0) return true
  return resources.some(({ group, resources: said, resourceNames }) => {
    if (group !== '*' && group !== asked.group) return false
    if (said.length === 0) return true
    if (resourceNames.length > 0 && !resourceNames.includes(asked.name)) return false
    return said.some((one) => isNamed(one, asked))
  })
}

/** Here `*` is every resource with its subresources, other than in rules of webhooks. */
function isNamed(said: string, { resource, subresource }: AskedResource): boolean {
  if (said === '*' || said === (subresource === '' ? resource : `${resource}/${subresource}`)) return true
  return (subresource !== '' && said === `*/${subresource}`) || said === `${resource}/*`
}

const fitsPath = (spec: string, path: string): boolean =>
  spec === '*' || spec === path || (spec.endsWith('*') && path.startsWith(spec.replace(/\*+$/, '')))

/** Reads a policy. Throws Invalid with everything that is wrong. */
export function readPolicy(value: Json): Policy {
  if (!isObject(value)) throw refused('it holds no object')
  const { apiVersion, kind } = value
  if (apiVersion !== 'audit.k8s.io/v1' || kind !== 'Policy') {
    throw refused(`it must be a Policy of audit.k8s.io/v1, and is ${String(kind)} of ${String(apiVersion)}`)
  }
  const errors = checkPolicy(value)
  if (errors.length > 0) throw refused(sayFieldErrors(errors))
  const rules = objectsIn(value.rules)
  if (rules.length === 0) throw refused('loaded illegal policy with 0 rules')
  return {
    rules: rules.map(readRule),
    omitStages: stagesIn(value.omitStages),
    omitManagedFields: value.omitManagedFields === true,
  }
}

const refused = (why: string) => new ControlError('Invalid', `the audit policy cannot be used: ${why}`)

function readRule(rule: JsonObject): PolicyRule {
  const { omitManagedFields } = rule
  return {
    level: LEVELS.find((level) => level === rule.level) ?? 'None',
    users: textsIn(rule.users),
    userGroups: textsIn(rule.userGroups),
    verbs: textsIn(rule.verbs),
    namespaces: textsIn(rule.namespaces),
    nonResourceURLs: textsIn(rule.nonResourceURLs),
    omitStages: stagesIn(rule.omitStages),
    resources: objectsIn(rule.resources).map((one) => ({
      group: typeof one.group === 'string' ? one.group : '',
      resources: textsIn(one.resources),
      resourceNames: textsIn(one.resourceNames),
    })),
    ...(typeof omitManagedFields === 'boolean' ? { omitManagedFields } : {}),
  }
}

const textsIn = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
const objectsIn = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : [])
const stagesIn = (value: Json | undefined): Stage[] =>
  textsIn(value).flatMap((said) => STAGES.filter((stage) => stage === said))

function checkPolicy(policy: JsonObject): FieldError[] {
  return [
    ...checkFields(policy, POLICY_FIELDS, ''),
    ...checkStages(policy.omitStages, 'omitStages'),
    ...objectsIn(policy.rules).flatMap((rule, at) => checkRule(rule, index('rules', at))),
  ]
}

/** Fields by the type that they must have. */
const POLICY_FIELDS: Readonly<Record<string, FieldType>> = {
  apiVersion: 'text',
  kind: 'text',
  metadata: 'object',
  rules: 'objects',
  omitStages: 'texts',
  omitManagedFields: 'boolean',
}
const RULE_FIELDS: Readonly<Record<string, FieldType>> = {
  level: 'text',
  users: 'texts',
  userGroups: 'texts',
  verbs: 'texts',
  resources: 'objects',
  namespaces: 'texts',
  nonResourceURLs: 'texts',
  omitStages: 'texts',
  omitManagedFields: 'boolean',
}
const RESOURCES_FIELDS: Readonly<Record<string, FieldType>> = {
  group: 'text',
  resources: 'texts',
  resourceNames: 'texts',
}

type FieldType = 'text' | 'texts' | 'object' | 'objects' | 'boolean'

const IS_OF_TYPE: Readonly<Record<FieldType, (value: Json) => boolean>> = {
  text: (value) => typeof value === 'string',
  texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
  object: isObject,
  objects: (value) => Array.isArray(value) && value.every(isObject),
  boolean: (value) => typeof value === 'boolean',
}
const SAY_TYPE: Readonly<Record<FieldType, string>> = {
  text: 'must be text',
  texts: 'must be a list of texts',
  object: 'must be an object',
  objects: 'must be a list of objects',
  boolean: 'must be true or false',
}

/** A slip of the pen in a policy is an event that nobody wrote down: what is not known is refused. */
function checkFields(object: JsonObject, types: Readonly<Record<string, FieldType>>, path: FieldPath): FieldError[] {
  return Object.entries(object).flatMap(([name, value]) => {
    const type = types[name]
    if (!type) return [invalid(child(path, name), value, 'there is no such field')]
    return value === null || IS_OF_TYPE[type](value) ? [] : [invalid(child(path, name), value, SAY_TYPE[type])]
  })
}

function checkRule(rule: JsonObject, path: FieldPath): FieldError[] {
  const { level = '' } = rule
  const urls = textsIn(rule.nonResourceURLs)
  const resources = objectsIn(rule.resources)
  const at = child(path, 'nonResourceURLs')
  const isBoth = urls.length > 0 && (resources.length > 0 || textsIn(rule.namespaces).length > 0)
  return [
    ...checkFields(rule, RULE_FIELDS, path),
    ...(level === ''
      ? [required(child(path, 'level'))]
      : LEVELS.some((known) => known === level)
        ? []
        : [notSupported(child(path, 'level'), level, LEVELS)]),
    ...urls.flatMap((url, number) => checkUrl(url, index(at, number))),
    ...resources.flatMap((one) => checkResources(one, child(path, 'resources'))),
    ...checkStages(rule.omitStages, child(path, 'omitStages')),
    ...(isBoth ? [invalid(at, urls, 'rules cannot apply to both regular resources and non-resource URLs')] : []),
  ]
}

function checkUrl(url: string, path: FieldPath): FieldError[] {
  if (url === '*') return []
  return [
    ...(url.startsWith('/') ? [] : [invalid(path, url, "non-resource URL rules must begin with a '/' character")]),
    ...(url.slice(0, -1).includes('*')
      ? [invalid(path, url, "non-resource URL wildcards '*' must be the final character of the rule")]
      : []),
  ]
}

function checkResources(one: JsonObject, path: FieldPath): FieldError[] {
  const group = typeof one.group === 'string' ? one.group : ''
  const names = textsIn(one.resourceNames)
  const wrong = group === '' || group === '*' ? [] : checkSubdomain(group)
  const hasNoResource = names.length > 0 && textsIn(one.resources).length === 0
  return [
    ...checkFields(one, RESOURCES_FIELDS, path),
    ...(wrong.length > 0 ? [invalid(child(path, 'group'), group, wrong.join(','))] : []),
    ...(hasNoResource
      ? [invalid(child(path, 'resourceNames'), names, 'using resourceNames requires at least one resource')]
      : []),
  ]
}

const checkStages = (value: Json | undefined, path: FieldPath): FieldError[] =>
  textsIn(value).flatMap((stage, at) =>
    STAGES.some((known) => known === stage)
      ? []
      : [invalid(index(path, at), stage, `allowed stages are ${STAGES.join(',')}`)],
  )
