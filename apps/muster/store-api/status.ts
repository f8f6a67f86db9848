/** The store's figures as JSON, both ways. */
import { formatInstant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { StoreHealth, StoreStatus } from '@muster/store/store.ts'
import { decodeTime } from './entry.ts'
import type { Fields } from './fields.ts'

/** A status as plain JSON. */
export const encodeStatus = ({ health, ...figures }: StoreStatus) => ({
  ...figures,
  health: health.state === 'ready' ? health : { ...health, since: formatInstant(health.since) },
})

/** The status in a JSON object. */
export const decodeStatus = (fields: Fields): StoreStatus => ({
  id: fields.text('id'),
  engine: fields.text('engine'),
  head: fields.revision('head'),
  horizon: fields.revision('horizon'),
  keys: fields.count('keys'),
  versions: fields.count('versions'),
  leases: fields.count('leases'),
  watches: fields.count('watches'),
  liveBytes: fields.count('liveBytes'),
  fileBytes: fields.count('fileBytes'),
  health: decodeHealth(fields.object('health')),
})

function decodeHealth(fields: Fields): StoreHealth {
  const state = fields.text('state')
  if (state === 'ready') return { state }
  if (state !== 'full' && state !== 'stopped')
    throw new ControlError('Invalid', `health.state: "${state}" is none that is known`)
  return { state, reason: fields.text('reason'), since: decodeTime(fields, 'since') }
}
