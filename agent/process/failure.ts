/** How what went wrong at a keeper reaches whoever asked. */
import { type ErrorCode, isControlError } from '@muster/base/errors.ts'

/** An error as it travels. What the machine refused is the order's trouble: it says which file and why. */
export function failure(error: unknown): { code: ErrorCode; message: string } {
  if (isControlError(error)) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: message.startsWith('ENOSPC') ? 'StorageFull' : 'Invalid', message }
}
