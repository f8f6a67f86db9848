/**
 * What an expression of a policy or a webhook is asked about: one request, in the version that its rule named.
 * Source: apiserver pkg/admission/plugin/cel/condition.go, activation.go.
 */
import type { PolicyNames } from '@muster/api/cel/admission/variables.ts'
import { bindPlain } from '@muster/api/cel/bind.ts'
import { type AuthorizerSource, authorizerValue, resourceCheckValue } from '@muster/api/cel/functions/authorizer.ts'
import type { Value } from '@muster/api/cel/value.ts'
import { apiVersionOf, type Json, type JsonObject, type KubeObject } from '@muster/api/object.ts'
import { type Authorizer, aboutResource } from '../../auth/authorization.ts'
import { serviceAccountGroups, serviceAccountUsername, type User } from '../../auth/user.ts'
import { toVersion } from '../../resources/versions.ts'
import type { AdmissionRequest } from '../admission.ts'
import { type GroupVersionResource, namespaceOfRequest, operationOf, resourceOf } from '../match-rules.ts'

/** The values of names; each is made when it is first asked for. */
export type PolicyInput = (name: string) => Value | undefined

/** What goes into it. */
export interface PolicyFacts {
  readonly request: AdmissionRequest
  /** As the rule named it. */
  readonly matched: GroupVersionResource
  readonly authorizer: Authorizer
  /** Null where a policy takes parameters and has none. */
  readonly params?: KubeObject | null
  readonly namespace: KubeObject | undefined
}

/** The names that every policy has; `variables` are whoever's who has some. */
export function policyInput(facts: PolicyFacts, names: PolicyNames): PolicyInput {
  const made = new Map<string, Value>()
  const make = (name: string): Value | undefined => {
    const { request, matched } = facts
    switch (name) {
      case 'object':
        return bindPlain(inVersion(request, matched, 'object' in request ? request.object : undefined))
      case 'oldObject':
        return bindPlain(inVersion(request, matched, 'old' in request ? request.old : undefined))
      case 'request':
        return bindPlain(requestOf(facts))
      case 'namespaceObject':
        return bindPlain(namespaceObject(facts.namespace))
      case 'params':
        return names.params ? bindPlain(asJson(facts.params ?? null)) : undefined
      case 'authorizer':
        return authorizerValue(sourceFor(facts.authorizer, request.user))
      case 'authorizer.requestResource':
        return requestResource(facts)
      default:
        return undefined
    }
  }
  return (name) => {
    const known = made.get(name)
    if (known !== undefined) return known
    const value = make(name)
    if (value !== undefined) made.set(name, value)
    return value
  }
}

/** Objects are JSON, whatever they are typed as. */
const asJson = (value: KubeObject | null): Json => value as Json

function inVersion(request: AdmissionRequest, matched: GroupVersionResource, object: KubeObject | undefined): Json {
  if (!object) return null
  const { kind } = request.served
  const version = kind.versions.find(({ name }) => name === matched.version) ?? request.served.version
  // What is made below an object, such as a Binding, has a kind of its own, which has one version.
  return object.kind === kind.kind ? asJson(toVersion({ ...request.served, version }, object)) : asJson(object)
}

const OPTIONS = { create: 'CreateOptions', update: 'UpdateOptions', delete: 'DeleteOptions', connect: 'ConnectOptions' }

function requestOf({ request, matched }: PolicyFacts): JsonObject {
  const { user, subresource, dryRun, verb } = request
  const object = 'object' in request ? request.object : 'old' in request ? request.old : undefined
  const kind = object?.kind ?? request.served.kind.kind
  const own = kind === request.served.kind.kind
  const [group = '', version = ''] = own
    ? [matched.group, matched.version]
    : (object?.apiVersion ?? '').includes('/')
      ? (object?.apiVersion ?? '').split('/')
      : ['', object?.apiVersion ?? '']
  const asked = resourceOf(request)
  return withoutEmpty({
    kind: { group, version, kind },
    resource: { ...matched },
    subResource: subresource,
    requestKind: { group: own ? asked.group : group, version: own ? asked.version : version, kind },
    requestResource: { ...asked },
    requestSubResource: subresource,
    name: request.name || object?.metadata.name || '',
    namespace: namespaceOfRequest(request),
    operation: operationOf(request),
    userInfo: userInfo(user),
    dryRun,
    options: {
      apiVersion: 'meta.k8s.io/v1',
      kind: OPTIONS[verb],
      ...(dryRun ? { dryRun: ['All'] } : {}),
    },
  })
}

const userInfo = ({ username, uid = '', groups, extra = {} }: User): JsonObject =>
  withoutEmpty({
    username,
    uid,
    groups: [...groups],
    extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])),
  })

/** Go leaves out what is empty. */
const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== '' && !(Array.isArray(value) && value.length === 0) && !isEmptyObject(value),
    ),
  )

const isEmptyObject = (value: Json | undefined): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0

/** The namespace without what says who owns it and its fields. */
function namespaceObject(namespace: KubeObject | undefined): Json {
  if (!namespace) return null
  const { managedFields: _fields, ownerReferences: _owners, ...metadata } = namespace.metadata
  return asJson({ ...namespace, metadata })
}

function requestResource({ request, authorizer }: PolicyFacts): Value {
  const { resource, subresource, name } = request
  const namespace = namespaceOfRequest(request)
  const question = { about: 'resource', ...resource, subresource, namespace, name } as const
  return resourceCheckValue(sourceFor(authorizer, request.user), question)
}

function sourceFor(authorizer: Authorizer, user: User): AuthorizerSource {
  return {
    ask: (question) => authorizer.authorize(user, question.about === 'path' ? question : aboutResource(question)),
    forServiceAccount: (namespace, name) =>
      sourceFor(authorizer, {
        username: serviceAccountUsername(namespace, name),
        groups: serviceAccountGroups(namespace),
      }),
  }
}

/** `apps/v1`, of a resource. */
export const apiVersionOfResource = ({ group, version }: GroupVersionResource): string =>
  apiVersionOf({ group, version })
