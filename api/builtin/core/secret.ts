/** Words for programs that not everybody may read. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { Secret } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { base64Of } from './base64.ts'
import { immutableOnceSaid } from './immutable-flag.ts'
import { validateSecret } from './secret/validate.ts'

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
    prepareForUpdate(object, old) {
      if (!object.type && old.type !== undefined) object.type = old.type
    },
    validate: (object) => [
      ...validateBuiltInFinalizers(object.metadata.finalizers, 'metadata.finalizers'),
      ...validateSecret(object),
    ],
    validateUpdate: (object, old) => [...immutable('type', object.type, old.type), ...keepWhatIsImmutable(object, old)],
    warnings: warnOfCertificate,
    selectableFields: ['type'],
    fieldOf: ({ type = '' }) => type,
  },
})

const keepWhatIsImmutable = immutableOnceSaid(['data'])

/** A certificate that cannot be one is taken, and told of. Whether it fits its key is not looked at. */
function warnOfCertificate({ type, data = {} }: Secret): string[] {
  if (type !== 'kubernetes.io/tls') return []
  const isPem = (name: string) => atob(data[name] ?? '').includes('-----BEGIN ')
  if (!isPem('tls.crt')) return ['tls: failed to find any PEM data in certificate input']
  return isPem('tls.key') ? [] : ['tls: failed to find any PEM data in key input']
}

const encoder = new TextEncoder()

/** Words that are given as they are become bytes like the others, and are then not told apart. */
function defaultSecret(object: Secret): void {
  object.type ||= 'Opaque'
  if (!object.stringData) return
  const encoded = Object.entries(object.stringData).map(([name, text]) => [name, base64Of(encoder.encode(text))])
  object.data = { ...object.data, ...Object.fromEntries(encoded) }
  delete object.stringData
}
