/** Kinds, as garbage collection asks for them: by the words of an owner reference, and by the key of an object. */
import type { Kind } from '@muster/api/kind.ts'
import type { Registry } from '../registry/registry.ts'
import type { ObjectKey } from '../storage/key.ts'
import type { ActDeps } from './act.ts'
import type { LookDeps } from './look.ts'

/** What a registry answers to both questions. */
export const kindsIn = (registry: Registry): Pick<LookDeps, 'findKind'> & Pick<ActDeps, 'kindAt'> => ({
  // The version does not matter: what is served in one version is there in all of them.
  findKind(cluster, group, name): Kind | undefined {
    for (const served of registry.cluster(cluster).groups()) {
      if (served.name !== group) continue
      for (const { resources } of served.versions) {
        for (const { kind } of resources) if (kind.kind === name) return kind
      }
    }
    return undefined
  },
  kindAt: ({ cluster, group, resource }: ObjectKey) => registry.cluster(cluster).findKind(group, resource),
})
