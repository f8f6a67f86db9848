/**
 * What an expression of a policy or a webhook is asked about: one request, in the version that its rule named.
 * Source: apiserver pkg/admission/plugin/cel/condition.go, activation.go.
 */
import type { PolicyNames } from '@muster/api/cel/admission/variables.ts'
import { bindPlain } from '@muster/api/cel/bind.ts'
import { type AuthorizerSource, authorizerValue, resourceCheckValue } from '@muster/api/cel/functions/authorizer.ts'
import type { Value } from '@muster/api/cel/value.ts'
import type { Json, JsonObject, KubeObject } from '@muster/api/object.ts'
import { type Authorizer, aboutResource } from '../../auth/authorization.ts'
import { serviceAccountGroups, serviceAccountUsername, type User } from '../../auth/user.ts'
import type { AdmissionContext, AdmissionRequest } from '../admission.ts'
import { type GroupVersionResource, namespaceOfRequest, operationOf, resourceOf } from '../match-rules.ts'
import type { ObjectForm } from '../object-form.ts'

/** The values of names; each is made when it is first asked for. */
export type PolicyInput = (name: string) => Value | undefined

/** What goes into it. */
export interface PolicyFacts {
  readonly request: AdmissionRequest
  /** As the rule named it, and as the path did. */
  readonly form: ObjectForm
  readonly askedForm: ObjectForm
  /** As the client gave them: CreateOptions and the like. */
  readonly options: object
  readonly authorizer: Authorizer
  /** Null where a policy takes parameters and has none. */
  readonly params?: KubeObject | null
  readonly namespace: KubeObject | undefined
}

/** The facts of a request that a rule named as a resource in a version. */
export function factsOf(
  request: AdmissionRequest,
  matched: GroupVersionResource,
  context: AdmissionContext,
): PolicyFacts {
  const formOf = context.webhooks?.formOf ?? asItIs(request)
  return {
    request,
    form: formOf(matched),
    askedForm: formOf(resourceOf(request)),
    options: context.webhooks?.options ?? {},
    authorizer: context.authorizer,
    namespace: undefined,
  }
}

/** Objects as they are kept: where nobody knows how to show them otherwise. */
const asItIs =
  ({ served }: AdmissionRequest) =>
  (resource: GroupVersionResource): ObjectForm => ({
    resource,
    kind: { group: resource.group, version: resource.version, kind: served.kind.kind },
    show: (kept) => kept,
    read: (_shown, before) => before,
  })

/** The names that every policy has; `variables` are whoever's who has some. */
export function policyInput(facts: PolicyFacts, names: PolicyNames): PolicyInput {
  const made = new Map<string, Value>()
  const make = (name: string): Value | undefined => {
    const { request, form } = facts
    switch (name) {
      case 'object':
        return bindPlain('object' in request ? asJson(form.show(request.object)) : null)
      case 'oldObject':
        return bindPlain('old' in request ? asJson(form.show(request.old)) : null)
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

function requestOf({ request, form, askedForm, options }: PolicyFacts): JsonObject {
  const { user, subresource, dryRun } = request
  const object = 'object' in request ? request.object : undefined
  return withoutEmpty({
    kind: { ...form.kind },
    resource: { ...form.resource },
    subResource: subresource,
    requestKind: { ...askedForm.kind },
    requestResource: { ...askedForm.resource },
    requestSubResource: subresource,
    name: request.name || object?.metadata.name || '',
    namespace: namespaceOfRequest(request),
    operation: operationOf(request),
    userInfo: userInfo(user),
    dryRun,
    options: { ...options } as JsonObject,
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
