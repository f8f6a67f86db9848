/**
 * A write that turns out to change nothing but the time of an entry must not be a write at all: the controllers that
 * see it would act on it, and write again.
 *
 * Source: apiserver pkg/endpoints/handlers/fieldmanager/equality.go (IgnoreManagedFieldsTimestampsTransformer).
 */
import type { Json, KubeObject, ManagedFieldsEntry } from '../object.ts'
import { equalJson } from '../schema/json.ts'
import { asJson, withoutManagedFields } from './whole-object.ts'

/**
 * The managedFields with which `next` is stored, once it is complete: those that it has, or those of `live` when the two
 * differ in nothing but times of entries.
 */
export function keepNoopTimes(live: KubeObject, next: KubeObject): ManagedFieldsEntry[] | undefined {
  const { managedFields: before } = live.metadata
  const { managedFields: after } = next.metadata
  if (!before || !after || before.length !== after.length) return after
  const isTimeAlone = before.every((entry, at) => equalJson(withoutTime(entry), withoutTime(after[at])))
  if (!isTimeAlone || !equalJson(asJson(withoutManagedFields(live)), asJson(withoutManagedFields(next)))) return after
  return before
}

const withoutTime = (entry: ManagedFieldsEntry | undefined): Json => (entry ? { ...entry, time: '' } : null)
