/** Words for programs that not everybody may read. */
import { NAME_COLUMN } from '../../columns.ts'
import type { Secret } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'

/** Secret. Source: kubernetes pkg/registry/core/secret. */
export const secret = builtIn<Secret>({
  group: '',
  kind: 'Secret',
  plural: 'secrets',
  versions: [
    {
      name: 'v1',
      default: defaultSecret,
      columns: [
        NAME_COLUMN,
        column(
          'Type',
          'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
          ({ type = '' }) => type,
        ),
        column(
          'Data',
          "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
          ({ data = {} }) => Object.keys(data).length,
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    selectableFields: ['type'],
    fieldOf: ({ type = '' }) => type,
  },
})

function defaultSecret(object: Secret): void {
  object.type ||= 'Opaque'
}
