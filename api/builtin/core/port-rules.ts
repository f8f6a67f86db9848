/** Rules for ports, as several kinds have them. Source: kubernetes pkg/apis/core/validation/validation.go. */
import { type FieldError, type FieldPath, invalid, notSupported, required } from '../../field-error.ts'
import type { IntOrString } from '../../int-or-string.ts'
import { checkPortName, checkPortNumber } from '../../names.ts'

/** The protocols that a port may have. */
export const PROTOCOLS: readonly string[] = ['SCTP', 'TCP', 'UDP']

/** A protocol must be said, and be one of three. */
export function validateProtocol(protocol: string | undefined, path: FieldPath): FieldError[] {
  if (!protocol) return [required(path)]
  return PROTOCOLS.includes(protocol) ? [] : [notSupported(path, protocol, PROTOCOLS)]
}

/** The number of a port. */
export const validatePortNumber = (port: number, path: FieldPath): FieldError[] =>
  checkPortNumber(port).map((why) => invalid(path, port, why))

/** A port by its number or its name. */
export const validatePortNumberOrName = (port: IntOrString, path: FieldPath): FieldError[] =>
  typeof port === 'number' ? validatePortNumber(port, path) : checkPortName(port).map((why) => invalid(path, port, why))
