/** Rules that volumes and claims share. Source: kubernetes ValidatePersistentVolumeSpec, ValidatePersistentVolumeClaimSpec. */
import { type FieldError, type FieldPath, forbidden, invalid, notSupported } from '../../field-error.ts'
import { checkSubdomain } from '../../names.ts'
import { countQuantity, parseQuantity } from '../../quantity.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

/** Each mode is known, and one pod alone is not several. */
export function validateAccessModes(modes: readonly string[], path: FieldPath): FieldError[] {
  const isAlone = modes.includes('ReadWriteOncePod')
  const hasOthers = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  return [
    ...modes.filter((mode) => !ACCESS_MODES.includes(mode)).map((mode) => notSupported(path, mode, ACCESS_MODES)),
    ...(isAlone && hasOthers ? [forbidden(path, 'may not use ReadWriteOncePod with other access modes')] : []),
  ]
}

/** Files or blocks. */
export const validateVolumeMode = (mode: string | undefined, path: FieldPath): FieldError[] =>
  mode === undefined || VOLUME_MODES.includes(mode) ? [] : [notSupported(path, mode, VOLUME_MODES)]

/** The name of a class, if there is one. */
export const validateClassName = (name: string | undefined, path: FieldPath): FieldError[] =>
  name ? checkSubdomain(name).map((why) => invalid(path, name, why)) : []

/** An amount that is not less than nothing; the message shows it as a number. */
export function validateBasicAmount(amount: string | number, path: FieldPath): FieldError[] {
  const whole = countQuantity(parseQuantity(amount))
  return whole < 0n ? [invalid(path, whole, 'must be a valid resource quantity')] : []
}
