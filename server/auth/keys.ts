/**
 * Keys, kept as text. ECDSA over P-256: made in a tenth of a millisecond, so that a logical cluster costs little; RSA keys
 * that somebody brings along are understood too.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type webcrypto,
} from 'node:crypto'
import { ControlError } from '@muster/base/errors.ts'

/** Both halves, in PEM: PKCS #8 and SubjectPublicKeyInfo. */
export interface KeyPair {
  readonly privateKey: string
  readonly publicKey: string
}

/** A fresh pair, from the entropy of the machine. */
export function newKeyPair(): KeyPair {
  return generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
}

/** The public half of a private key in PEM. Throws StorageRefused when it is no key. */
export const publicKeyOf = (privateKey: string): string =>
  createPublicKey(readKey(privateKey)).export({ type: 'spki', format: 'pem' }).toString()

/** Names a key without giving anything of it away: the SHA-256 of its public half, in base64url. Source: kubernetes pkg/serviceaccount, keyIDFromPublicKey. */
export const keyIdOf = (publicKey: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicKey).export({ type: 'spki', format: 'der' }))
    .digest('base64url')

/** The algorithms that tokens and certificates are signed with. */
export type SigningAlgorithm = 'ES256' | 'ES384' | 'ES512' | 'RS256'

/** What a key signs with. Throws StorageRefused for a key of another kind. */
export function algorithmOf(key: KeyObject): SigningAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  const algorithm = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (key.asymmetricKeyType === 'ec' && algorithm) return algorithm
  throw new ControlError(
    'StorageRefused',
    `a key of type '${key.asymmetricKeyType}' cannot sign; it must be RSA or ECDSA`,
  )
}

/** A private key, read from its PEM. Throws StorageRefused when it is none. */
export function readKey(privateKey: string): KeyObject {
  try {
    return createPrivateKey(privateKey)
  } catch (cause) {
    throw new ControlError('StorageRefused', 'a private key cannot be read: it is not in PEM, or it is damaged', cause)
  }
}

/** A key as the makers of certificates want it: to sign with when private, to check with when public. */
export function toCryptoKey(key: KeyObject): webcrypto.CryptoKey {
  const uses: webcrypto.KeyUsage[] = [key.type === 'private' ? 'sign' : 'verify']
  switch (algorithmOf(key)) {
    case 'RS256':
      return key.toCryptoKey({ name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, true, uses)
    case 'ES256':
      return key.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, uses)
    case 'ES384':
      return key.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-384' }, true, uses)
    case 'ES512':
      return key.toCryptoKey({ name: 'ECDSA', namedCurve: 'P-521' }, true, uses)
  }
}

const CURVES: Readonly<Record<string, SigningAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}
