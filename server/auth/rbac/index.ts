/**
 * Roles and bindings of one logical cluster, kept so that a check costs what concerns its user, not what there is.
 *
 *     a user ──► User "ada", Group "dev", Group "system:authenticated"
 *                   │ each a key; a service account is a user too, by its username
 *                   ▼
 *     bindings of that key, everywhere and in the namespace ──► the role that each names ──► its rules
 *
 * Fed by whoever watches the objects. A role is looked up when it is asked for, so the order of changes does not matter.
 * What all clusters begin with is kept once for all of them, and who is bound is sorted out when somebody asks: a cluster
 * that nobody but its masters uses costs its names.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { ClusterRole, Role, Subject } from '@muster/api/types/rbac-v1.ts'
import { createInterner } from '@muster/base/intern.ts'
import { serviceAccountUsername, type User } from '../user.ts'
import { type Binding, isBinding, isClusterRole, isRole } from './objects.ts'

/** What permission is decided by. */
export interface RbacSource {
  role(namespace: string, name: string): Role | undefined
  clusterRole(name: string): ClusterRole | undefined
  /** Bindings that give something to the user: with an empty namespace those that hold everywhere, else those of it. */
  bindingsOf(user: User, namespace: string): Iterable<Binding>
}

/** A source that is kept up to date by being told of objects. Objects of other kinds are ignored. */
export interface RbacIndex extends RbacSource {
  put(object: KubeObject): void
  remove(object: KubeObject): void
}

/** An index that knows nothing yet. */
export function createRbacIndex(): RbacIndex {
  const roles = new Map<string, Role>()
  const clusterRoles = new Map<string, ClusterRole>()
  const bindings = new Map<string, Binding>()
  /** Undefined until somebody asks. */
  let bySubject: Map<string, Map<string, Binding>> | undefined

  const bind = (name: string, binding: Binding, to: Map<string, Map<string, Binding>>): void => {
    for (const key of keysOf(binding)) {
      const same = to.get(key)
      if (same) same.set(name, binding)
      else to.set(key, new Map([[name, binding]]))
    }
  }
  const sorted = (): Map<string, Map<string, Binding>> => {
    if (bySubject) return bySubject
    bySubject = new Map()
    for (const [name, binding] of bindings) bind(name, binding, bySubject)
    return bySubject
  }

  const remove = (object: KubeObject): void => {
    const name = nameOf(object)
    if (isRole(object)) roles.delete(name)
    else if (isClusterRole(object)) clusterRoles.delete(name)
    else if (isBinding(object)) {
      // The index holds what it was last told, and that may have had other subjects.
      const known = bindings.get(name)
      bindings.delete(name)
      for (const key of known && bySubject ? keysOf(known) : []) {
        const same = bySubject?.get(key)
        same?.delete(name)
        if (same?.size === 0) bySubject?.delete(key)
      }
    }
  }

  const put = (object: KubeObject): void => {
    remove(object)
    if (isRole(object)) {
      const { name, kept } = shared(object)
      roles.set(name, kept)
    } else if (isClusterRole(object)) {
      const { name, kept } = shared(object)
      clusterRoles.set(name, kept)
    } else if (isBinding(object)) {
      const { name, kept } = shared(object)
      bindings.set(name, kept)
      if (bySubject) bind(name, kept, bySubject)
    }
  }

  return {
    put,
    remove,
    role: (namespace, name) => roles.get(`${namespace}/${name}`),
    clusterRole: (name) => clusterRoles.get(`/${name}`),
    *bindingsOf(user, namespace) {
      const seen = new Set<Binding>()
      const bound = sorted()
      for (const key of [
        userKey(user.username, namespace),
        ...user.groups.map((group) => groupKey(group, namespace)),
      ]) {
        for (const binding of bound.get(key)?.values() ?? []) {
          if (seen.has(binding)) continue
          seen.add(binding)
          yield binding
        }
      }
    },
  }
}

const intern = createInterner()

/** What decides, without what tells the objects of two clusters apart: one for all clusters that say the same. */
function shared<T extends Role | ClusterRole | Binding>(object: T): { readonly name: string; readonly kept: T } {
  const { name = '', namespace } = object.metadata
  return intern({
    name: nameOf(object),
    kept: { ...object, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } },
  })
}

/** Whether a subject of a binding stands for the user. `namespace` is the binding's own; empty for a cluster binding. */
export function standsFor(subject: Subject, namespace: string, user: User): boolean {
  switch (subject.kind) {
    case 'User':
      return user.username === subject.name
    case 'Group':
      return user.groups.includes(subject.name)
    case 'ServiceAccount':
      return user.username === usernameOf(subject, namespace)
    default:
      return false
  }
}

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`

// A namespace holds no slash, so no two keys meet.
const userKey = (username: string, namespace: string): string => `${namespace}/User/${username}`
const groupKey = (group: string, namespace: string): string => `${namespace}/Group/${group}`

function usernameOf({ name, namespace }: Subject, ofBinding: string): string | undefined {
  const own = namespace || ofBinding
  return own === '' ? undefined : serviceAccountUsername(own, name)
}

function keysOf({ metadata, subjects }: Binding): ReadonlySet<string> {
  const { namespace = '' } = metadata
  const keys = (subjects ?? []).map((subject) => keyOf(subject, namespace))
  return new Set(keys.filter((key) => key !== undefined))
}

/** Undefined for a subject that stands for nobody. */
function keyOf(subject: Subject, namespace: string): string | undefined {
  switch (subject.kind) {
    case 'User':
      return userKey(subject.name, namespace)
    case 'Group':
      return groupKey(subject.name, namespace)
    case 'ServiceAccount': {
      const username = usernameOf(subject, namespace)
      return username && userKey(username, namespace)
    }
    default:
      return undefined
  }
}
