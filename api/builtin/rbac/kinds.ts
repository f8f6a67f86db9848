/** The kinds of rbac.authorization.k8s.io: who may do what. */
import type { Kind } from '../../kind.ts'
import { clusterRole } from './cluster-role.ts'
import { clusterRoleBinding } from './cluster-role-binding.ts'
import { role } from './role.ts'
import { roleBinding } from './role-binding.ts'

/** In the order of discovery. */
export const rbacKinds: readonly Kind[] = [clusterRoleBinding, clusterRole, roleBinding, role]
