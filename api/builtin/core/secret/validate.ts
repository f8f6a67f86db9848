/** What a secret may not say. Source: kubernetes ValidateSecret. */
import { type FieldError, invalid, key, required, tooLong } from '../../../field-error.ts'
import { checkConfigMapKey } from '../../../names.ts'
import type { Secret } from '../../../types/core-v1.ts'
import { base64Bytes } from '../base64.ts'
import { DATA_BYTES_MAX } from '../config-map.ts'
import { validateJsonObject } from './json-object.ts'

const ACCOUNT_NAME = 'kubernetes.io/service-account.name'

/** What is wrong with its keys, its size, and what its type asks for. */
export function validateSecret({ metadata, type = '', data = {} }: Secret): FieldError[] {
  const bytes = Object.values(data).reduce((sum, value) => sum + base64Bytes(value), 0)
  return [
    ...Object.keys(data).flatMap((name) => checkConfigMapKey(name).map((why) => invalid(key('data', name), name, why))),
    ...(bytes > DATA_BYTES_MAX ? [tooLong('data', DATA_BYTES_MAX)] : []),
    ...validateByType(type, data, metadata.annotations),
  ]
}

type Data = Readonly<Record<string, string>>

function validateByType(type: string, data: Data, annotations: Data = {}): FieldError[] {
  const missing = (names: readonly string[]) =>
    names.filter((name) => !Object.hasOwn(data, name)).map((name) => required(key('data', name)))
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return annotations[ACCOUNT_NAME] ? [] : [required(key('metadata.annotations', ACCOUNT_NAME))]
    case 'kubernetes.io/dockercfg':
      return validateJsonObject(data, '.dockercfg')
    case 'kubernetes.io/dockerconfigjson':
      return validateJsonObject(data, '.dockerconfigjson')
    case 'kubernetes.io/basic-auth': {
      const errors = missing(['username', 'password'])
      // One of the two is enough.
      return errors.length === 2 ? errors : []
    }
    case 'kubernetes.io/ssh-auth':
      return data['ssh-privatekey'] ? [] : [required(key('data', 'ssh-privatekey'))]
    case 'kubernetes.io/tls':
      return missing(['tls.crt', 'tls.key'])
    default:
      return []
  }
}
