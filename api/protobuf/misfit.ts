/** What is said when an object that is to be encoded is not of its type. */
import { ControlError } from '@muster/base/errors.ts'

/** An error for a value that is not what its type wants: the server keeps something that its schema does not allow. */
export const unfit = (wanted: string, value: unknown): ControlError =>
  new ControlError('Internal', `cannot encode to protobuf: ${wanted} is wanted, and there is ${sayShort(value)}`)

/** The same error, with the field in which it was found put before it. */
export const inField = (field: string, error: ControlError): ControlError =>
  new ControlError('Internal', `${field}: ${error.message}`)

function sayShort(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text
}

/** Enough to recognise a value by, and no more than a line of a log. */
const SHOWN_MAX = 100
