/** Writes what was counted. */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Client } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'

/** An object with a status. */
interface Counted<Status> extends KubeObject {
  status?: Status
}

/**
 * Writes a status over what is known of it, and annotations with it, unless all is said already. What others wrote into
 * it stays; a field that is undefined goes. Throws Conflict when conditions changed meanwhile.
 */
export async function writeStatus<Status extends object>(
  client: Client,
  ref: ResourceRef<Counted<Status>>,
  { metadata, status: known }: Counted<Status>,
  status: Status,
  annotations: Readonly<Record<string, string>> = {},
): Promise<void> {
  const before = new Map<string, unknown>(Object.entries(known ?? {}))
  const changed = Object.entries(status).filter(([field, value]) => !isSame(value, before.get(field)))
  const isAnnotated = Object.entries(annotations).every(([key, value]) => metadata.annotations?.[key] === value)
  if (changed.length === 0 && isAnnotated) return
  const { name = '', namespace = '', uid, resourceVersion } = metadata
  // A list is written whole: what somebody else put into it must not be lost.
  const guard = changed.some(([, value]) => Array.isArray(value)) ? { resourceVersion } : {}
  const value = {
    metadata: { uid, ...guard, ...(isAnnotated ? {} : { annotations }) },
    status: Object.fromEntries(Object.entries(status).map(([field, value]) => [field, value ?? null])),
  }
  await client.resource(ref).patch({ namespace, name }, { patch: 'merge', value }, { subresource: 'status' })
}

/** A server keeps no zero of most fields. */
const isSame = (one: unknown, other: unknown): boolean => sameMeaning(one || undefined, other || undefined)
