/**
 * managedFields that an admission plugin or webhook left unreadable.
 * Source: apiserver pkg/endpoints/handlers/fieldmanager/admission.go.
 */
import { isControlError } from '@muster/base/errors.ts'
import type { ManagedFieldsEntry } from '../object.ts'
import { readOwners } from './owners.ts'

/** What managedFields are after admission, and what to tell the client in a Warning header when they had to be put back. */
export interface Admitted {
  readonly entries: ManagedFieldsEntry[] | undefined
  readonly warning?: string
}

/** Those that admission left, if they can be read; otherwise those from before it. */
export function managedFieldsAfterAdmission(
  before: ManagedFieldsEntry[] | undefined,
  after: ManagedFieldsEntry[] | undefined,
): Admitted {
  try {
    readOwners(after)
    return { entries: after }
  } catch (error) {
    if (!isControlError(error)) throw error
    return { entries: before, warning: `${WARNING}${error.message}` }
  }
}

const WARNING =
  '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: '
