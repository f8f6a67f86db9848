/**
 * Which resources a logical cluster serves: the built-in kinds, those of packs, and its own custom resources.
 *
 * Built-in kinds are shared by all logical clusters, so an empty one costs nothing here. Custom resources are set and
 * taken away at run time; `generation` counts such changes, so that whoever prints a document knows when to print anew.
 */

import type { Kind, KindVersion, OwnSubresource } from '@muster/api/kind.ts'
import { compareVersions } from '@muster/api/version-order.ts'

/** One resource in one version, as a path names it. */
export interface Served {
  readonly kind: Kind
  readonly version: KindVersion
  /** False for custom resources: they have no protobuf form, and no strategic merge patch. */
  readonly builtIn: boolean
}

/** The resources of one logical cluster. */
export interface ClusterResources {
  find(group: string, version: string, plural: string): Served | undefined
  /** The kind in any of its versions. */
  findKind(group: string, plural: string): Served | undefined
  /** Groups in the order of discovery. */
  groups(): readonly ServedGroup[]
  /** Changes with every change of what is served. */
  readonly generation: number
}

/** One group and what it serves. */
export interface ServedGroup {
  readonly name: string
  /** Most preferred first. */
  readonly versions: readonly ServedVersion[]
}

/** One version of a group; resources in the order of their names. */
export interface ServedVersion {
  readonly name: string
  readonly resources: readonly Served[]
}

/** The resources of every logical cluster. */
export interface Registry {
  cluster(name: string): ClusterResources
  /** Serves a custom resource, in place of what had its group and plural name before. */
  set(cluster: string, kind: Kind): void
  /** Stops serving one. */
  remove(cluster: string, group: string, plural: string): void
}

/** A registry that serves these kinds everywhere. */
export function createRegistry(builtIns: readonly Kind[]): Registry {
  const shared = index(builtIns, true)
  const sharedGroups = groupsOf([...shared.values()])
  const own = new Map<
    string,
    { readonly served: Map<string, Served>; generation: number; groups?: readonly ServedGroup[] }
  >()

  const views = new Map<string, ClusterResources>()
  const cluster = (name: string): ClusterResources => {
    const known = views.get(name)
    if (known) return known
    const made = viewOf(name)
    views.set(name, made)
    return made
  }
  const viewOf = (name: string): ClusterResources => {
    const find = (group: string, version: string, plural: string) =>
      shared.get(keyOf(group, version, plural)) ?? own.get(name)?.served.get(keyOf(group, version, plural))
    return {
      find,
      findKind: (group, plural) => {
        const of = (served: Served) => served.kind.group === group && served.kind.plural === plural
        return [...shared.values()].find(of) ?? [...(own.get(name)?.served.values() ?? [])].find(of)
      },
      groups: () => {
        const custom = own.get(name)
        if (!custom || custom.served.size === 0) return sharedGroups
        custom.groups ??= groupsOf([...shared.values(), ...custom.served.values()])
        return custom.groups
      },
      get generation() {
        return own.get(name)?.generation ?? 0
      },
    }
  }

  const change = (name: string, kind: { group: string; plural: string }, next: readonly [string, Served][]) => {
    const custom = own.get(name) ?? { served: new Map<string, Served>(), generation: 0 }
    for (const [key, served] of custom.served) {
      if (served.kind.group === kind.group && served.kind.plural === kind.plural) custom.served.delete(key)
    }
    for (const [key, served] of next) custom.served.set(key, served)
    custom.generation++
    delete custom.groups
    own.set(name, custom)
  }

  return {
    cluster,
    set: (name, kind) => change(name, kind, [...index([kind], false)]),
    remove: (name, group, plural) => change(name, { group, plural }, []),
  }
}

/** What may be asked of a kind that does not say. */
export const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'] as const

/** A subresource with a kind of its own, by its name. */
export const ownSubresource = ({ version }: Served, name: string): OwnSubresource | undefined =>
  version.subresources.others?.find((other) => other.name === name)

const keyOf = (group: string, version: string, plural: string): string => `${group}/${version}/${plural}`

function index(kinds: readonly Kind[], builtIn: boolean): Map<string, Served> {
  const all = new Map<string, Served>()
  for (const kind of kinds) {
    for (const version of kind.versions) {
      if (version.served) all.set(keyOf(kind.group, version.name, kind.plural), { kind, version, builtIn })
    }
  }
  return all
}

/** In the order in which kinds came; versions by Kubernetes' priority: v2, v1, v1beta1, v1alpha1. */
function groupsOf(all: readonly Served[]): ServedGroup[] {
  const groups = new Map<string, Map<string, Served[]>>()
  for (const served of all) {
    const versions = groups.get(served.kind.group) ?? new Map<string, Served[]>()
    groups.set(served.kind.group, versions)
    const resources = versions.get(served.version.name) ?? []
    versions.set(served.version.name, resources)
    resources.push(served)
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .sort(([one], [other]) => compareVersions(one, other))
      .map(([version, resources]) => ({
        name: version,
        resources: resources.sort((one, other) => (one.kind.plural < other.kind.plural ? -1 : 1)),
      })),
  }))
}
