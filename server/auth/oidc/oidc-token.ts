/**
 * Who a token of an OpenID Connect issuer stands for. Source: apiserver plugin/pkg/authenticator/token/oidc/oidc.go;
 * OpenID Connect Core 1.0 section 3.1.3.7.
 */
import { goQuote } from '@muster/api/go-text.ts'
import type { JsonObject } from '@muster/api/object.ts'
import type { Instant } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { compactVerify } from 'jose'
import { peek, TOKEN_BYTES_MAX } from '../tokens/keyring.ts'
import { refused, type TokenOutcome, UNKNOWN } from '../tokens/outcome.ts'
import type { User } from '../user.ts'
import type { OidcIssuer, PrefixedClaim } from './configuration.ts'
import { createIssuerKeys, type IssuerKeysDeps, type KeyFinder } from './issuer-keys.ts'

/** Judges tokens of the issuers that are known; those of others are unknown to it. */
export type OidcJudge = (token: string, now: Instant) => Promise<TokenOutcome>

/** As Kubernetes' server takes them. Source: oidc.go allValidAlgorithms, RFC 7518 section 3.1. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512']
/** A clock of the issuer may go ahead by this. Source: go-oidc verify.go. */
const NOT_BEFORE_LEEWAY_SECONDS = 300

/** A judge over these issuers. Nothing is fetched before the first token of an issuer comes. */
export function createOidcJudge(issuers: readonly OidcIssuer[], deps: IssuerKeysDeps): OidcJudge {
  const known = new Map(issuers.map((issuer) => [issuer.url, { issuer, keys: createIssuerKeys(issuer, deps) }]))
  return async (token, now) => {
    const found = token.length <= TOKEN_BYTES_MAX ? known.get(String(peek(token)?.iss)) : undefined
    if (!found) return UNKNOWN
    const { issuer, keys } = found
    try {
      const first = await keys.known()
      let opened = await open(token, first)
      if (opened === 'unknown key') {
        const newer = await keys.newer(first)
        if (newer) opened = await open(token, newer)
      }
      if (typeof opened === 'string') return refused(`oidc: verify token: failed to verify signature: ${opened}`)
      const why = whyNot(opened, issuer, now)
      if (why !== undefined) return refused(`oidc: ${why}`)
      const user = userOf(opened, issuer)
      return typeof user === 'string' ? refused(`oidc: ${user}`) : { outcome: 'known', user, audiences: [] }
    } catch (error) {
      // A token that cannot be judged is not good; that the issuer is away is for the log.
      if (!isControlError(error)) throw error
      return refused(`oidc: authenticator not initialized: ${error.message}`)
    }
  }
}

/** What a token says when one of the keys signed it. */
async function open(token: string, keys: KeyFinder): Promise<JsonObject | 'unknown key' | 'no key opens it'> {
  try {
    const { payload } = await compactVerify(token, keys, { algorithms: ALGORITHMS })
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_JWKS_NO_MATCHING_KEY'
      ? 'unknown key'
      : 'no key opens it'
  }
}

/** In words why a token that was signed well is not good here and now. */
function whyNot(claims: JsonObject, { url, audiences, required }: OidcIssuer, now: Instant): string | undefined {
  const { iss, aud, exp, nbf } = claims
  if (iss !== url)
    return `verify token: oidc: id token issued by a different provider, expected ${goQuote(url)} got ${goQuote(String(iss))}`
  const meantFor = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.map(String) : []
  if (!meantFor.some((one) => audiences.includes(one)))
    return `verify token: oidc: expected audience in ${sayList(audiences)} got ${sayList(meantFor)}`
  const seconds = now / 1000
  if (typeof exp !== 'number' || seconds >= exp) return 'verify token: oidc: token is expired'
  if (typeof nbf === 'number' && seconds + NOT_BEFORE_LEEWAY_SECONDS < nbf)
    return 'verify token: oidc: current time before the nbf (not before) time'
  for (const { claim, value } of required) {
    const said = claims[claim]
    if (said === undefined) return `required claim ${claim} not present in ID token`
    if (said !== value) return `required claim ${claim} value does not match. Got = ${String(said)}, want = ${value}`
  }
  return undefined
}

const sayList = (words: readonly string[]): string => `[${words.map(goQuote).join(' ')}]`

/** The user that the claims are mapped to, or why there is none. */
function userOf(claims: JsonObject, { username, groups, uidClaim, extra }: OidcIssuer): User | string {
  const name = claims[username.claim]
  if (typeof name !== 'string' || name === '')
    return `parse username claims ${goQuote(username.claim)}: claim not present`
  // Whoever may choose his address without proof of it could be anybody. Source: OpenID Connect Core section 5.7.
  if (username.claim === 'email' && claims.email_verified !== undefined && claims.email_verified !== true)
    return 'email not verified'
  const memberOf = groups ? groupsOf(claims, groups) : []
  if (typeof memberOf === 'string') return memberOf
  const uid = uidClaim === undefined ? undefined : claims[uidClaim]
  if (uidClaim !== undefined && typeof uid !== 'string')
    return `parse uid claim ${goQuote(uidClaim)}: claim not present`
  const found = extra
    .map(({ key, path }) => [key, valuesAt(claims, path)] as const)
    .filter(([, values]) => values.length > 0)
  return {
    username: username.prefix + name,
    ...(typeof uid === 'string' ? { uid } : {}),
    groups: memberOf,
    ...(found.length > 0 ? { extra: Object.fromEntries(found) } : {}),
  }
}

function groupsOf(claims: JsonObject, { claim, prefix }: PrefixedClaim): readonly string[] | string {
  const said = claims[claim]
  if (said === undefined || said === null) return []
  const names = Array.isArray(said) ? said : [said]
  if (!names.every((one) => typeof one === 'string')) return `parse groups claim ${goQuote(claim)}: expected strings`
  return names.map((one) => prefix + one)
}

/** The texts that a path of claims leads to; none where it leads nowhere. */
function valuesAt(claims: JsonObject, path: readonly string[]): readonly string[] {
  let value: unknown = claims
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return []
    value = Object.entries(value).find(([own]) => own === name)?.[1]
  }
  return (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string' && one !== '')
}
