/** The statuses of both kinds of this group: conditions, each of its own type. */
import { child, duplicate, type FieldError, index, required } from '../../field-error.ts'

/** What is wrong with a status. Source: kubernetes pkg/apis/flowcontrol/validation. */
export function validateStatus(
  status: { readonly conditions?: readonly { readonly type?: string }[] } = {},
): FieldError[] {
  const conditions = status.conditions ?? []
  return conditions.flatMap(({ type = '' }, at) => {
    const path = child(index('status.conditions', at), 'type')
    const isTwice = conditions.findIndex((other) => (other.type ?? '') === type) < at
    return [...(isTwice ? [duplicate(path, type)] : []), ...(type === '' ? [required(path)] : [])]
  })
}
