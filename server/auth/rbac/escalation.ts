/**
 * Nobody gives what he does not hold.
 *
 * Who writes a role must hold all that is in it, or be allowed to `escalate`; who writes a binding must hold all that it
 * gives, or be allowed to `bind` that role. To be asked after mutation and before validation.
 * Source: kubernetes pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased.
 */
import { goQuote } from '@muster/api/go-text.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { badRequest, forbidden, type GroupResource, notFound } from '@muster/api/status.ts'
import type { ClusterRole, PolicyRule, Role, RoleRef } from '@muster/api/types/rbac-v1.ts'
import { type Authorizer, aboutResource } from '../authorization.ts'
import { isMaster, type User } from '../user.ts'
import { heldRules, rulesOf, sayAll } from './authorizer.ts'
import { compact, uncovered } from './cover.ts'
import type { RbacSource } from './index.ts'
import { type Binding, isBinding, isClusterRole, isRole, RBAC_GROUP } from './objects.ts'
import { sayRule } from './rule.ts'

/** A write of a role or a binding. */
export interface RbacWrite {
  readonly object: KubeObject
  /** Absent at creation. */
  readonly old?: KubeObject
  readonly user: User
  /** Of the request; empty for cluster roles and their bindings. */
  readonly namespace: string
  /** As the path has it; empty at creation. */
  readonly name: string
}

/** Throws Forbidden when the write gives away more than the user holds; NotFound when a binding's role is missing. Passes every other kind. */
export function checkEscalation(write: RbacWrite, source: RbacSource, authorizer: Authorizer): void {
  const { object, old, user } = write
  if (isMaster(user)) return
  if (isRole(object) || isClusterRole(object)) {
    if (mayEscalate(write, object, authorizer) || changesOnlyOwners(object, old)) return
    checkRole(write, object, source)
  }
  if (isBinding(object)) {
    if (changesOnlyOwners(object, old) || mayBind(write, object, authorizer)) return
    checkBinding(write, object, source)
  }
}

function checkRole(write: RbacWrite, role: Role | ClusterRole, source: RbacSource): void {
  const where = resourceOf(role)
  const { name = '' } = role.metadata
  const why = tooMuch(write, role.rules ?? [], source)
  if (why !== undefined) throw forbidden(where, name, why)
  // An aggregation rule can gather everything, and one taken away can keep what it has gathered.
  if (!aggregates(role) && !aggregates(write.old)) return
  if (tooMuch(write, FULL_AUTHORITY, source) !== undefined) {
    throw forbidden(where, name, 'must have cluster-admin privileges to use the aggregationRule')
  }
}

function checkBinding(write: RbacWrite, binding: Binding, source: RbacSource): void {
  const { kind } = binding.roleRef
  if (!isRoleKind(kind)) throw badRequest(`unsupported role reference kind: ${goQuote(kind)}`)
  const given = rulesOf(source, binding.roleRef, write.namespace)
  if ('missing' in given) throw notFound(roleResource(binding.roleRef), binding.roleRef.name)
  const why = tooMuch(write, given, source)
  if (why !== undefined) throw forbidden(resourceOf(binding), binding.metadata.name ?? '', why)
}

/** In words, what the user would give and does not hold; undefined when there is no such thing. */
function tooMuch({ user, namespace }: RbacWrite, given: readonly PolicyRule[], source: RbacSource): string | undefined {
  const held = heldRules(source, user, namespace)
  const lacking = uncovered(held.rules, given)
  if (lacking.length === 0) return undefined
  const lines = [...new Set(compact(lacking).map(sayRule))].sort()
  const groups = `[${user.groups.map(goQuote).join(' ')}]`
  const errors = held.missing.map((ref) => notFound(roleResource(ref), ref.name).message)
  const unresolved = errors.length === 0 ? '' : `; resolution errors: [${sayAll(errors)}]`
  return (
    `user ${goQuote(user.username)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:\n` +
    lines.join('\n') +
    unresolved
  )
}

const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
]

function mayEscalate({ user, namespace, name }: RbacWrite, role: KubeObject, authorizer: Authorizer): boolean {
  return authorizer.authorize(user, aboutResource({ verb: 'escalate', ...resourceOf(role), namespace, name })).allowed
}

function mayBind({ user, namespace }: RbacWrite, { roleRef }: Binding, authorizer: Authorizer): boolean {
  if (!isRoleKind(roleRef.kind)) return false
  const { resource } = roleResource(roleRef)
  const group = roleRef.apiGroup ?? ''
  const asked = aboutResource({ verb: 'bind', group, resource, namespace, name: roleRef.name })
  return authorizer.authorize(user, asked).allowed
}

const isRoleKind = (kind: string): boolean => kind === 'Role' || kind === 'ClusterRole'

/** The garbage collector must be able to let go of any object. */
function changesOnlyOwners(object: KubeObject, old: KubeObject | undefined): boolean {
  if (!old) return false
  const { ownerReferences, finalizers, selfLink, managedFields, ...metadata } = object.metadata
  const { ownerReferences: _1, finalizers: _2, selfLink: _3, managedFields: _4, ...oldMetadata } = old.metadata
  return sameMeaning({ ...object, metadata }, { ...old, metadata: oldMetadata })
}

const aggregates = (object: KubeObject | undefined): boolean =>
  object !== undefined && isClusterRole(object) && (object.aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0

/** `Role` lives at `roles`, `ClusterRoleBinding` at `clusterrolebindings`. */
const resourceOf = ({ kind }: { readonly kind: string }): GroupResource => ({
  group: RBAC_GROUP,
  resource: `${kind.toLowerCase()}s`,
})

const roleResource = ({ kind }: RoleRef): GroupResource => resourceOf({ kind })
