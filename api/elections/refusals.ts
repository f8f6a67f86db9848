/** What is said to a writer that leads no longer. */
import { ControlError, ERRORS } from '@muster/base/errors.ts'
import type { Failure } from '../status.ts'

/**
 * 409 Deposed to who states a fence. 403, with the same reason, to who cannot know what that means: client-go takes
 * every 409 with a reason that it does not know for a conflict, and tries again. Source: apimachinery api/errors IsConflict.
 */
export function deposed(message: string, http: 409 | 403 = ERRORS.Deposed.http): ControlError {
  const status: Failure = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'Deposed',
    code: http,
  }
  return new ControlError('Deposed', message, undefined, status)
}
