/** What this story is about: boxes, secrets and spoons in namespaces that come and go, as do quotas and definitions. */
import { customResourceDefinition } from '@muster/api/builtin/apiextensions/custom-resource-definition.ts'
import { configMap } from '@muster/api/builtin/core/config-map.ts'
import { namespace } from '@muster/api/builtin/core/namespace.ts'
import { resourceQuota } from '@muster/api/builtin/core/resource-quota.ts'
import { secret } from '@muster/api/builtin/core/secret.ts'
import { RetentionPolicyKind } from '@muster/api/history/retention-policy.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type ResourceRef, refOf } from '@muster/client/resource-ref.ts'
import { formatKey } from '@muster/server/storage/key.ts'

/** What the servers of the story serve, besides what is defined. */
export const KINDS: readonly Kind[] = [
  namespace,
  configMap,
  secret,
  resourceQuota,
  customResourceDefinition,
  RetentionPolicyKind,
]

/** The one logical cluster. */
export const CLUSTER = 'default'
/** Namespaces that come and go. */
export const NAMESPACES: readonly [string, string] = ['shop', 'bank']
/** Names of what is in them: so few that writers meet. */
export const NAMES: readonly [string, ...string[]] = ['a', 'b', 'c', 'd', 'e']

/** Namespaces. */
export const REALMS: ResourceRef = refOf(namespace)
/** Config maps. */
export const BOXES: ResourceRef = refOf(configMap)
/** Objects whose past may be erased. */
export const SECRETS: ResourceRef = refOf(secret)
/** What limits a namespace. */
export const QUOTAS: ResourceRef = refOf(resourceQuota)
/** What defines spoons. */
export const DEFINITIONS: ResourceRef = refOf(customResourceDefinition)
/** What says how much of the past is kept. */
export const POLICIES: ResourceRef = refOf(RetentionPolicyKind)
/** Custom resources. */
export const SPOONS: ResourceRef = {
  group: 'test.io',
  version: 'v1',
  kind: 'Spoon',
  plural: 'spoons',
  namespaced: true,
}

/** The name of the definition of spoons. */
export const SPOONS_NAME = 'spoons.test.io'
/** The name of the one quota of a namespace. */
export const QUOTA_NAME = 'q'

/** One object. */
export interface Place {
  readonly ref: ResourceRef
  readonly namespace: string
  readonly name: string
}

/** The text of the key that it is kept under. */
export const keyOf = ({ ref: { group, plural }, namespace: within, name }: Place): string =>
  formatKey({ group, resource: plural, cluster: CLUSTER, namespace: within, name })

/** What a writer puts into an object: its own name for the write, and a count that is one more than the one before. */
export interface Content {
  readonly id: string
  readonly count: number
  /** Of a spoon. A definition says how large one may be. */
  readonly size: number
}

/** The largest that any definition allows. */
export const SIZE_MAX = 9

/** An object with this in it. Its metadata may be that of the version before. */
export function objectOf({ ref, namespace: within, name }: Place, content: Content, before?: KubeObject): KubeObject {
  const { id, count, size } = content
  const metadata = { ...(before?.metadata ?? { name, namespace: within }), labels: { by: id } }
  const texts = { x: id, count: String(count) }
  const apiVersion = ref.group === '' ? ref.version : `${ref.group}/${ref.version}`
  if (ref === SPOONS) return { apiVersion, kind: ref.kind, metadata, spec: { ...texts, size } }
  return { apiVersion, kind: ref.kind, metadata, data: ref === SECRETS ? inBase64(texts) : texts }
}

const inBase64 = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text).toString('base64')]))

/** The count in an object; 0 where there is none. */
export function countOf(object: KubeObject | undefined): number {
  const { count = '0' }: { count?: string } = Object(object?.spec ?? object?.data)
  return Number(object?.kind === SECRETS.kind ? Buffer.from(count, 'base64').toString() : count)
}

/** The size of a spoon; 0 for anything else. */
export const sizeOf = (object: KubeObject | undefined): number => Number(Object(object?.spec).size ?? 0)

/** What an object holds, in words. */
export const contentOf = (object: KubeObject): string => JSON.stringify(object.data ?? object.spec)

/** A definition of spoons that are no larger than this. */
export const definition = (sizeMax: number): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: DEFINITIONS.kind,
  metadata: { name: SPOONS_NAME },
  spec: {
    group: SPOONS.group,
    scope: 'Namespaced',
    names: { plural: 'spoons', singular: 'spoon', kind: 'Spoon', listKind: 'SpoonList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schemaOf(sizeMax) } }],
  },
})

const schemaOf = (sizeMax: number) => ({
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        x: { type: 'string' },
        count: { type: 'string' },
        size: { type: 'integer', maximum: sizeMax },
      },
    },
  },
})

/** How large a definition says that spoons may be. */
export const sizeMaxOf = (object: KubeObject): number =>
  Number(Object(object.spec).versions[0].schema.openAPIV3Schema.properties.spec.properties.size.maximum)

/** What a quota limits. */
export const LIMITS = { boxes: 'configmaps', spoons: 'count/spoons.test.io' } as const
