/** The few things that identity and admission look up. Whoever calls binds it to one logical cluster. */
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'

/** Reads objects as they are now: deleted ones are not there. The objects are shared, so nobody may change them. */
export interface ObjectReads {
  get(resource: GroupResource, namespace: string, name: string): Promise<KubeObject | undefined>
}

/** Tells a kind by its name: a guard that a value decoded by its schema has the type of that kind. */
export const isKind =
  <T extends KubeObject>(apiVersion: T['apiVersion'], kind: T['kind']) =>
  (object: KubeObject): object is T =>
    object.apiVersion === apiVersion && object.kind === kind

/** A resource of the core group. */
export const core = (resource: string): GroupResource => ({ group: '', resource })
