/** What a server serves, as a program needs it: resources that it can list, watch or delete. */
import { isControlError } from '@muster/base/errors.ts'
import type { Client } from './client.ts'
import type { ResourceRef } from './resource-ref.ts'

/** What discovery found, and why it may not be all. */
export interface Discovered {
  readonly resources: ResourceRef[]
  /** The group versions that could not be read, and why. */
  readonly failure?: string
}

interface ApiGroups {
  readonly groups?: readonly { readonly name: string; readonly preferredVersion: { readonly version: string } }[]
}

interface ApiResources {
  readonly resources?: readonly {
    readonly name: string
    readonly kind: string
    readonly namespaced: boolean
    readonly verbs: readonly string[]
  }[]
}

/** Every resource in its group's preferred version that has these verbs. Subresources are left out. */
export async function discoverResources(client: Client, verbs: readonly string[]): Promise<Discovered> {
  const groups = (await client.call({ method: 'GET', path: '/apis' })) as ApiGroups
  const all = [
    { group: '', version: 'v1' },
    ...(groups.groups ?? []).map(({ name, preferredVersion }) => ({ group: name, version: preferredVersion.version })),
  ]
  const failures: string[] = []
  const lists = await Promise.all(
    all.map(async ({ group, version }) => {
      const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
      try {
        const { resources = [] } = (await client.call({ method: 'GET', path })) as ApiResources
        return resources
          .filter((resource) => !resource.name.includes('/') && verbs.every((verb) => resource.verbs.includes(verb)))
          .map(({ name, kind, namespaced }) => ({ group, version, kind, plural: name, namespaced }))
      } catch (error) {
        if (!isControlError(error)) throw error
        failures.push(`${path}: ${error.message}`)
        return []
      }
    }),
  )
  return { resources: lists.flat(), ...(failures.length > 0 ? { failure: failures.join('; ') } : {}) }
}

/** As {@link discoverResources}, of what lives in namespaces. */
export async function namespacedResources(client: Client, verbs: readonly string[]): Promise<Discovered> {
  const found = await discoverResources(client, verbs)
  return { ...found, resources: found.resources.filter(({ namespaced }) => namespaced) }
}
