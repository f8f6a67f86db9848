/**
 * Asking in another's name.
 *
 *     Impersonate-User, -Group, -Uid, -Extra-KEY     whom to be taken for
 *
 * Tried in this order, until one is allowed; when none is, the first refusal is the answer:
 *
 *     mode              whom                      who asks may                           … while asking for VERB
 *     associated-node   the node his pod is on    impersonate:associated-node nodes/*    impersonate-on:associated-node:VERB
 *     arbitrary-node    a node                    impersonate:arbitrary-node  its name   impersonate-on:arbitrary-node:VERB
 *     serviceaccount    a service account         impersonate:serviceaccount  its name   impersonate-on:serviceaccount:VERB
 *     user-info         anybody else              impersonate:user-info  each thing      impersonate-on:user-info:VERB
 *     legacy            anybody                   impersonate            each thing      (whatever it is)
 *
 * Source: apiserver pkg/endpoints/filters/impersonation (constrained impersonation, on by default in v1.36; KEP-5284).
 */
import { type FieldError, invalid, sayFieldErrors } from '@muster/api/field-error.ts'
import { goQuote } from '@muster/api/go-text.ts'
import { checkSubdomain, sayPattern } from '@muster/api/names.ts'
import { badRequest } from '@muster/api/status.ts'
import type { ControlError } from '@muster/base/errors.ts'
import { type Attributes, type Authorizer, aboutResource, forbiddenBy } from './authorization.ts'
import {
  ANONYMOUS,
  AUTHENTICATED,
  EXTRA,
  MASTERS,
  NODES,
  parseNodeUsername,
  parseServiceAccountUsername,
  serviceAccountGroups,
  UNAUTHENTICATED,
  type User,
} from './user.ts'

/** Header names in lower case. One that may come several times must bring a list: joined, its values would be one. */
export type HeaderValues = Readonly<Record<string, string | readonly string[] | undefined>>

/** Who the request is to be taken for, and by which mode that was allowed; the mode is empty for the legacy one. */
export interface Impersonated {
  readonly user: User
  readonly constraint: string
}

/**
 * Who a request is to be taken for; undefined when it asks for nothing of the kind.
 * Throws BadRequest when it names no user, and Forbidden when who asks may not.
 */
export function impersonate(
  headers: HeaderValues,
  requestor: User,
  asked: Attributes,
  authorizer: Authorizer,
): Impersonated | undefined {
  const wanted = wantedUser(headers)
  if (!wanted) return undefined
  let first: ControlError | undefined
  for (const mode of MODES) {
    if (!mode.applies(wanted, requestor)) continue
    const refusal = mode.constrained
      ? (mayAskAs(mode, requestor, asked, authorizer) ?? mayBe(mode, wanted, requestor, authorizer))
      : mayBe(mode, wanted, requestor, authorizer)
    if (!refusal) return { user: become(mode, wanted), constraint: mode.constrained ? verbOf(mode) : '' }
    first ??= refusal
  }
  throw first
}

interface Mode {
  readonly name: string
  readonly constrained: boolean
  readonly applies: (wanted: User, requestor: User) => boolean
}

const constrained = (name: string, applies: Mode['applies']): Mode => ({ name, constrained: true, applies })

/** Of nodes and service accounts everything follows from the name. */
const onlyName = ({ uid, groups, extra }: User): boolean =>
  uid === undefined && groups.length === 0 && extra === undefined
const isNode = ({ username }: User): boolean => parseNodeUsername(username) !== undefined
const isServiceAccount = ({ username }: User): boolean => parseServiceAccountUsername(username) !== undefined

const ASSOCIATED_NODE = constrained('associated-node', (wanted, requestor) => {
  const [node, ...others] = requestor.extra?.[EXTRA.nodeName] ?? []
  const isHis = node !== undefined && others.length === 0 && parseNodeUsername(wanted.username) === node
  return onlyName(wanted) && isHis && isServiceAccount(requestor)
})

const MODES: readonly Mode[] = [
  ASSOCIATED_NODE,
  constrained('arbitrary-node', (wanted) => onlyName(wanted) && isNode(wanted)),
  constrained('serviceaccount', (wanted) => onlyName(wanted) && isServiceAccount(wanted)),
  constrained('user-info', (wanted) => !isNode(wanted) && !isServiceAccount(wanted)),
  { name: 'legacy', constrained: false, applies: () => true },
]

const verbOf = ({ name, constrained: isConstrained }: Mode): string =>
  isConstrained ? `impersonate:${name}` : 'impersonate'

const EXTRA_PREFIX = 'impersonate-extra-'

function wantedUser(headers: HeaderValues): User | undefined {
  const valuesOf = (name: string): readonly string[] => [headers[name] ?? []].flat()
  const [username = ''] = valuesOf('impersonate-user')
  const [uid = ''] = valuesOf('impersonate-uid')
  const groups = valuesOf('impersonate-group')
  const extraHeaders = Object.keys(headers).filter((name) => name.startsWith(EXTRA_PREFIX))
  const extra = new Map<string, string[]>()
  for (const name of extraHeaders) {
    const key = unescapeKey(name.slice(EXTRA_PREFIX.length))
    const values = valuesOf(name)
    if (values.length > 0) extra.set(key, [...(extra.get(key) ?? []), ...values])
  }
  if (username === '') {
    if (uid === '' && groups.length === 0 && extraHeaders.length === 0) return undefined
    throw badRequest(`requested ${sayUser(uid, groups, extra)} without impersonating a user name`)
  }
  return {
    username,
    ...(uid !== '' && { uid }),
    groups,
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  }
}

/** As Go prints the struct with `%#v`. */
function sayUser(uid: string, groups: readonly string[], extra: ReadonlyMap<string, readonly string[]>): string {
  const list = (texts: readonly string[]) =>
    `[]string${texts.length === 0 ? '(nil)' : `{${texts.map(goQuote).join(', ')}}`}`
  const entries = [...extra].map(([key, values]) => `${goQuote(key)}:${list(values)}`).sort()
  const map = `map[string][]string${entries.length === 0 ? '(nil)' : `{${entries.join(', ')}}`}`
  return `&user.DefaultInfo{Name:"", UID:${goQuote(uid)}, Groups:${list(groups)}, Extra:${map}}`
}

/** Kept as it is when it cannot be unescaped. */
function unescapeKey(key: string): string {
  try {
    return decodeURIComponent(key.toLowerCase())
  } catch {
    return key.toLowerCase()
  }
}

/** Whether the request itself may be made in this mode. */
function mayAskAs(mode: Mode, requestor: User, asked: Attributes, authorizer: Authorizer): ControlError | undefined {
  return check(mode, requestor, { ...asked, verb: `impersonate-on:${mode.name}:${asked.verb}` }, authorizer)
}

const AUTHENTICATION = 'authentication.k8s.io'

/** Whether who asks may be each thing that he wants to be. */
function mayBe(mode: Mode, wanted: User, requestor: User, authorizer: Authorizer): ControlError | undefined {
  const verb = verbOf(mode)
  const may = (asked: Parameters<typeof aboutResource>[0]) => check(mode, requestor, aboutResource(asked), authorizer)
  const { username, uid, groups, extra = {} } = wanted
  return (
    may({ verb, ...placeOfName(mode, username) }) ??
    (uid === undefined ? undefined : may({ verb, group: AUTHENTICATION, resource: 'uids', name: uid })) ??
    mayBeInGroups(mode, groups, requestor, may) ??
    mayHaveExtra(mode, extra, requestor, may)
  )
}

type May = (asked: Parameters<typeof aboutResource>[0]) => ControlError | undefined

/** Users, groups and accounts are in the core group for the old mode, and in authentication.k8s.io for the new ones. */
const groupOf = (mode: Mode): string => (mode.constrained ? AUTHENTICATION : '')

function placeOfName(mode: Mode, username: string) {
  const account = parseServiceAccountUsername(username)
  if (account) return { group: groupOf(mode), resource: 'serviceaccounts', ...account }
  const node = parseNodeUsername(username)
  if (mode.constrained && node !== undefined) {
    return { group: groupOf(mode), resource: 'nodes', name: mode === ASSOCIATED_NODE ? '*' : node }
  }
  return { group: groupOf(mode), resource: 'users', name: username }
}

/** From this many things on, one question about all of them is tried first. */
const MANY = 4

function mayBeInGroups(mode: Mode, groups: readonly string[], requestor: User, may: May): ControlError | undefined {
  if (groups.length === 0) return undefined
  const asked = { verb: verbOf(mode), group: groupOf(mode), resource: 'groups' }
  if (mode.constrained) {
    const refuse = (name: string, why: string) => forbiddenBy(requestor, aboutResource({ ...asked, name }), why)
    if (groups.includes('')) return refuse('', 'impersonating the empty string group is not allowed')
    if (groups.includes(MASTERS)) return refuse(MASTERS, 'impersonating the system:masters group is not allowed')
    if (groups.length >= MANY && !may({ ...asked, name: '*' })) return undefined
  }
  return firstRefusal(groups, (name) => may({ ...asked, name }))
}

function mayHaveExtra(
  mode: Mode,
  extra: Readonly<Record<string, readonly string[]>>,
  requestor: User,
  may: May,
): ControlError | undefined {
  const pairs = Object.entries(extra).flatMap(([key, values]) => values.map((value) => ({ key, value })))
  if (pairs.length === 0) return undefined
  const asked = { verb: verbOf(mode), group: AUTHENTICATION, resource: 'userextras' }
  if (mode.constrained) {
    const why = whyBadExtra(extra)
    if (why !== undefined) return forbiddenBy(requestor, aboutResource(asked), why)
    if (pairs.length >= MANY && !may({ ...asked, subresource: '*', name: '*' })) return undefined
  }
  return firstRefusal(pairs, ({ key, value }) => may({ ...asked, subresource: key, name: value }))
}

function firstRefusal<Thing>(
  things: readonly Thing[],
  ask: (thing: Thing) => ControlError | undefined,
): ControlError | undefined {
  for (const thing of things) {
    const refusal = ask(thing)
    if (refusal) return refusal
  }
  return undefined
}

function whyBadExtra(extra: Readonly<Record<string, readonly string[]>>): string | undefined {
  for (const [key, values] of Object.entries(extra)) {
    if (key === '') return 'impersonating the empty string key in extra is not allowed'
    const errors = checkDomainPrefixedPath(key)
    if (errors.length > 0) return `impersonating an invalid key in extra is not allowed: ${sayFieldErrors(errors)}`
    if (key !== key.toLowerCase()) return `impersonating a non-lowercase key in extra is not allowed: ${goQuote(key)}`
    if (values.includes('')) return 'impersonating the empty string value in extra is not allowed'
  }
  return undefined
}

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const isHttpPath = new RegExp(`^${HTTP_PATH}$`)

/** `example.com/path`. Source: apimachinery util/validation IsDomainPrefixedPath. */
function checkDomainPrefixedPath(key: string): FieldError[] {
  const at = 'extra.key'
  const slash = key.indexOf('/')
  const [domain, path] = [key.slice(0, slash), key.slice(slash + 1)]
  if (slash < 1 || path === '') return [invalid(at, key, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  return [
    ...checkSubdomain(domain).map((why) => invalid(at, domain, why)),
    ...(isHttpPath.test(path) ? [] : [invalid(at, path, sayPattern('Invalid path', HTTP_PATH))]),
  ]
}

function check(mode: Mode, requestor: User, asked: Attributes, authorizer: Authorizer): ControlError | undefined {
  // What the pod is bound to was looked at above; roles decide for every node alike.
  const user = mode === ASSOCIATED_NODE ? withoutExtra(requestor) : requestor
  const { allowed, reason } = authorizer.authorize(user, asked)
  return allowed ? undefined : forbiddenBy(user, asked, reason)
}

const withoutExtra = ({ extra, ...user }: User): User => user

function become(mode: Mode, wanted: User): User {
  const groups = groupsOf(mode, wanted)
  if (wanted.username === ANONYMOUS) return withGroup({ ...wanted, groups }, UNAUTHENTICATED)
  return groups.includes(UNAUTHENTICATED) ? { ...wanted, groups } : withGroup({ ...wanted, groups }, AUTHENTICATED)
}

function groupsOf(mode: Mode, { username, groups }: User): readonly string[] {
  if (groups.length > 0) return groups
  const account = parseServiceAccountUsername(username)
  if (account) return serviceAccountGroups(account.namespace)
  return mode.constrained && parseNodeUsername(username) !== undefined ? [NODES] : []
}

const withGroup = (user: User, group: string): User =>
  user.groups.includes(group) ? user : { ...user, groups: [...user.groups, group] }
