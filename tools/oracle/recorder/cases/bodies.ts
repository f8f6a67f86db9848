/** Bodies that several topics start from. */
import type { JsonObject } from '@muster/server/oracle/case.ts'

/** One container, and no token of the service account: its volume has a generated name. */
export const POD_SPEC: JsonObject = {
  automountServiceAccountToken: false,
  containers: [{ name: 'main', image: 'example.test/app:1' }],
}

/** A template of pods with the label `app=a`. */
export const POD_TEMPLATE: JsonObject = { metadata: { labels: { app: 'a' } }, spec: POD_SPEC }

/** Selects the pods of {@link POD_TEMPLATE}. */
export const APP_SELECTOR: JsonObject = { matchLabels: { app: 'a' } }

/** A condition as most kinds write it, at a time that no clock will give again. */
export const condition = (type: string, status: string, reason = 'Because', message = ''): JsonObject => ({
  type,
  status,
  reason,
  message,
  lastTransitionTime: LONG_AGO,
})

/** A time that cases use: what a clock gave is replaced by a placeholder, this is not. */
export const LONG_AGO = '2024-01-01T00:00:00Z'
/** Ninety seconds after {@link LONG_AGO}. */
export const SOON_AFTER = '2024-01-01T00:01:30Z'
