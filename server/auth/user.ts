/** Who asks: the user that a request turned out to come from, and the names that Kubernetes gives to some of them. */
import { checkLabel, checkSubdomain } from '@muster/api/names.ts'

/** A user, as authentication.k8s.io/v1 UserInfo has it. */
export interface User {
  readonly username: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** May do everything, whatever the roles say. Source: apiserver pkg/authentication/user. */
export const MASTERS = 'system:masters'
/** The control plane's own controllers. What they say of their writes is known, and not only claimed. */
export const CONTROL_PLANE = 'system:muster'
/** Everybody who proved who he is. */
export const AUTHENTICATED = 'system:authenticated'
/** Everybody who did not. */
export const UNAUTHENTICATED = 'system:unauthenticated'
/** The name of those who did not. */
export const ANONYMOUS = 'system:anonymous'
/** Every node. */
export const NODES = 'system:nodes'
/** Every service account of a cluster. */
export const SERVICE_ACCOUNTS = 'system:serviceaccounts'

/** Who asks without saying who he is. */
export const ANONYMOUS_USER: User = { username: ANONYMOUS, groups: [UNAUTHENTICATED] }

/** Keys of {@link User.extra}. Source: apiserver pkg/authentication/serviceaccount, pkg/authentication/user. */
export const EXTRA = {
  credentialId: 'authentication.kubernetes.io/credential-id',
  podName: 'authentication.kubernetes.io/pod-name',
  podUid: 'authentication.kubernetes.io/pod-uid',
  nodeName: 'authentication.kubernetes.io/node-name',
  nodeUid: 'authentication.kubernetes.io/node-uid',
} as const

/** True for Muster's own controllers. */
export const isControlPlane = (user: User): boolean => user.username === CONTROL_PLANE

/** True for a member of system:masters. */
export const isMaster = (user: User): boolean => user.groups.includes(MASTERS)

/** `system:serviceaccount:NAMESPACE:NAME`. */
export const serviceAccountUsername = (namespace: string, name: string): string =>
  `system:serviceaccount:${namespace}:${name}`

/** The groups of a service account of that namespace. */
export const serviceAccountGroups = (namespace: string): readonly string[] => [
  SERVICE_ACCOUNTS,
  `${SERVICE_ACCOUNTS}:${namespace}`,
]

/** The service account that a username stands for; undefined for any other user. */
export function parseServiceAccountUsername(username: string): { namespace: string; name: string } | undefined {
  const [system, word, namespace = '', name = '', ...rest] = username.split(':')
  if (system !== 'system' || word !== 'serviceaccount' || rest.length > 0) return undefined
  const isOne = checkLabel(namespace).length === 0 && checkSubdomain(name).length === 0
  return isOne ? { namespace, name } : undefined
}

/** The node that a username stands for; undefined for any other user. */
export function parseNodeUsername(username: string): string | undefined {
  const [, name = ''] = /^system:node:(.*)$/s.exec(username) ?? []
  return checkSubdomain(name).length === 0 ? name : undefined
}

/**
 * The node that a user is: by his name, and as a member of system:nodes. Empty when his name says of no node which;
 * undefined for any other user. Source: kubernetes pkg/auth/nodeidentifier.
 */
export const nodeIdentity = ({ username, groups }: User): string | undefined =>
  username.startsWith(NODE_PREFIX) && groups.includes(NODES) ? username.slice(NODE_PREFIX.length) : undefined

/** `system:node:NAME`. */
export const nodeUsername = (name: string): string => `${NODE_PREFIX}${name}`

const NODE_PREFIX = 'system:node:'

/** The user with the group of those who proved who they are; the same user when it is not for him, or he has it. */
export function withAuthenticated(user: User): User {
  if (user.username === ANONYMOUS) return user
  if (user.groups.some((group) => group === AUTHENTICATED || group === UNAUTHENTICATED)) return user
  const known = authenticated.get(user)
  if (known) return known
  const made = { ...user, groups: [...user.groups, AUTHENTICATED] }
  authenticated.set(user, made)
  return made
}

/** Whoever shows one certificate is one user each time. */
const authenticated = new WeakMap<User, User>()
