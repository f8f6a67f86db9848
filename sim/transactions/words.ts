/** What this story is about: boxes that hold tokens, in two namespaces, and quotas of how many boxes there may be. */
import type { KubeObject } from '@muster/api/object.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import type { ObjectKey } from '@muster/server/storage/key.ts'

/** One logical cluster: a transaction is of one. */
export const CLUSTER = 'main'
/** Where the boxes are. */
export const NAMESPACES: readonly [string, string] = ['shop', 'bank']
/** Names of boxes: so few that writers meet. */
export const NAMES: readonly [string, ...string[]] = ['a', 'b', 'c', 'd', 'e']
/** The name of the quota of each namespace. */
export const QUOTA = 'q'
/** Tokens that there are, from the first transaction on. */
export const TOKENS = 40

/** Where a box is. */
export interface Place {
  readonly namespace: string
  readonly name: string
}

/** The key of a box. */
export const boxKey = (at: Place): ObjectKey => ({ group: '', resource: 'configmaps', cluster: CLUSTER, ...at })
/** The key of the quota of a namespace. */
export const quotaKey = (namespace: string): ObjectKey => ({
  group: '',
  resource: 'resourcequotas',
  cluster: CLUSTER,
  namespace,
  name: QUOTA,
})

/** A box with so many tokens. */
export const box = ({ name, namespace }: Place, uid: string, tokens: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid },
  data: { tokens: `${tokens}` },
})

/** How many tokens are in a box. */
export function tokensIn({ data }: KubeObject): number {
  if (typeof data !== 'object' || data === null || !('tokens' in data)) return 0
  return Number(data.tokens)
}

/** A quota that has no account yet. */
export const quota = (namespace: string, uid: string, boxes: number): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: QUOTA, namespace, uid },
  spec: { hard: { configmaps: `${boxes}` } },
})
