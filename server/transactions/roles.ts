/** Roles as they will be: a binding may give a role that the same transaction makes, if the user holds what is in it. */

import type { RbacSource } from '../auth/rbac/index.ts'
import { isClusterRole, isRole, RBAC_GROUP } from '../auth/rbac/objects.ts'
import type { Stage } from '../storage/stage.ts'

/** What a user holds is what is there. Bindings of the transaction give nobody anything before it is done. */
export function stagedRoles(stage: Stage, cluster: string, there: RbacSource): RbacSource {
  const staged = (resource: string, namespace: string, name: string) =>
    stage.staged({ group: RBAC_GROUP, resource, cluster, namespace, name })
  return {
    role(namespace, name) {
      const role = staged('roles', namespace, name)
      return role && isRole(role) ? role : there.role(namespace, name)
    },
    clusterRole(name) {
      const role = staged('clusterroles', '', name)
      return role && isClusterRole(role) ? role : there.clusterRole(name)
    },
    bindingsOf: (user, namespace) => there.bindingsOf(user, namespace),
  }
}
