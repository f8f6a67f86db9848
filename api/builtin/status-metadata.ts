/** Kinds whose status is written without their metadata. Source: apimachinery meta/v1 ResetObjectMetaForStatus. */
import type { ObjectMeta } from '../object.ts'

const KEPT = [
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'labels',
  'annotations',
  'finalizers',
  'ownerReferences',
] as const

/** Takes back what a write of the status would change of labels, annotations, finalizers and owners. Changes `metadata`. */
export function keepMetadata(metadata: ObjectMeta, old: ObjectMeta): void {
  for (const field of KEPT) keep(metadata, old, field)
}

function keep<Field extends keyof ObjectMeta>(metadata: ObjectMeta, old: ObjectMeta, field: Field): void {
  if (old[field] === undefined) delete metadata[field]
  else metadata[field] = old[field]
}
