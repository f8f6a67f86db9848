/** Signs JSON Web Tokens with one key, and accepts those of several. Source: RFC 7515, RFC 7517; kubernetes pkg/serviceaccount/jwt.go. */

import { createPublicKey, createSign, type KeyObject } from 'node:crypto'
import type { JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { compactVerify, decodeProtectedHeader, type JWK, type JWTPayload } from 'jose'
import { algorithmOf, type KeyPair, keyIdOf, readKey, type SigningAlgorithm } from '../keys.ts'

/** The keys of one issuer. */
export interface Keyring {
  /** The token, signed by the newest key. */
  sign(claims: JWTPayload): Promise<string>
  /** What a token says when one of the keys signed it; else in words what is wrong with it. */
  open(token: string): Promise<OpenedToken>
  /** The public halves, as others look them up. */
  readonly publicKeys: readonly (JWK & { readonly alg: SigningAlgorithm })[]
}

/** A token whose signature holds, or why it does not. Nothing else about it was checked. */
export type OpenedToken = { readonly claims: JsonObject } | { readonly refused: string }

/** Longer tokens do not fit into a header of HTTP either, and are refused unread. */
export const TOKEN_BYTES_MAX = 16 * 1024

/** Signatures remembered as good: enough for every pod of a large cluster's busiest minute, at a few KB each. */
export const OPENED_MAX = 10_000

/** A keyring over these pairs; the first signs. It remembers `openedMax` signatures. Throws StorageRefused for a pair that cannot be read. */
export function createKeyring(pairs: readonly [KeyPair, ...KeyPair[]], openedMax: number = OPENED_MAX): Keyring {
  const keys = pairs.map(({ publicKey }) => readPublicKey(publicKey))
  const [signing] = pairs
  const signer = readKey(signing.privateKey)
  const header = { alg: algorithmOf(signer), kid: keyIdOf(signing.publicKey) }
  // A signature that holds once holds always: what may change (expiry, deletion) is looked at anew each time.
  const opened = new Map<string, JsonObject>()
  const remember = (token: string, claims: JsonObject) => {
    const [oldest] = opened.keys()
    if (opened.size >= openedMax && oldest !== undefined) opened.delete(oldest)
    opened.set(token, claims)
  }
  return {
    sign: async (claims) => {
      const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return `${signed}.${signatureOf(signed, signer)}`
    },
    open: async (token) => {
      const known = opened.get(token)
      if (known) return { claims: known }
      const result = token.length > TOKEN_BYTES_MAX ? { refused: 'the token is too long' } : await open(token, keys)
      if ('claims' in result) remember(token, result.claims)
      return result
    },
    publicKeys: keys.map(({ key, id, algorithm }) => ({
      use: 'sig',
      kid: id,
      alg: algorithm,
      ...key.export({ format: 'jwk' }),
    })),
  }
}

/** What a token says, without looking at its signature; undefined when it is no token. */
export function peek(token: string): JsonObject | undefined {
  const [, payload, signature, ...rest] = token.split('.')
  if (payload === undefined || signature === undefined || rest.length > 0) return undefined
  return parseObject(Buffer.from(payload, 'base64url'))
}

/**
 * At once, and in this thread: signatures made side by side in others are ready in an order that no seed replays, and cost
 * more than the 30 microseconds that one takes. Source: RFC 7518, sections 3.3 and 3.4.
 */
const signatureOf = (text: string, key: KeyObject): string =>
  createSign(HASHES[algorithmOf(key)]).update(text).sign({ key, dsaEncoding: 'ieee-p1363' }, 'base64url')

const HASHES: Readonly<Record<SigningAlgorithm, string>> = {
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
  RS256: 'sha256',
}

interface PublicKey {
  readonly id: string
  readonly key: KeyObject
  readonly algorithm: SigningAlgorithm
}

function readPublicKey(publicKey: string): PublicKey {
  const key = createPublicKey(publicKey)
  return { id: keyIdOf(publicKey), key, algorithm: algorithmOf(key) }
}

async function open(token: string, keys: readonly PublicKey[]): Promise<OpenedToken> {
  const kid = keyIdIn(token)
  const fitting = keys.filter(({ id }) => kid === undefined || id === kid)
  if (fitting.length === 0) return { refused: 'invalid signature, no keys found' }
  for (const { key, algorithm } of fitting) {
    const claims = await verified(token, key, algorithm)
    if (claims) return { claims }
  }
  return { refused: 'go-jose/go-jose: error in cryptographic primitive' }
}

/** Undefined for whatever is wrong: who shows a bad token learns no more than that. */
async function verified(token: string, key: KeyObject, algorithm: SigningAlgorithm): Promise<JsonObject | undefined> {
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [algorithm] })
    return parseObject(payload)
  } catch {
    return undefined
  }
}

function keyIdIn(token: string): string | undefined {
  try {
    return decodeProtectedHeader(token).kid
  } catch {
    return undefined
  }
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}
