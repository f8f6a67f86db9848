/**
 * Which flow a request belongs to: the first flow schema, by precedence, one of whose rules fits who asks and what for.
 * Source: apiserver pkg/util/flowcontrol/rule.go, apf_controller.go.
 */
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '@muster/api/types/flowcontrol-v1.ts'
import { parseServiceAccountUsername, serviceAccountUsername, type User } from '../auth/user.ts'
import type { RequestInfo } from '../http/request-info.ts'

/** Schemas in the order in which they are tried: by precedence, and by name among those of the same. */
export const inOrder = (schemas: Iterable<FlowSchema>): readonly FlowSchema[] =>
  [...schemas].sort((one, other) => {
    const [a, b] = [precedenceOf(one), precedenceOf(other)]
    if (a !== b) return a - b
    const [name, otherName] = [one.metadata.name ?? '', other.metadata.name ?? '']
    return name < otherName ? -1 : name > otherName ? 1 : 0
  })

const precedenceOf = ({ spec }: FlowSchema): number => spec?.matchingPrecedence ?? 0

/** The first schema that fits. */
export const firstFitting = (schemas: readonly FlowSchema[], user: User, info: RequestInfo): FlowSchema | undefined =>
  schemas.find(({ spec }) => spec?.rules?.some((rule) => fits(rule, user, info)))

/** What tells the flows of one schema apart: a user's name, a namespace, or nothing. */
export function distinguisherOf({ spec }: FlowSchema, user: User, info: RequestInfo): string {
  switch (spec?.distinguisherMethod?.type) {
    case 'ByUser':
      return user.username
    case 'ByNamespace':
      return info.about === 'resource' ? info.namespace : ''
    default:
      return ''
  }
}

function fits(
  { subjects, resourceRules = [], nonResourceRules = [] }: PolicyRulesWithSubjects,
  user: User,
  info: RequestInfo,
) {
  if (!subjects.some((subject) => fitsSubject(subject, user))) return false
  return info.about === 'resource'
    ? resourceRules.some((rule) => fitsResource(rule, info))
    : nonResourceRules.some((rule) => fitsPath(rule, info))
}

function fitsSubject({ kind, user, group, serviceAccount }: Subject, { username, groups }: User): boolean {
  switch (kind) {
    case 'User':
      return user !== undefined && (user.name === '*' || user.name === username)
    case 'Group':
      return group !== undefined && (group.name === '*' || groups.includes(group.name))
    case 'ServiceAccount': {
      if (!serviceAccount) return false
      const { namespace, name } = serviceAccount
      return name === '*'
        ? parseServiceAccountUsername(username)?.namespace === namespace
        : username === serviceAccountUsername(namespace, name)
    }
    default:
      return false
  }
}

type OfResource = Extract<RequestInfo, { readonly about: 'resource' }>

function fitsResource(
  rule: ResourcePolicyRule,
  { verb, group, resource, subresource, namespace }: OfResource,
): boolean {
  const what = subresource === '' ? resource : `${resource}/${subresource}`
  if (!has(rule.verbs, verb) || !has(rule.resources, what) || !has(rule.apiGroups, group)) return false
  return namespace === '' ? rule.clusterScope === true : has(rule.namespaces ?? [], namespace)
}

function fitsPath({ verbs, nonResourceURLs }: NonResourcePolicyRule, { verb, path }: RequestInfo): boolean {
  return (
    has(verbs, verb) && nonResourceURLs.some((pattern) => pattern === '*' || pattern === path || isBelow(path, pattern))
  )
}

/** `/healthz` stands for what is below it too, with a star at its end or without. */
function isBelow(path: string, pattern: string): boolean {
  const prefix = pattern.endsWith('*') ? pattern.slice(0, -1) : pattern
  return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`)
}

/** The star stands for everything where it stands alone. */
const has = (words: readonly string[], word: string): boolean =>
  (words.length === 1 && words[0] === '*') || words.includes(word)
