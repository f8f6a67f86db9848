/** Words for programs: files, settings. */
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, invalid, key, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkConfigMapKey } from '../../names.ts'
import type { ConfigMap } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { base64Bytes } from './base64.ts'
import { immutableOnceSaid } from './immutable-flag.ts'

/** ConfigMap. Source: kubernetes pkg/registry/core/configmap. */
export const configMap = builtIn<ConfigMap>({
  group: '',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  versions: [
    {
      name: 'v1',
      columns: [
        NAME_COLUMN,
        column(
          'Data',
          "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
          ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: { generation: 'none', validate, validateUpdate: immutableOnceSaid(['data', 'binaryData']) },
})

/** All of one ConfigMap, or of one Secret. Source: kubernetes MaxSecretSize. */
export const DATA_BYTES_MAX = 1024 * 1024

function validate({ metadata, data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors = validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers')
  let bytes = 0
  for (const [name, value] of Object.entries(data)) {
    errors.push(...validateKey('data', name))
    if (Object.hasOwn(binaryData, name)) {
      errors.push(invalid(key('data', name), name, 'duplicate of key present in binaryData'))
    }
    bytes += byteLength(value)
  }
  for (const [name, value] of Object.entries(binaryData)) {
    errors.push(...validateKey('binaryData', name))
    bytes += base64Bytes(value)
  }
  // The path is that of a field without a name, as in Kubernetes.
  return bytes > DATA_BYTES_MAX ? [...errors, tooLong('[]', DATA_BYTES_MAX)] : errors
}

const validateKey = (field: string, name: string): FieldError[] =>
  checkConfigMapKey(name).map((why) => invalid(key(field, name), name, why))
