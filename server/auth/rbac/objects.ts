/** The four kinds that permission is decided by, told apart. */
import type { KubeObject } from '@muster/api/object.ts'
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '@muster/api/types/rbac-v1.ts'

/** The API group of roles and bindings. */
export const RBAC_GROUP = 'rbac.authorization.k8s.io'

/** A binding of either kind. */
export type Binding = RoleBinding | ClusterRoleBinding

const isOfRbac = ({ apiVersion }: KubeObject): boolean => apiVersion === `${RBAC_GROUP}/v1`

/** Whether an object, decoded by its schema, is a Role. */
export const isRole = (object: KubeObject): object is Role => object.kind === 'Role' && isOfRbac(object)
/** Whether an object, decoded by its schema, is a ClusterRole. */
export const isClusterRole = (object: KubeObject): object is ClusterRole =>
  object.kind === 'ClusterRole' && isOfRbac(object)
/** Whether an object, decoded by its schema, is a RoleBinding. */
export const isRoleBinding = (object: KubeObject): object is RoleBinding =>
  object.kind === 'RoleBinding' && isOfRbac(object)
/** Whether an object, decoded by its schema, is a ClusterRoleBinding. */
export const isClusterRoleBinding = (object: KubeObject): object is ClusterRoleBinding =>
  object.kind === 'ClusterRoleBinding' && isOfRbac(object)
/** Whether an object, decoded by its schema, is a binding. */
export const isBinding = (object: KubeObject): object is Binding =>
  isRoleBinding(object) || isClusterRoleBinding(object)
