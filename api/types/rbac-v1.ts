/** The types of rbac-v1, written by tools/oracle/tables from the tables of Kubernetes v1.36.1. Do not edit. */
import type { KubeObject } from '../object.ts'
import type { LabelSelector, ListMeta } from './meta-v1.ts'

/** AggregationRule describes how to locate ClusterRoles to aggregate into the ClusterRole. */
export interface AggregationRule {
  clusterRoleSelectors?: LabelSelector[]
}

/** ClusterRole is a cluster level, logical grouping of PolicyRules that can be referenced as a unit by a RoleBinding or ClusterRoleBinding. */
export interface ClusterRole extends KubeObject {
  aggregationRule?: AggregationRule
  apiVersion: 'rbac.authorization.k8s.io/v1'
  kind: 'ClusterRole'
  rules?: PolicyRule[]
}

/** ClusterRoleBinding references a ClusterRole, but not contain it. */
export interface ClusterRoleBinding extends KubeObject {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  kind: 'ClusterRoleBinding'
  roleRef: RoleRef
  subjects?: Subject[]
}

/** ClusterRoleBindingList is a collection of ClusterRoleBindings. */
export interface ClusterRoleBindingList {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  items: ClusterRoleBinding[]
  kind: 'ClusterRoleBindingList'
  metadata?: ListMeta
}

/** ClusterRoleList is a collection of ClusterRoles. */
export interface ClusterRoleList {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  items: ClusterRole[]
  kind: 'ClusterRoleList'
  metadata?: ListMeta
}

/** PolicyRule holds information that describes a policy rule, but does not contain information about who the rule applies to or which namespace the rule applies to. */
export interface PolicyRule {
  apiGroups?: string[]
  nonResourceURLs?: string[]
  resourceNames?: string[]
  resources?: string[]
  verbs: string[]
}

/** Role is a namespaced, logical grouping of PolicyRules that can be referenced as a unit by a RoleBinding. */
export interface Role extends KubeObject {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  kind: 'Role'
  rules?: PolicyRule[]
}

/** RoleBinding references a role, but does not contain it. */
export interface RoleBinding extends KubeObject {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  kind: 'RoleBinding'
  roleRef: RoleRef
  subjects?: Subject[]
}

/** RoleBindingList is a collection of RoleBindings. */
export interface RoleBindingList {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  items: RoleBinding[]
  kind: 'RoleBindingList'
  metadata?: ListMeta
}

/** RoleList is a collection of Roles. */
export interface RoleList {
  apiVersion: 'rbac.authorization.k8s.io/v1'
  items: Role[]
  kind: 'RoleList'
  metadata?: ListMeta
}

/** RoleRef contains information that points to the role being used. */
export interface RoleRef {
  apiGroup?: string
  kind: string
  name: string
}

/** Subject contains a reference to the object or user identities a role binding applies to. */
export interface Subject {
  apiGroup?: string
  kind: string
  name: string
  namespace?: string
}
