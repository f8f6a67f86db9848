/**
 * Whether a webhook or a policy is about a request: by its rules, its objects' labels, and its namespace's labels.
 *
 *     rules (operation, group, version, resource, scope, name) ─► objectSelector ─► namespaceSelector ─► conditions in CEL
 *
 * The cheapest question comes first; conditions are asked by whoever has an expression to ask.
 * Source: apiserver pkg/admission/plugin/policy/matching, pkg/admission/plugin/webhook/predicates.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { filterOfSelector, type LabelSelector } from '@muster/api/selector/label-selector.ts'
import { matchesLabels } from '@muster/api/selector/labels.ts'
import { notFound } from '@muster/api/status.ts'
import type { RuleWithOperations } from '@muster/api/types/admissionregistration-v1.ts'
import { core } from '../auth/reads.ts'
import type { AdmissionReads, AdmissionRequest, ObjectGuard } from './admission.ts'

/** A resource in one version. */
export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** What a webhook has, and what the matchResources of a policy or a binding have under other names. */
export interface MatchCriteria {
  readonly rules: readonly MatchRule[]
  /** Take away from what the rules choose. */
  readonly excludeRules?: readonly MatchRule[]
  /** A policy's binding without rules leaves the choice to the policy; a webhook without rules is never asked. */
  readonly whenNoRules: 'all' | 'nothing'
  /** `Equivalent` also chooses requests that name the resource in another version. */
  readonly matchPolicy: string | undefined
  readonly namespaceSelector: LabelSelector | undefined
  readonly objectSelector: LabelSelector | undefined
}

/** Webhooks say no names. */
export type MatchRule = RuleWithOperations & { readonly resourceNames?: readonly string[] }

/** The answer. */
export type Match =
  | { readonly matches: false }
  | {
      readonly matches: true
      /** The version that the rule named, in which whoever is asked wants the objects. */
      readonly resource: GroupVersionResource
      /** The namespace whose labels were looked at, as it must still be at the commit. */
      readonly guards: readonly ObjectGuard[]
    }

const NAMESPACES = core('namespaces')
const NO_MATCH: Match = { matches: false }

/** Asks the rules and both selectors. Throws NotFound when labels are asked of a namespace that is not there. */
export async function matchRequest(
  criteria: MatchCriteria,
  request: AdmissionRequest,
  reads: Pick<AdmissionReads, 'get'>,
): Promise<Match> {
  const resource = matchRules(criteria, request)
  if (!resource || !matchObjects(criteria.objectSelector, request)) return NO_MATCH
  const namespace = await matchNamespace(criteria.namespaceSelector, request, reads)
  return namespace.matches ? { matches: true, resource, guards: namespace.guards } : NO_MATCH
}

/** The resource as the rules name it; undefined when they are not about the request. */
export function matchRules(criteria: MatchCriteria, request: AdmissionRequest): GroupVersionResource | undefined {
  const { rules, excludeRules = [], whenNoRules, matchPolicy } = criteria
  const asked = resourceOf(request)
  const named = [asked, ...(matchPolicy === 'Equivalent' ? equivalentsOf(request) : [])]
  if (named.some((resource) => excludeRules.some((rule) => matchRule(rule, resource, request)))) return undefined
  if (rules.length === 0) return whenNoRules === 'all' ? asked : undefined
  return named.find((resource) => rules.some((rule) => matchRule(rule, resource, request)))
}

/** True when the object, or the one that it replaces, has the labels. */
export function matchObjects(selector: LabelSelector | undefined, request: AdmissionRequest): boolean {
  if (isEmpty(selector)) return true
  const filter = filterOfSelector(selector)
  return objectsOf(request).some(({ metadata }) => matchesLabels(filter, metadata.labels))
}

/** True when the namespace of the request has the labels. What is in no namespace is never left out. */
export async function matchNamespace(
  selector: LabelSelector | undefined,
  request: AdmissionRequest,
  reads: Pick<AdmissionReads, 'get'>,
): Promise<{ readonly matches: boolean; readonly guards: readonly ObjectGuard[] }> {
  const name = namespaceOfRequest(request)
  if (isEmpty(selector) || (name === '' && !isAboutNamespaces(request))) return { matches: true, guards: [] }
  const filter = filterOfSelector(selector)
  const writesIt = isAboutNamespaces(request) && request.subresource === '' && 'object' in request
  if (writesIt) return { matches: matchesLabels(filter, request.object.metadata.labels), guards: [] }
  const namespace = await reads.get(NAMESPACES, '', name)
  if (!namespace) throw notFound(NAMESPACES, name)
  const { labels, resourceVersion = '' } = namespace.metadata
  // What is about the namespace itself is guarded by its own write.
  const guards = isAboutNamespaces(request) ? [] : [{ resource: NAMESPACES, namespace: '', name, resourceVersion }]
  return { matches: matchesLabels(filter, labels), guards }
}

/** `CREATE`, as rules and reviews name what is done. */
export const operationOf = ({ verb }: Pick<AdmissionRequest, 'verb'>) => OPERATIONS[verb]

const OPERATIONS = { create: 'CREATE', update: 'UPDATE', delete: 'DELETE', connect: 'CONNECT' } as const

/** The resource as the path named it. */
export const resourceOf = ({ served: { kind, version } }: Pick<AdmissionRequest, 'served'>): GroupVersionResource => ({
  group: kind.group,
  version: version.name,
  resource: kind.plural,
})

/** A namespace is, to those who match it, in the namespace that it is; while it is created, in none. */
export const namespaceOfRequest = (request: AdmissionRequest): string =>
  isAboutNamespaces(request) ? request.name : request.namespace

/** Objects that reviews and expressions look at; there are none at a `connect`. */
const objectsOf = (request: AdmissionRequest): KubeObject[] => [
  ...('object' in request ? [request.object] : []),
  ...('old' in request ? [request.old] : []),
]

/** The same objects under other versions. */
function equivalentsOf({ served: { kind, version } }: AdmissionRequest): GroupVersionResource[] {
  const others = kind.versions.filter(({ name, served }) => served && name !== version.name)
  return [
    ...others.map(({ name }) => ({ group: kind.group, version: name, resource: kind.plural })),
    ...(kind.plural === 'events' ? EVENTS.filter(({ group }) => group !== kind.group) : []),
  ]
}

/** The one built-in kind that has two groups. */
const EVENTS: readonly GroupVersionResource[] = [
  { group: '', version: 'v1', resource: 'events' },
  { group: 'events.k8s.io', version: 'v1', resource: 'events' },
]

function matchRule(rule: MatchRule, asked: GroupVersionResource, request: AdmissionRequest): boolean {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], resourceNames = [] } = rule
  return (
    isNamed(operations, operationOf(request)) &&
    isNamed(apiGroups, asked.group) &&
    isNamed(apiVersions, asked.version) &&
    resources.some((one) => isResource(one, asked.resource, request.subresource)) &&
    isInScope(rule.scope, request) &&
    (resourceNames.length === 0 || resourceNames.includes(nameOf(request)))
  )
}

const isNamed = (items: readonly string[], asked: string): boolean => items.includes('*') || items.includes(asked)

/** `*` is every resource and no subresource; `*\/*` is everything. */
function isResource(rule: string, resource: string, subresource: string): boolean {
  const slash = rule.indexOf('/')
  const [own, below] = slash < 0 ? [rule, ''] : [rule.slice(0, slash), rule.slice(slash + 1)]
  return (own === '*' || own === resource) && (below === '*' || below === subresource)
}

function isInScope(scope: string | undefined, request: AdmissionRequest): boolean {
  if (scope === undefined || scope === '*') return true
  const isInNamespace = request.namespace !== '' && !isAboutNamespaces(request)
  return scope === 'Namespaced' ? isInNamespace : scope === 'Cluster' && !isInNamespace
}

/** A name that is yet to be made up is empty. */
const nameOf = (request: AdmissionRequest): string =>
  request.name || ('object' in request ? (request.object.metadata.name ?? '') : '')

const isAboutNamespaces = ({ resource: { group, resource } }: AdmissionRequest): boolean =>
  group === '' && resource === 'namespaces'

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  !selector || (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)

const CONFIGURATIONS: ReadonlySet<string> = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
])

/** True for webhooks and policies themselves: neither is asked about them, so that a bad one can be mended. */
export const isExempt = ({ resource: { group, resource } }: AdmissionRequest): boolean =>
  group === 'admissionregistration.k8s.io' && CONFIGURATIONS.has(resource)
