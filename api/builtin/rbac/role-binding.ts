/** Gives a role to somebody, in one namespace. */
import type { RoleBinding } from '../../types/rbac-v1.ts'
import { builtIn } from '../built-in.ts'
import { bindingColumns, defaultBinding, validateBinding, validateSameRole } from './binding.ts'

/** RoleBinding. Source: kubernetes pkg/registry/rbac/rolebinding. */
export const roleBinding = builtIn<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  versions: [
    {
      name: 'v1',
      default: defaultBinding,
      columns: bindingColumns(
        'roleBinding',
        'RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
      ),
    },
  ],
  rules: {
    generation: 'none',
    name: 'path-segment',
    createOnUpdate: true,
    validate: (binding) => validateBinding(binding, 'Namespaced'),
    validateUpdate: validateSameRole,
  },
})
