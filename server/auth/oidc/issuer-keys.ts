/**
 * The keys of an issuer, fetched when first needed and again when a token names one that is not among them.
 *
 *     token ─► known key ─► good │ not
 *        └───► unknown   ─► fetch: description ─► keys ─► once more
 *
 * Many who come at a time wait for one fetch. After one that failed, the next waits a while, longer each time; keys that
 * are there stay good meanwhile. So an issuer that is down for an hour locks nobody out, and is not run over.
 * Source: OpenID Connect Discovery 1.0; RFC 7517.
 */
import { isObject } from '@muster/api/schema/json.ts'
import { type Backoff, backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import { createLocalJWKSet, type JSONWebKeySet } from 'jose'
import type { OidcIssuer } from './configuration.ts'

/** Reads a document over HTTPS. `authority` is PEM; what the machine trusts when absent. Rejects for anything but 200. */
export type FetchText = (url: string, authority: string | undefined) => Promise<string>

/** What finds the key of a token, as `jose` wants it. */
export type KeyFinder = ReturnType<typeof createLocalJWKSet>

/** The keys of one issuer. */
export interface IssuerKeys {
  /** The keys that are known, fetched when none are. Throws Unavailable when they cannot be had. */
  known(): Promise<KeyFinder>
  /** Newer keys than those; undefined when there are none, or it is too soon to ask again. */
  newer(than: KeyFinder): Promise<KeyFinder | undefined>
}

/** What fetching takes. */
export interface IssuerKeysDeps {
  readonly fetchText: FetchText
  readonly clock: Clock
  readonly random: Random
}

/** The pause after a fetch: whoever makes up key names cannot make us ask for each of them. */
const AGAIN_AFTER: Duration = seconds(10)
const AGAIN_AFTER_MAX: Duration = minutes(5)
/** Keys older than this are fetched anew: one that was withdrawn is good no longer than that, unless the issuer is away. */
const KEYS_AGE_MAX: Duration = minutes(60)
/** More keys than any issuer has. */
const KEYS_MAX = 100

/** The keys of an issuer, none of them fetched yet. */
export function createIssuerKeys(issuer: OidcIssuer, { fetchText, clock, random }: IssuerKeysDeps): IssuerKeys {
  let keys: KeyFinder | undefined
  let fetchedAt = 0
  let nextAt = 0
  let pause: Backoff | undefined
  let fetching: Promise<KeyFinder> | undefined
  let trouble: unknown

  const fetchKeys = async (): Promise<KeyFinder> => {
    const authority = issuer.certificateAuthority
    const where = issuer.discoveryUrl ?? `${issuer.url.replace(/\/+$/, '')}/.well-known/openid-configuration`
    const description = parse(await fetchText(where, authority), where)
    if (description.issuer !== issuer.url)
      throw new ControlError(
        'Unavailable',
        `${where} is of the issuer '${String(description.issuer)}', not '${issuer.url}'`,
      )
    const { jwks_uri: keysUrl } = description
    if (typeof keysUrl !== 'string' || !keysUrl.startsWith('https://'))
      throw new ControlError('Unavailable', `${where} names no jwks_uri that starts with https://`)
    const set = parse(await fetchText(keysUrl, authority), keysUrl)
    if (!isKeySet(set)) throw new ControlError('Unavailable', `${keysUrl} holds no set of keys`)
    return createLocalJWKSet({ keys: set.keys.slice(0, KEYS_MAX) })
  }
  const fetchOnce = (): Promise<KeyFinder> => {
    fetching ??= fetchKeys()
      .then(
        (found) => {
          pause = undefined
          nextAt = clock.elapsed() + AGAIN_AFTER
          fetchedAt = clock.elapsed()
          trouble = undefined
          keys = found
          return found
        },
        (cause) => {
          const { wait, next } = nextWait(pause ?? backoff(AGAIN_AFTER, AGAIN_AFTER_MAX), random)
          pause = next
          nextAt = clock.elapsed() + wait
          trouble = cause
          throw unavailable(issuer, cause)
        },
      )
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }
  const mayFetch = () => fetching !== undefined || clock.elapsed() >= nextAt
  return {
    async known() {
      if (keys && (clock.elapsed() - fetchedAt < KEYS_AGE_MAX || !mayFetch())) return keys
      if (!keys && !mayFetch()) throw unavailable(issuer, trouble)
      const before = keys
      return fetchOnce().catch((error) => {
        if (before) return before
        throw error
      })
    },
    async newer(than) {
      if (keys && keys !== than) return keys
      if (!mayFetch()) return undefined
      return fetchOnce().catch(() => undefined)
    },
  }
}

const unavailable = ({ url }: OidcIssuer, cause: unknown): ControlError =>
  new ControlError('Unavailable', `the keys of the issuer ${url} cannot be had`, cause)

function parse(text: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (isObject(value)) return value
  } catch {
    // Told below, as anything else that is no object.
  }
  throw new ControlError('Unavailable', `${where} holds no JSON object`)
}

const isKeySet = (value: object): value is JSONWebKeySet =>
  'keys' in value && Array.isArray(value.keys) && value.keys.every(isObject)
