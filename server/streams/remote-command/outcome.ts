/**
 * How a command ended, as clients read it on the error stream: a Status since v4, before that a text, or nothing when all
 * was well. Source: cri-streaming pkg/streaming/remotecommand ServeExec, v4WriteStatusFunc, v1WriteStatusFunc.
 */
import { internal, type Status, statusOf } from '@muster/api/status.ts'
import { isControlError } from '@muster/base/errors.ts'

/** What is said on the error stream. */
export type Outcome = Partial<Status> & { readonly status: 'Success' | 'Failure' }

/** The end of a command that ran. */
export function outcomeOf(exitCode: number): Outcome {
  if (exitCode === 0) return { status: 'Success' }
  return {
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

/** That there was no command to run, or none to attach to. */
export function failureOf(doing: string, error: unknown): Outcome {
  const why = isControlError(error) ? error.message : 'a fault of the server'
  return { ...statusOf(internal(`${doing}: ${why}`)), status: 'Failure' }
}

const encoder = new TextEncoder()

/** The bytes of it; none when there is nothing to say. */
export function sayOutcome(outcome: Outcome, isStatus: boolean): Uint8Array {
  if (isStatus) return encoder.encode(JSON.stringify({ metadata: {}, ...outcome }))
  return encoder.encode(outcome.status === 'Success' ? '' : (outcome.message ?? ''))
}
