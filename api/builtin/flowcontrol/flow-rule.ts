/** Which requests a FlowSchema is about: whose, and for what. Source: kubernetes pkg/apis/flowcontrol/validation. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { checkLabel, checkSubdomain } from '../../names.ts'
import type {
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
} from '../../types/flowcontrol-v1.ts'

/** What is wrong with one rule. */
export function validateFlowRule(rule: PolicyRulesWithSubjects, path: FieldPath): FieldError[] {
  const subjects = rule.subjects ?? []
  const resourceRules = rule.resourceRules ?? []
  const nonResourceRules = rule.nonResourceRules ?? []
  const isAboutNothing = resourceRules.length === 0 && nonResourceRules.length === 0
  return [
    ...(subjects.length === 0 ? [required(child(path, 'subjects'), 'subjects must contain at least one value')] : []),
    ...subjects.flatMap((subject, at) => validateSubject(subject, index(child(path, 'subjects'), at))),
    ...(isAboutNothing
      ? [required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')]
      : []),
    ...resourceRules.flatMap((one, at) => validateResourceRule(one, index(child(path, 'resourceRules'), at))),
    ...nonResourceRules.flatMap((one, at) => validatePathRule(one, index(child(path, 'nonResourceRules'), at))),
  ]
}

/** Each kind of subject has a field of its own. */
const SUBJECT_FIELDS = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const
type SubjectKind = keyof typeof SUBJECT_FIELDS

const isSubjectKind = (kind: string): kind is SubjectKind => Object.hasOwn(SUBJECT_FIELDS, kind)

function validateSubject(subject: Subject, path: FieldPath): FieldError[] {
  const { kind } = subject
  if (!isSubjectKind(kind)) return [notSupported(child(path, 'kind'), kind, ['Group', 'ServiceAccount', 'User'])]
  const own = SUBJECT_FIELDS[kind]
  return [
    ...validateOwnField(subject, own, kind, child(path, own)),
    ...OTHERS_IN_ORDER.filter((other) => other !== kind && subject[SUBJECT_FIELDS[other]] !== undefined).map(
      (other) => {
        const field = SUBJECT_FIELDS[other]
        return forbidden(child(path, field), `${field} is forbidden when subject kind is not '${other}'`)
      },
    ),
  ]
}

const OTHERS_IN_ORDER: readonly SubjectKind[] = ['ServiceAccount', 'User', 'Group']

function validateOwnField(
  subject: Subject,
  field: (typeof SUBJECT_FIELDS)[SubjectKind],
  kind: SubjectKind,
  path: FieldPath,
): FieldError[] {
  const said = subject[field]
  if (!said) return [required(path, `${field} is required when subject kind is '${kind}'`)]
  if (kind === 'ServiceAccount' && subject.serviceAccount) return validateServiceAccount(subject.serviceAccount, path)
  return said.name ? [] : [required(child(path, 'name'))]
}

const validateServiceAccount = ({ name, namespace }: ServiceAccountSubject, path: FieldPath): FieldError[] => [
  ...(name ? [] : [required(child(path, 'name'))]),
  ...(name && name !== '*' ? checkSubdomain(name).map((why) => invalid(child(path, 'name'), name, why)) : []),
  ...(namespace
    ? checkLabel(namespace).map((why) => invalid(child(path, 'namespace'), namespace, why))
    : [required(child(path, 'namespace'), 'must specify namespace for service account')]),
]

/** Source: kubernetes pkg/apis/flowcontrol/validation supportedVerbs. */
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']

function validateVerbs(given: readonly string[] | undefined, path: FieldPath): FieldError[] {
  const verbs = given ?? []
  if (verbs.length === 0) return [required(path, 'verbs must contain at least one value')]
  if (verbs.includes('*')) return validateAlone(verbs, 'verbs', path)
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [notSupported(path, verbs, VERBS)]
}

/** `*` says all, so nothing else need be said. */
const validateAlone = (values: readonly string[], what: string, path: FieldPath): FieldError[] =>
  values.length > 1 && values.includes('*')
    ? [invalid(path, values, `if '*' is present, must not specify other ${what}`)]
    : []

function validateResourceRule(rule: ResourcePolicyRule, path: FieldPath): FieldError[] {
  const [groups, resources, namespaces] = [rule.apiGroups ?? [], rule.resources ?? [], rule.namespaces ?? []]
  const atLeastOne = (values: readonly string[], field: string, one: string, what: string) =>
    values.length === 0
      ? [required(child(path, field), `resource rules must supply at least one ${one}`)]
      : validateAlone(values, what, child(path, field))
  return [
    ...validateVerbs(rule.verbs, child(path, 'verbs')),
    ...atLeastOne(groups, 'apiGroups', 'api group', 'api groups'),
    ...atLeastOne(resources, 'resources', 'resource', 'resources'),
    ...validateNamespaces(namespaces, rule.clusterScope ?? false, child(path, 'namespaces')),
  ]
}

function validateNamespaces(namespaces: readonly string[], isClusterScope: boolean, path: FieldPath): FieldError[] {
  if (namespaces.length === 0 && !isClusterScope) {
    return [required(path, 'resource rules that are not cluster scoped must supply at least one namespace')]
  }
  if (namespaces.includes('*')) return validateAlone(namespaces, 'namespaces', path)
  return namespaces.flatMap((name, at) =>
    checkLabel(name).map((why) =>
      invalid(index(path, at), name, `each member of this list must be '*' or a DNS-1123 label; ${why}`),
    ),
  )
}

function validatePathRule({ verbs, nonResourceURLs }: NonResourcePolicyRule, path: FieldPath): FieldError[] {
  const [paths, own] = [nonResourceURLs ?? [], child(path, 'nonResourceURLs')]
  return [
    ...validateVerbs(verbs, child(path, 'verbs')),
    ...(paths.length === 0 ? [required(own, 'nonResourceURLs must contain at least one value')] : []),
    ...(paths.includes('*')
      ? validateAlone(paths, 'non-resource URLs', own)
      : paths.flatMap((one, at) => {
          const wrong = sayWrongPath(one)
          return wrong ? [invalid(index(own, at), one, wrong)] : []
        })),
  ]
}

function sayWrongPath(path: string): string | undefined {
  if (path === '') return 'must not be empty'
  if (path === '/') return undefined
  if (!path.startsWith('/')) return 'must start with slash'
  if (path.includes(' ')) return 'must not contain white-space'
  if (path.includes('//')) return 'must not contain double slash'
  const first = path.indexOf('*')
  return first < 0 || (path.endsWith('/*') && first === path.length - 1)
    ? undefined
    : 'wildcard can only do suffix matching'
}
