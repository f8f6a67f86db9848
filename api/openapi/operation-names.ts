/** How operations are named: by the group, the version and the kind that they are about. */
import type { Kind } from '../kind.ts'
import type { GroupVersion } from '../object.ts'
import type { GroupVersionKind } from './document.ts'

/** A kind as extensions name it. */
export const gvkOf = ({ group, version }: GroupVersion, kind: string): GroupVersionKind => ({ group, kind, version })

/** The path below which a group and version is. */
export const rootOf = ({ group, version }: GroupVersion): string =>
  group === '' ? `/api/${version}` : `/apis/${group}/${version}`

/** The word that names of operations have for kinds in namespaces. */
export const namespaced = ({ scope }: Kind): string => (scope === 'Namespaced' ? 'Namespaced' : '')

/** `AppsV1`; `RbacAuthorizationV1` of rbac.authorization.k8s.io. */
export const groupTitle = ({ group, version }: GroupVersion): string =>
  `${groupWords(group).map(title).join('')}${title(version)}`

/** `apps_v1`, `rbacAuthorization_v1`. */
export function tagOf({ group, version }: GroupVersion): string {
  const [first = '', ...rest] = groupWords(group)
  return `${first}${rest.map(title).join('')}_${version}`
}

const groupWords = (group: string): readonly string[] =>
  group === '' ? ['core'] : group.replace(/\.k8s\.io$/, '').split(/[.-]/)

/** The word with a capital. */
export const title = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** `a` or `an`. */
export const article = (noun: string): string => (/^[AEIOU]/i.test(noun) ? 'an' : 'a')
