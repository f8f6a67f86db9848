/** What RoleBinding and ClusterRoleBinding share: who is given which role. Source: kubernetes pkg/apis/rbac. */
import type { Column } from '../../columns.ts'
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, type FieldPath, index, invalid, notSupported, required } from '../../field-error.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkPathSegment, checkSubdomain } from '../../names.ts'
import type { ClusterRoleBinding, RoleBinding, Subject } from '../../types/rbac-v1.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import type { RoleScope } from './policy-rule.ts'

/** Either kind of binding. */
export type Binding = RoleBinding | ClusterRoleBinding

const GROUP = 'rbac.authorization.k8s.io'

/** Says of which group the role, and each user and group, is. */
export function defaultBinding({ roleRef, subjects = [] }: Binding): void {
  roleRef.apiGroup ||= GROUP
  for (const subject of subjects) {
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup ||= GROUP
  }
}

/** What is wrong with a binding, beside its metadata. One of a namespace may name a role of that or of all. */
export function validateBinding({ metadata, roleRef, subjects = [] }: Binding, scope: RoleScope): FieldError[] {
  const kinds = scope === 'Namespaced' ? ['Role', 'ClusterRole'] : ['ClusterRole']
  const { apiGroup = '', kind, name } = roleRef
  return [
    ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    ...(apiGroup === GROUP ? [] : [notSupported('roleRef.apiGroup', apiGroup, [GROUP])]),
    ...(kinds.includes(kind) ? [] : [notSupported('roleRef.kind', kind, kinds)]),
    ...(name ? checkPathSegment(name).map((why) => invalid('roleRef.name', name, why)) : [required('roleRef.name')]),
    ...subjects.flatMap((subject, at) => validateSubject(subject, scope, index('subjects', at))),
  ]
}

/** A binding is for one role for ever: who could change it could give what he does not hold. */
export function validateSameRole({ roleRef }: Binding, { roleRef: old }: Binding): FieldError[] {
  const isSame = roleRef.apiGroup === old.apiGroup && roleRef.kind === old.kind && roleRef.name === old.name
  const { apiGroup = '', kind, name } = roleRef
  // As messages print it: Kubernetes' own form of it, which has other names than its JSON.
  const shown = { APIGroup: apiGroup, Kind: kind, Name: name }
  return isSame ? [] : [invalid('roleRef', shown, 'cannot change roleRef')]
}

/** The columns of a binding; `what` is how its descriptions call it. */
export const bindingColumns = <T extends Binding>(what: string, roleDescription: string): Column<T>[] => [
  NAME_COLUMN,
  column('Role', roleDescription, ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  AGE_COLUMN,
  subjectsColumn('Users', what, ({ kind, name }) => (kind === 'User' ? name : undefined)),
  subjectsColumn('Groups', what, ({ kind, name }) => (kind === 'Group' ? name : undefined)),
  subjectsColumn('ServiceAccounts', what, ({ kind, name, namespace = '' }) =>
    kind === 'ServiceAccount' ? `${namespace}/${name}` : undefined,
  ),
]

const subjectsColumn = <T extends Binding>(
  title: string,
  what: string,
  say: (subject: Subject) => string | undefined,
): Column<T> =>
  column(
    title,
    `${title} in the ${what}`,
    ({ subjects = [] }) => subjects.flatMap((one) => say(one) ?? []).join(', '),
    {
      priority: 1,
    },
  )

function validateSubject(subject: Subject, scope: RoleScope, path: FieldPath): FieldError[] {
  const { kind, name, apiGroup = '', namespace = '' } = subject
  const errors = name ? [] : [required(child(path, 'name'))]
  const expectGroup = (group: string) => {
    if (apiGroup !== group) errors.push(notSupported(child(path, 'apiGroup'), apiGroup, [group]))
  }
  switch (kind) {
    case 'ServiceAccount':
      if (name) errors.push(...checkSubdomain(name).map((why) => invalid(child(path, 'name'), name, why)))
      expectGroup('')
      if (scope === 'Cluster' && !namespace) errors.push(required(child(path, 'namespace')))
      break
    case 'User':
    case 'Group':
      expectGroup(GROUP)
      break
    default:
      errors.push(notSupported(child(path, 'kind'), kind, ['ServiceAccount', 'User', 'Group']))
  }
  return errors
}
