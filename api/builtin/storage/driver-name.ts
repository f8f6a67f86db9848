/** The names of drivers of volumes. Source: kubernetes pkg/apis/core/validation ValidateCSIDriverName. */
import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { checkSubdomain } from '../../names.ts'

const DRIVER_NAME_BYTES_MAX = 63

/** What is wrong with the name of a driver: a subdomain of DNS in any case, of at most 63 bytes. */
export function validateDriverName(name: string | undefined, path: FieldPath): FieldError[] {
  if (!name) return [required(path)]
  return [
    ...(byteLength(name) > DRIVER_NAME_BYTES_MAX ? [tooLong(path, DRIVER_NAME_BYTES_MAX)] : []),
    ...checkSubdomain(name.toLowerCase()).map((why) => invalid(path, name, why)),
  ]
}
