/** What may be done in one namespace. */

import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { Role } from '../../types/rbac-v1.ts'
import { builtIn } from '../built-in.ts'
import { validatePolicyRules } from './policy-rule.ts'

/** Role. Source: kubernetes pkg/registry/rbac/role. */
export const role = builtIn<Role>({
  group: 'rbac.authorization.k8s.io',
  kind: 'Role',
  plural: 'roles',
  versions: [{ name: 'v1' }],
  rules: {
    generation: 'none',
    name: 'path-segment',
    createOnUpdate: true,
    validate: ({ metadata, rules }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validatePolicyRules(rules, 'Namespaced'),
    ],
  },
})
