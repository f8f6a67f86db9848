/** What classes of storage say to their driver. Source: kubernetes pkg/apis/storage/validation. */
import { type FieldError, type FieldPath, invalid, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { checkLabelKey } from '../../names.ts'

const PARAMETERS_MAX = 512
const PARAMETERS_BYTES_MAX = 256 * 1024

/** What is wrong with parameters: at most 512, of 256 KiB together, each with a name. */
export function validateParameters(
  parameters: Readonly<Record<string, string>> | undefined,
  path: FieldPath,
): FieldError[] {
  const entries = Object.entries(parameters ?? {})
  if (entries.length > PARAMETERS_MAX) return [tooLong(path, PARAMETERS_MAX)]
  const sizeBytes = entries.reduce((sum, [name, value]) => sum + byteLength(name) + byteLength(value), 0)
  return [
    ...entries.flatMap(([name]) => (name === '' ? [invalid(path, name, 'field can not be empty.')] : [])),
    ...(sizeBytes > PARAMETERS_BYTES_MAX ? [tooLong(path, PARAMETERS_BYTES_MAX)] : []),
  ]
}

/** What is wrong with the name of a provisioner, which is one of a label in any case. */
export function validateProvisioner(name: string | undefined, path: FieldPath): FieldError[] {
  if (!name) return [required(path)]
  const lower = name.toLowerCase()
  return checkLabelKey(lower).map((why) => invalid(path, lower, why))
}
