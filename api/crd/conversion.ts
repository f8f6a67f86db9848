/** How objects of a definition get from the version that is stored to the one that is asked for. */
import type { KindVersion } from '../kind.ts'
import { applyDefaults } from '../schema/defaults.ts'
import { prune } from '../schema/prune.ts'
import { internal } from '../status.ts'
import { asJson } from './edge.ts'
import type { SchemaLoader } from './version-schema.ts'

/** To and from the version that is stored. */
export type Conversion = NonNullable<KindVersion['convert']>

/** Of versions between which only a webhook could say what becomes of the fields. Throws InternalError. */
export function refuseConversion(stored: string): Conversion {
  const refuse = (): never => {
    throw internal(`conversion webhook for ${stored} failed: this server does not call conversion webhooks yet`)
  }
  return { toStored: refuse, fromStored: refuse }
}

/**
 * Shows a stored object as a version has it: without fields that the stored version or this one does not know, and with
 * this one's defaults. Kubernetes drops at the write already what the stored version does not know; here it stays, unseen.
 * Source: apiextensions pkg/apiserver/customresource_handler.go crdConversionRESTOptionsGetter.
 */
export function readingOf(stored: SchemaLoader, shown: SchemaLoader): Conversion {
  return {
    toStored: (object) => object,
    fromStored(object) {
      const copy = structuredClone(object)
      const json = asJson(copy)
      for (const load of new Set([stored, shown])) prune(load().own, json, { isResource: true })
      applyDefaults(shown().own, json)
      return copy
    },
  }
}
