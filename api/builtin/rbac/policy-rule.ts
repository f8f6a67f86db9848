/** What a role lets be done. Source: kubernetes pkg/apis/rbac/validation ValidatePolicyRule. */
import { child, type FieldError, type FieldPath, index, invalid, required } from '../../field-error.ts'
import type { PolicyRule } from '../../types/rbac-v1.ts'

/** What is wrong with the rules of a role. One of a namespace cannot speak of paths that belong to no resource. */
export const validatePolicyRules = (rules: readonly PolicyRule[] | undefined, scope: RoleScope): FieldError[] =>
  (rules ?? []).flatMap((rule, at) => validatePolicyRule(rule, scope, index('rules', at)))

/** Whether a role, or a binding, is of one namespace or of all. */
export type RoleScope = 'Namespaced' | 'Cluster'

function validatePolicyRule(rule: PolicyRule, scope: RoleScope, path: FieldPath): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  const errors =
    (verbs ?? []).length > 0 ? [] : [required(child(path, 'verbs'), 'verbs must contain at least one value')]
  if (nonResourceURLs.length > 0) {
    const refuse = (why: string) => errors.push(invalid(child(path, 'nonResourceURLs'), nonResourceURLs, why))
    if (scope === 'Namespaced') refuse('namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      refuse('rules cannot apply to both regular resources and non-resource URLs')
    }
    return errors
  }
  if (apiGroups.length === 0) {
    errors.push(required(child(path, 'apiGroups'), 'resource rules must supply at least one api group'))
  }
  if (resources.length === 0) {
    errors.push(required(child(path, 'resources'), 'resource rules must supply at least one resource'))
  }
  return errors
}
