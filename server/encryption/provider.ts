/**
 * How one provider of an EncryptionConfiguration keeps values.
 *
 *     k8s:enc:aesgcm:v1:KEY:   nonce (12) · what was sealed · tag (16)      bound to the key that it is kept under
 *     k8s:enc:aescbc:v1:KEY:   start (16) · what was sealed                 bound to nothing, and not proof against change
 *     (nothing)                the value itself
 *
 * Source: apiserver pkg/storage/value/encrypt; the forms are Kubernetes' own.
 */
import { createCipheriv, createDecipheriv, type DecipherGCM } from 'node:crypto'
import { ControlError } from '@muster/base/errors.ts'

/** A way to keep values. */
export interface Provider {
  readonly name: string
  seal(key: string, value: Uint8Array): Promise<Uint8Array> | Uint8Array
  /** Undefined for what another provider has sealed. Throws StorageRefused for what it should open, and cannot. */
  open(key: string, value: Uint8Array): Uint8Array | undefined
  /** Whether the value was sealed with the key that seals now. */
  isNewest(value: Uint8Array): boolean
}

/** Bytes of chance that nobody can guess: of the machine, in life. */
export type Entropy = (count: number) => Uint8Array

/** A key with its name: 16, 24 or 32 bytes. */
export interface NamedKey {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Keeps values as they are. */
export const identityProvider: Provider = {
  name: 'identity',
  seal: (_key, value) => value,
  open: (_key, value) => (isSealed(value) ? undefined : value),
  isNewest: (value) => !isSealed(value),
}

const PREFIXES = ['k8s:enc:', 'muster:enc:']

/** Whether any provider but `identity` made this value. */
const isSealed = (value: Uint8Array): boolean => PREFIXES.some((prefix) => startsWith(value, prefix))

/** AES in Galois/Counter mode: sealed, proof against change, and bound to its place. The first key seals. */
export const aesGcmProvider = (keys: readonly NamedKey[], entropy: Entropy): Provider =>
  keyedProvider('aesgcm', keys, {
    seal: (bytes, key, value) => sealGcm(bytes, value, key, entropy),
    open: (bytes, key, value) => openGcm(bytes, value, key),
  })

/** AES in block chaining mode, to read what Kubernetes kept so. Nothing tells whether it was changed or moved. */
export const aesCbcProvider = (keys: readonly NamedKey[], entropy: Entropy): Provider =>
  keyedProvider('aescbc', keys, {
    seal(bytes, _key, value) {
      const start = entropy(BLOCK)
      const cipher = createCipheriv(`aes-${bytes.length * 8}-cbc` as 'aes-256-cbc', bytes, start)
      return Buffer.concat([start, cipher.update(value), cipher.final()])
    },
    open(bytes, _key, value) {
      const cipher = createDecipheriv(`aes-${bytes.length * 8}-cbc` as 'aes-256-cbc', bytes, value.subarray(0, BLOCK))
      return Buffer.concat([cipher.update(value.subarray(BLOCK)), cipher.final()])
    },
  })

const BLOCK = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Nonce, sealed bytes, tag. A fresh nonce of chance each time: a key is good for some 2^32 values. Source: NIST SP 800-38D. */
export function sealGcm(key: Uint8Array, value: Uint8Array, boundTo: string, entropy: Entropy): Uint8Array {
  const nonce = entropy(NONCE_BYTES)
  const cipher = createCipheriv(gcm(key), key, nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(boundTo))
  return Buffer.concat([nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()])
}

/** The inverse of {@link sealGcm}. Throws when the key is another, or anything was changed. */
export function openGcm(key: Uint8Array, sealed: Uint8Array, boundTo: string): Uint8Array {
  const cipher: DecipherGCM = createDecipheriv(gcm(key), key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  cipher.setAAD(Buffer.from(boundTo))
  cipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), cipher.final()])
}

const gcm = ({ length }: Uint8Array) => `aes-${length * 8}-gcm` as 'aes-256-gcm'

interface Cipher {
  seal(bytes: Uint8Array, key: string, value: Uint8Array): Uint8Array
  open(bytes: Uint8Array, key: string, value: Uint8Array): Uint8Array
}

function keyedProvider(name: string, keys: readonly NamedKey[], cipher: Cipher): Provider {
  const prefix = `k8s:enc:${name}:v1:`
  const [first] = keys
  return {
    name,
    seal(key, value) {
      if (!first) throw new ControlError('StorageRefused', `the provider ${name} has no key to seal with`)
      return Buffer.concat([Buffer.from(`${prefix}${first.name}:`), cipher.seal(first.bytes, key, value)])
    },
    open(key, value) {
      if (!startsWith(value, prefix)) return undefined
      const named = keys.find((one) => startsWith(value, `${prefix}${one.name}:`))
      if (!named) throw cannotOpen(key, `none of the keys of ${name} has the name it was sealed with`)
      try {
        return cipher.open(named.bytes, key, value.subarray(prefix.length + Buffer.byteLength(named.name) + 1))
      } catch (cause) {
        throw cannotOpen(key, `the key '${named.name}' of ${name} does not open it`, cause)
      }
    },
    isNewest: (value) => first !== undefined && startsWith(value, `${prefix}${first.name}:`),
  }
}

/** StorageRefused, with what to do. */
export const cannotOpen = (key: string, why: string, cause?: unknown): ControlError =>
  new ControlError(
    'StorageRefused',
    `${key} cannot be read: ${why}; bring the EncryptionConfiguration back with which it was written`,
    cause,
  )

/** Whether bytes begin with a text. */
export function startsWith(bytes: Uint8Array, text: string): boolean {
  if (bytes.length < text.length) return false
  for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false
  return true
}
