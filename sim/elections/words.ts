/** What the parties of the story have in common. */
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { seconds } from '@muster/base/clock.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'

/** The name of the party that has the store and the API. */
export const SERVER = 'server'
/** Those who stand. */
export const REPLICAS = ['ada', 'bob', 'cyd'] as const
/** Short, so that many terms fit into a story. */
export const SESSION = seconds(6)
/** What all of them count up, one at a time. */
export const COUNTER: { readonly namespace: string; readonly name: string } = { namespace: 'default', name: 'counter' }
/** Where the store keeps it. */
export const COUNTER_KEY = 'core/configmaps/default/default/counter'
/** What the keys of candidates begin with. */
export const CANDIDATES_PREFIX = 'coordination.muster.dev/candidates/default/'

/** The resource of the counter. */
export const MAPS: ResourceRef<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
}

/** A count, and who says so; nobody does at the beginning. */
export function readCount(value: Uint8Array): { readonly count: number; readonly by: string } {
  const { data = {} } = JSON.parse(new TextDecoder().decode(value)) as ConfigMap
  return { count: Number(data.count ?? 0), by: data.by ?? '' }
}
