/**
 * A transaction that is refused, as the one Status that a client gets: with the code and the reason of what was refused
 * first, and a cause for each thing that is wrong, by the operation and the field.
 */
import type { FieldError } from '@muster/api/field-error.ts'
import { invalid, type Status, type StatusCause, statusOf } from '@muster/api/status.ts'
import { type Operation, TRANSACTION_GROUP, TRANSACTIONS } from '@muster/api/transaction/transaction.ts'
import { ControlError } from '@muster/base/errors.ts'
import { namedBy, type Part } from './part.ts'

/** Why one operation was refused. */
export interface Refused {
  readonly part: Pick<Part, 'path' | 'operation'>
  readonly error: ControlError
}

/** The refusal of a transaction whose operations make no sense as they stand. */
export const malformed = (errors: readonly FieldError[]): ControlError =>
  invalid({ group: TRANSACTION_GROUP, kind: 'Transaction' }, '', errors)

/** The refusal of a transaction because of some of its operations, the first of them first. */
export function refusal(first: Refused, ...more: readonly Refused[]): ControlError {
  const status: Status = statusOf(first.error)
  const others = more.length === 0 ? '' : ` (${more.length} more refused; details.causes names each)`
  const message = `nothing was done: ${first.part.path}, ${say(first.part.operation)}: ${first.error.message}${others}`
  const details = {
    group: TRANSACTION_GROUP,
    kind: TRANSACTIONS,
    causes: [first, ...more].flatMap(causesOf),
    ...(status.details?.retryAfterSeconds ? { retryAfterSeconds: status.details.retryAfterSeconds } : {}),
  }
  return new ControlError(first.error.code, message, first.error, { ...status, message, details })
}

/** `update ConfigMap shop/web`. */
export function say(operation: Operation): string {
  const { kind, namespace, name } = namedBy(operation)
  const part = operation.subresource === undefined ? '' : `/${operation.subresource}`
  return `${operation.verb} ${kind}${part} ${namespace === '' ? '' : `${namespace}/`}${name}`.trimEnd()
}

function causesOf({ part: { path, operation }, error }: Refused): StatusCause[] {
  const { reason, message, details } = statusOf(error)
  const fields = (details?.causes ?? []).filter(({ field }) => field)
  const whole = [{ ...(reason ? { reason } : {}), message, field: path }]
  // What a patch makes is not in the transaction, and so has no path in it.
  if (fields.length === 0 || operation.object === undefined) return whole
  return fields.map((cause) => ({ ...cause, field: `${path}.object.${(cause.field ?? '').replace(/^\./, '')}` }))
}
