/** Decides by roles and bindings. Source: kubernetes plugin/pkg/auth/authorizer/rbac, pkg/registry/rbac/validation. */
import { goQuote } from '@muster/api/go-text.ts'
import type { PolicyRule, RoleRef } from '@muster/api/types/rbac-v1.ts'
import type { Attributes, Authorizer, Verdict } from '../authorization.ts'
import { isMaster, type User } from '../user.ts'
import { type RbacSource, standsFor } from './index.ts'
import { type Binding, RBAC_GROUP } from './objects.ts'
import { ruleAllows } from './rule.ts'

/** An authorizer over the roles of one logical cluster. */
export const createRbacAuthorizer = (source: RbacSource): Authorizer => ({
  authorize: (user, attributes) => (isMaster(user) ? { allowed: true, reason: '' } : decide(source, user, attributes)),
  rulesFor: (user, namespace) => {
    const { rules, missing } = heldRules(source, user, namespace)
    return { rules, error: sayAll(missing.map(sayMissing)) }
  },
})

/** A reference that leads nowhere. */
export interface MissingRole {
  readonly missing: RoleRef
}

/** Every rule that a user holds in a namespace, and the references that led nowhere. */
export function heldRules(
  source: RbacSource,
  user: User,
  namespace: string,
): { readonly rules: readonly PolicyRule[]; readonly missing: readonly RoleRef[] } {
  const rules: PolicyRule[] = []
  const missing: RoleRef[] = []
  for (const { binding, namespace: own } of grants(source, user, namespace)) {
    const found = rulesOf(source, binding.roleRef, own)
    if ('missing' in found) missing.push(found.missing)
    else rules.push(...found)
  }
  return { rules, missing }
}

/** The rules that a reference leads to. `namespace` is that of the binding; empty for a cluster binding. */
export function rulesOf(source: RbacSource, ref: RoleRef, namespace: string): readonly PolicyRule[] | MissingRole {
  const role =
    ref.kind === 'Role'
      ? source.role(namespace, ref.name)
      : ref.kind === 'ClusterRole'
        ? source.clusterRole(ref.name)
        : undefined
  return role ? (role.rules ?? []) : { missing: ref }
}

/** As Go prints several errors at once: one by itself, more of them in brackets, each only once. */
export function sayAll(errors: readonly string[]): string {
  const distinct = new Set(errors)
  return distinct.size > 1 ? `[${[...distinct].join(', ')}]` : [...distinct].join('')
}

function decide(source: RbacSource, user: User, asked: Attributes): Verdict {
  const missing: RoleRef[] = []
  const namespace = asked.about === 'resource' ? asked.namespace : ''
  for (const { binding, namespace: own } of grants(source, user, namespace)) {
    const rules = rulesOf(source, binding.roleRef, own)
    if ('missing' in rules) missing.push(rules.missing)
    else if (rules.some((rule) => ruleAllows(rule, asked))) {
      return { allowed: true, reason: `RBAC: allowed by ${sayBinding(binding, own, user)}` }
    }
  }
  return { allowed: false, reason: missing.length === 0 ? '' : `RBAC: ${sayAll(missing.map(sayMissing))}` }
}

/** Bindings that hold everywhere first, then those of the namespace; each with the namespace that it holds in. */
function* grants(
  source: RbacSource,
  user: User,
  namespace: string,
): Generator<{ binding: Binding; namespace: string }> {
  for (const binding of source.bindingsOf(user, '')) yield { binding, namespace: '' }
  if (namespace === '') return
  for (const binding of source.bindingsOf(user, namespace)) yield { binding, namespace }
}

function sayBinding({ kind, metadata, roleRef, subjects }: Binding, namespace: string, user: User): string {
  const { name = '' } = metadata
  const subject = subjects?.find((one) => standsFor(one, namespace, user))
  const own = namespace === '' ? name : `${name}/${namespace}`
  const to =
    subject?.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : (subject?.name ?? '')
  return `${kind} ${goQuote(own)} of ${roleRef.kind} ${goQuote(roleRef.name)} to ${subject?.kind ?? ''} ${goQuote(to)}`
}

/** Caches name a role that they lack in the singular, unlike the API. */
function sayMissing({ kind, name }: RoleRef): string {
  if (kind !== 'Role' && kind !== 'ClusterRole') return `unsupported role reference kind: ${goQuote(kind)}`
  return `${kind.toLowerCase()}.${RBAC_GROUP} ${goQuote(name)} not found`
}
