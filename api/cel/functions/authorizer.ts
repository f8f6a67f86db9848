/** Questions about what somebody may do, in policies: `authorizer.group('').resource('pods').check('get').allowed()`. Source: apiserver pkg/cel/library/authz.go. */
import { BOOL, STRING, type Type } from '../type.ts'
import { type Foreign, failure } from '../value.ts'
import { foreign, method, named, type Overload, TEXT } from './function.ts'

/** What is asked. Selectors narrow what is listed; nobody here looks at them. */
export type AuthorizationQuestion =
  | { readonly about: 'path'; readonly path: string; readonly verb: string }
  | {
      readonly about: 'resource'
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly namespace: string
      readonly name: string
      readonly verb: string
    }

/** Answers for one user, or for a service account that an expression names. */
export interface AuthorizerSource {
  ask(question: AuthorizationQuestion): { readonly allowed: boolean; readonly reason: string }
  forServiceAccount(namespace: string, name: string): AuthorizerSource
}

type ResourceQuestion = Omit<Extract<AuthorizationQuestion, { about: 'resource' }>, 'verb'>

interface Held {
  readonly source: AuthorizerSource
}
interface PathHeld extends Held {
  readonly path: string
}
interface GroupHeld extends Held {
  readonly group: string
}
interface ResourceHeld extends Held {
  readonly question: ResourceQuestion
}
interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

/** The type of the variable `authorizer`. */
export const AUTHORIZER: Type = named('kubernetes.authorization.Authorizer')
/** The type of `authorizer.requestResource`. */
export const RESOURCE_CHECK: Type = named('kubernetes.authorization.ResourceCheck')
const PATH_CHECK = named('kubernetes.authorization.PathCheck')
const GROUP_CHECK = named('kubernetes.authorization.GroupCheck')
const DECISION = named('kubernetes.authorization.Decision')

const holds =
  <T>(field: string) =>
  (held: unknown): held is T =>
    typeof held === 'object' && held !== null && field in held

const authorizer = foreign(AUTHORIZER, holds<Held>('source'))
const pathCheck = foreign(PATH_CHECK, holds<PathHeld>('path'))
const groupCheck = foreign(GROUP_CHECK, holds<GroupHeld>('group'))
const resourceCheck = foreign(RESOURCE_CHECK, holds<ResourceHeld>('question'))
const decision = foreign(DECISION, holds<Decision>('allowed'))

const value = (type: string, held: unknown): Foreign => ({
  cel: 'foreign',
  type: `kubernetes.authorization.${type}`,
  text: '',
  held,
})

/** The value of the variable `authorizer`. */
export const authorizerValue = (source: AuthorizerSource): Foreign => value('Authorizer', { source })

/** The value of `authorizer.requestResource`: the check of what is being asked for. */
export const resourceCheckValue = (source: AuthorizerSource, question: ResourceQuestion): Foreign =>
  value('ResourceCheck', { source, question })

const narrowed = (held: ResourceHeld, change: Partial<ResourceQuestion>): Foreign =>
  value('ResourceCheck', { ...held, question: { ...held.question, ...change } })

/** All of them. */
export const AUTHORIZATION: readonly Overload[] = [
  method('authorizer_path', 'path', [authorizer, TEXT], PATH_CHECK, ({ held }, path) =>
    path === '' ? failure('path must not be empty') : value('PathCheck', { ...held, path }),
  ),
  method('authorizer_group', 'group', [authorizer, TEXT], GROUP_CHECK, ({ held }, group) =>
    value('GroupCheck', { ...held, group }),
  ),
  method(
    'authorizer_serviceaccount',
    'serviceAccount',
    [authorizer, TEXT, TEXT],
    AUTHORIZER,
    ({ held }, namespace, name) => {
      if (name === '') return failure('Invalid service account name')
      if (namespace === '') return failure('Invalid service account namespace')
      return authorizerValue(held.source.forServiceAccount(namespace, name))
    },
  ),
  method(
    'groupcheck_resource',
    'resource',
    [groupCheck, TEXT],
    RESOURCE_CHECK,
    ({ held: { source, group } }, resource) => {
      if (resource === '') return failure('resource must not be empty')
      const question = { about: 'resource', group, resource, subresource: '', namespace: '', name: '' } as const
      return resourceCheckValue(source, question)
    },
  ),
  method('resourcecheck_subresource', 'subresource', [resourceCheck, TEXT], RESOURCE_CHECK, ({ held }, subresource) =>
    narrowed(held, { subresource }),
  ),
  method('resourcecheck_namespace', 'namespace', [resourceCheck, TEXT], RESOURCE_CHECK, ({ held }, namespace) =>
    narrowed(held, { namespace }),
  ),
  method('resourcecheck_name', 'name', [resourceCheck, TEXT], RESOURCE_CHECK, ({ held }, name) =>
    narrowed(held, { name }),
  ),
  // A selector can only take rights away from who holds them for a selection alone, which roles do not.
  method(
    'authorizer_fieldselector',
    'fieldSelector',
    [resourceCheck, TEXT],
    RESOURCE_CHECK,
    (check, _selector) => check,
  ),
  method(
    'authorizer_labelselector',
    'labelSelector',
    [resourceCheck, TEXT],
    RESOURCE_CHECK,
    (check, _selector) => check,
  ),
  method('pathcheck_check', 'check', [pathCheck, TEXT], DECISION, ({ held: { source, path } }, verb) =>
    value('Decision', source.ask({ about: 'path', path, verb })),
  ),
  method('resourcecheck_check', 'check', [resourceCheck, TEXT], DECISION, ({ held: { source, question } }, verb) =>
    value('Decision', source.ask({ ...question, verb })),
  ),
  method('decision_allowed', 'allowed', [decision], BOOL, ({ held }) => held.allowed),
  method('decision_reason', 'reason', [decision], STRING, ({ held }) => held.reason),
  method('decision_errored', 'errored', [decision], BOOL, () => false),
  method('decision_error', 'error', [decision], STRING, () => ''),
]
