/** How objects of a definition get from the version that is stored to the one that is asked for. */
import type { KindVersion } from '../kind.ts'
import { apiVersionOf, type KubeObject } from '../object.ts'
import { applyDefaults } from '../schema/defaults.ts'
import { prune } from '../schema/prune.ts'
import { internal } from '../status.ts'
import { asJson } from './edge.ts'
import type { SchemaLoader } from './version-schema.ts'

/** To and from the version that is stored. */
export type Conversion = NonNullable<KindVersion['convert']>

/** What is known of the versions of a kind. */
export interface Versions {
  readonly group: string
  readonly kind: string
  /** The version that is stored from now on. Objects that were stored before have their own. */
  readonly storedAs: string
  readonly schemas: ReadonlyMap<string, SchemaLoader>
  /** True when a webhook would have to say what becomes of the fields of other versions. */
  readonly hasWebhook: boolean
}

/** Between a version and the one that is stored; undefined where they are the same but for their names. */
export function conversionOf(versions: Versions, version: string): Conversion | undefined {
  const { hasWebhook, storedAs } = versions
  if (!hasWebhook || version === storedAs) return undefined
  const refuse = (): never => refuseToCall(versions, storedAs)
  return { toStored: refuse, fromStored: refuse }
}

function refuseToCall({ group, kind }: Versions, from: string): never {
  const said = `conversion webhook for ${group}/${from}, Kind=${kind} failed`
  throw internal(`${said}: this server does not call conversion webhooks yet`)
}

/**
 * Shows a stored object as a version has it: with the defaults of the version that it was stored in, and without fields
 * that one of the two does not know. Kubernetes drops at the write already what the stored version does not know; here it
 * stays, unseen.
 * Source: apiextensions pkg/apiserver/customresource_handler.go crdConversionRESTOptionsGetter.
 */
export function readingOf(versions: Versions, version: string): (stored: KubeObject) => KubeObject {
  const { group, storedAs, schemas, hasWebhook } = versions
  return (stored) => {
    const own = stored.apiVersion.slice(stored.apiVersion.indexOf('/') + 1)
    if (hasWebhook && own !== storedAs) refuseToCall(versions, own)
    const copy: KubeObject = { ...structuredClone(stored), apiVersion: apiVersionOf({ group, version: storedAs }) }
    const json = asJson(copy)
    const type = schemas.get(own)?.().own
    if (type) {
      prune(type, json, { isResource: true })
      applyDefaults(type, json)
    }
    const shown = own === version ? undefined : schemas.get(version)?.().own
    if (shown) prune(shown, json, { isResource: true })
    return copy
  }
}
