/** Gives a role to somebody, everywhere. */
import type { ClusterRoleBinding } from '../../types/rbac-v1.ts'
import { builtIn } from '../built-in.ts'
import { bindingColumns, defaultBinding, validateBinding, validateSameRole } from './binding.ts'

/** ClusterRoleBinding. Source: kubernetes pkg/registry/rbac/clusterrolebinding. */
export const clusterRoleBinding = builtIn<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default: defaultBinding,
      columns: bindingColumns(
        'clusterRoleBinding',
        'RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.',
      ),
    },
  ],
  rules: {
    generation: 'none',
    name: 'path-segment',
    createOnUpdate: true,
    validate: (binding) => validateBinding(binding, 'Cluster'),
    validateUpdate: validateSameRole,
  },
})
