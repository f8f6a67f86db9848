/**
 * Which resources are sealed, and how: a file of apiserver.config.k8s.io/v1 EncryptionConfiguration.
 *
 *     resources:
 *     - resources: [secrets]            secrets · deployments.apps · *.apps · *. (all of the core group) · *.*
 *       providers:                      the first seals, all of them open
 *       - erasable: { keys: [...] }     Muster's own
 *       - aesgcm: { keys: [{ name: key1, secret: BASE64 }] }
 *       - identity: {}                  keeps in plain
 *
 * Source: apiserver pkg/apis/apiserver/validation/validation_encryption.go, pkg/server/options/encryptionconfig.
 */
import { Buffer } from 'node:buffer'
import { type FieldError, invalid, required, sayFieldErrors } from '@muster/api/field-error.ts'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import { parseYaml } from '../resources/parse-yaml.ts'
import type { NamedKey } from './provider.ts'

/** One provider, as the file names it. */
export type ProviderSetting =
  | { readonly provider: 'identity' }
  | { readonly provider: 'aesgcm' | 'aescbc' | 'erasable'; readonly keys: readonly NamedKey[] }

/** Resources that are kept alike. */
export interface SealedResources {
  readonly resources: readonly string[]
  readonly providers: readonly ProviderSetting[]
}

const API_VERSION = 'apiserver.config.k8s.io/v1'
const KEY_SIZES: Readonly<Record<string, readonly number[]>> = {
  aesgcm: [16, 24, 32],
  aescbc: [16, 24, 32],
  erasable: [32],
}
const NOT_BUILT: Readonly<Record<string, string>> = {
  kms: 'keys of another service are not built yet; use aesgcm',
  secretbox: 'is not built; use aesgcm, which is as strong',
}

/** Reads the file. Throws Invalid, naming every field that is wrong. */
export function readEncryption(bytes: Uint8Array): readonly SealedResources[] {
  const { value } = parseYaml(bytes, { strict: true })
  const errors: FieldError[] = []
  const file = objectOf(value)
  if (file.apiVersion !== API_VERSION) errors.push(invalid('apiVersion', file.apiVersion, `must be ${API_VERSION}`))
  if (file.kind !== 'EncryptionConfiguration')
    errors.push(invalid('kind', file.kind, 'must be EncryptionConfiguration'))
  const items = listOf(file.resources)
  if (items.length === 0) errors.push(required('resources', 'at least one resources is required'))
  const read = items.map((item, at) => readItem(objectOf(item), `resources[${at}]`, errors))
  if (errors.length > 0)
    throw new ControlError('Invalid', `the EncryptionConfiguration is invalid: ${sayFieldErrors(errors)}`)
  return read
}

function readItem(item: JsonObject, path: string, errors: FieldError[]): SealedResources {
  const resources = listOf(item.resources).map(String)
  if (resources.length === 0) errors.push(required(`${path}.resources`, 'at least one resource is required'))
  for (const [at, resource] of resources.entries()) {
    const field = `${path}.resources[${at}]`
    if (resource !== resource.toLowerCase())
      errors.push(invalid(field, resource, 'resource name should not contain capital letters'))
    if (resource === '*')
      errors.push(
        invalid(
          field,
          resource,
          "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources",
        ),
      )
  }
  const settings = listOf(item.providers)
  if (settings.length === 0) errors.push(required(`${path}.providers`, 'at least one provider is required'))
  return {
    resources,
    providers: settings.map((one, at) => readProvider(objectOf(one), `${path}.providers[${at}]`, errors)),
  }
}

function readProvider(setting: JsonObject, path: string, errors: FieldError[]): ProviderSetting {
  const [name = '', ...others] = Object.keys(setting)
  if (others.length > 0)
    errors.push(
      invalid(
        path,
        name,
        'more than one provider specified in a single element, should split into different list elements',
      ),
    )
  switch (name) {
    case 'identity':
      return { provider: 'identity' }
    case 'aesgcm':
    case 'aescbc':
    case 'erasable':
      return { provider: name, keys: readKeys(objectOf(setting[name]), name, `${path}.${name}.keys`, errors) }
    default:
      errors.push(
        invalid(`${path}.${name}`, name, NOT_BUILT[name] ?? 'is no provider; use aesgcm, erasable or identity'),
      )
      return { provider: 'identity' }
  }
}

function readKeys(setting: JsonObject, provider: string, path: string, errors: FieldError[]): NamedKey[] {
  const sizes = KEY_SIZES[provider] ?? []
  const keys = listOf(setting.keys).map((one, at): NamedKey => {
    const { name, secret } = objectOf(one)
    if (typeof name !== 'string' || name === '')
      errors.push(required(`${path}[${at}].name`, 'name is a mandatory field for a key'))
    else if (name.includes(':')) errors.push(invalid(`${path}[${at}].name`, name, "must not contain ':'"))
    const text = typeof secret === 'string' ? secret : ''
    const bytes = Buffer.from(text, 'base64')
    // The secret itself is not told: messages end up in logs.
    if (text === '') errors.push(required(`${path}[${at}].secret`, 'secret is a mandatory field for a key'))
    else if (bytes.toString('base64') !== text)
      errors.push(invalid(`${path}[${at}].secret`, 'REDACTED', 'secrets must be base64 encoded'))
    else if (!sizes.includes(bytes.length))
      errors.push(
        invalid(
          `${path}[${at}].secret`,
          'REDACTED',
          `secret is not of the expected length, got ${bytes.length}, expected one of [${sizes.join(' ')}]`,
        ),
      )
    return { name: String(name), bytes }
  })
  if (keys.length === 0) errors.push(required(path, 'at least one keys is required'))
  for (const [at, { name }] of keys.entries())
    if (keys.findIndex((other) => other.name === name) < at)
      errors.push(invalid(`${path}[${at}].name`, name, 'another key has this name'))
  return keys
}

const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
