/** Who an object belongs to. Source: apimachinery pkg/api/validation/objectmeta.go, meta/v1/controller_ref.go. */
import { child, type FieldError, type FieldPath, invalid } from '../field-error.ts'
import { type KubeObject, type ObjectMeta, type OwnerReference, parseApiVersion } from '../object.ts'

/** Each error repeats all references, so there are only so many of them; Kubernetes knows no limit. */
const CONTROLLER_ERRORS_MAX = 8

/** What is wrong with owner references. The paths have no index, as in Kubernetes. */
export function validateOwnerReferences(references: readonly OwnerReference[] = [], path: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  let firstController: string | undefined
  let surplus = 0
  for (const reference of references) {
    errors.push(...validateOwnerReference(reference, path))
    if (!reference.controller) continue
    const controller = `${reference.kind}/${reference.name}`
    if (firstController === undefined) firstController = controller
    else if (surplus++ < CONTROLLER_ERRORS_MAX) {
      const why = `Only one reference can have Controller set to true. Found "true" in references for ${firstController} and ${controller}`
      errors.push(invalid(path, references.map(inOrder), why))
    }
  }
  return errors
}

/** The reference to the owner that manages the object. */
export const controllerOf = (metadata: ObjectMeta): OwnerReference | undefined =>
  metadata.ownerReferences?.find(({ controller }) => controller === true)

/** A reference by which `owner` manages another object and holds up its own foreground deletion for it. */
export const controllerReference = ({ apiVersion, kind, metadata }: KubeObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name ?? '',
  uid: metadata.uid ?? '',
  controller: true,
  blockOwnerDeletion: true,
})

function validateOwnerReference(reference: OwnerReference, path: FieldPath): FieldError[] {
  const { apiVersion, kind, name, uid } = reference
  const errors: FieldError[] = []
  if (!parseApiVersion(apiVersion))
    errors.push(invalid(child(path, 'apiVersion'), apiVersion, 'version must not be empty'))
  if (kind === '') errors.push(invalid(child(path, 'kind'), kind, 'must not be empty'))
  if (name === '') errors.push(invalid(child(path, 'name'), name, 'must not be empty'))
  if (uid === '') errors.push(invalid(child(path, 'uid'), uid, 'must not be empty'))
  // Events are too many, and too short-lived, to own anything.
  if (apiVersion === 'v1' && kind === 'Event') {
    errors.push(invalid(path, inOrder(reference), '/v1, Kind=Event is disallowed from being an owner'))
  }
  return errors
}

/** Messages show the fields in the order of Kubernetes' type, whatever the order in which they came. */
const inOrder = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference): OwnerReference => ({
  apiVersion,
  kind,
  name,
  uid,
  ...(controller === undefined ? {} : { controller }),
  ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
})
