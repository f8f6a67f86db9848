/**
 * Fields that nobody ever owns: what says which object this is, and what only the server writes.
 * Source: apimachinery pkg/util/managedfields/internal/stripmeta.go.
 */
import { difference, type FieldSet, setOf } from './field-set.ts'
import { fieldElement } from './path-element.ts'

const inMetadata = (field: string) => [fieldElement('metadata'), fieldElement(field)]

const UNOWNED: FieldSet = setOf(
  [fieldElement('apiVersion')],
  [fieldElement('kind')],
  [fieldElement('metadata')],
  inMetadata('name'),
  inMetadata('namespace'),
  inMetadata('creationTimestamp'),
  inMetadata('selfLink'),
  inMetadata('uid'),
  inMetadata('clusterName'),
  inMetadata('generation'),
  inMetadata('managedFields'),
  inMetadata('resourceVersion'),
)

/** The part of a set that somebody may own. */
export const ownable = (set: FieldSet): FieldSet => difference(set, UNOWNED)
