/**
 * Whose tokens are taken, and who their bearers are: a file of apiserver.config.k8s.io/v1 AuthenticationConfiguration.
 *
 *     jwt:
 *     - issuer: { url: https://id.example.com, audiences: [muster] }
 *       claimMappings:
 *         username: { claim: email, prefix: "" }
 *         groups: { claim: groups, prefix: "idp:" }
 *       claimValidationRules: [{ claim: hd, requiredValue: example.com }]
 *     anonymous: { enabled: true, conditions: [{ path: /livez }] }
 *
 * Expressions (CEL) are refused by name, but for paths of claims in `extra`.
 * Source: apiserver pkg/apis/apiserver/v1/types.go, pkg/apis/apiserver/validation/validation.go.
 */
import { X509Certificate } from 'node:crypto'
import { type FieldError, invalid, required, sayFieldErrors } from '@muster/api/field-error.ts'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import { parseYaml } from '../../resources/parse-yaml.ts'

/** An issuer whose tokens are taken. */
export interface OidcIssuer {
  /** As tokens name it. */
  readonly url: string
  /** Where its description is; below `url`, as the standard has it, when absent. */
  readonly discoveryUrl?: string
  /** PEM; those that the machine trusts when absent. */
  readonly certificateAuthority?: string
  /** A token is meant for one of these. */
  readonly audiences: readonly string[]
  readonly username: PrefixedClaim
  readonly groups?: PrefixedClaim
  readonly uidClaim?: string
  readonly extra: readonly { readonly key: string; readonly path: readonly string[] }[]
  /** Claims that must say just this. */
  readonly required: readonly { readonly claim: string; readonly value: string }[]
}

/** A claim, and what is put before what it says. */
export interface PrefixedClaim {
  readonly claim: string
  readonly prefix: string
}

/** What the file says. */
export interface AuthenticationSettings {
  readonly issuers: readonly OidcIssuer[]
  /** Paths that may be asked for by nobody in particular; as without a file when absent. */
  readonly anonymousPaths?: ReadonlySet<string> | 'all'
}

/** A kube-apiserver takes no more. Source: validation.go, maxJWTAuthenticators. */
const ISSUERS_MAX = 64
const API_VERSION = 'apiserver.config.k8s.io/v1'

/** Reads the file. `ownIssuers` issue tokens already. Throws Invalid, naming every field that is wrong. */
export function readAuthentication(bytes: Uint8Array, ownIssuers: readonly string[]): AuthenticationSettings {
  const { value } = parseYaml(bytes, { strict: true })
  const errors: FieldError[] = []
  const file = objectOf(value)
  if (file.apiVersion !== API_VERSION) errors.push(invalid('apiVersion', file.apiVersion, `must be ${API_VERSION}`))
  if (file.kind !== 'AuthenticationConfiguration')
    errors.push(invalid('kind', file.kind, 'must be AuthenticationConfiguration'))
  const items = listOf(file.jwt)
  if (items.length > ISSUERS_MAX) errors.push(invalid('jwt', items.length, `must have at most ${ISSUERS_MAX} items`))
  const issuers = items.map((item, at) => readIssuer(objectOf(item), `jwt[${at}]`, ownIssuers, errors))
  for (const [at, { url }] of issuers.entries())
    if (issuers.findIndex((other) => other.url === url) < at)
      errors.push(invalid(`jwt[${at}].issuer.url`, url, 'another issuer has this URL'))
  const anonymousPaths = readAnonymous(file.anonymous, errors)
  if (errors.length > 0)
    throw new ControlError('Invalid', `the AuthenticationConfiguration is invalid: ${sayFieldErrors(errors)}`)
  return { issuers, ...(anonymousPaths && { anonymousPaths }) }
}

function readIssuer(item: JsonObject, path: string, ownIssuers: readonly string[], errors: FieldError[]): OidcIssuer {
  const issuer = objectOf(item.issuer)
  const mappings = objectOf(item.claimMappings)
  const url = textOf(issuer.url)
  if (url === '') errors.push(required(`${path}.issuer.url`, ''))
  else checkUrl(url, `${path}.issuer.url`, errors)
  if (ownIssuers.includes(url))
    errors.push(
      invalid(
        `${path}.issuer.url`,
        url,
        'URL must not overlap with disallowed issuers: it is the issuer of service accounts',
      ),
    )
  const discoveryUrl = textOf(issuer.discoveryURL)
  if (discoveryUrl !== '') {
    checkUrl(discoveryUrl, `${path}.issuer.discoveryURL`, errors)
    if (withoutSlash(discoveryUrl) === withoutSlash(url))
      errors.push(invalid(`${path}.issuer.discoveryURL`, discoveryUrl, 'discoveryURL must be different from URL'))
  }
  const certificateAuthority = textOf(issuer.certificateAuthority)
  if (certificateAuthority !== '' && !isCertificate(certificateAuthority))
    errors.push(
      invalid(
        `${path}.issuer.certificateAuthority`,
        '<omitted>',
        'data does not contain any valid RSA or ECDSA certificates',
      ),
    )
  if (issuer.egressSelectorType !== undefined)
    errors.push(invalid(`${path}.issuer.egressSelectorType`, issuer.egressSelectorType, 'is not built; leave it out'))
  const username = readClaim(objectOf(mappings.username), `${path}.claimMappings.username`, true, errors)
  const groups = readClaim(objectOf(mappings.groups), `${path}.claimMappings.groups`, false, errors)
  const uid = objectOf(mappings.uid)
  refuseExpression(uid, `${path}.claimMappings.uid`, errors)
  const uidClaim = textOf(uid.claim)
  for (const [at] of listOf(item.userValidationRules).entries())
    errors.push(invalid(`${path}.userValidationRules[${at}].expression`, '', NO_CEL))
  return {
    url,
    ...(discoveryUrl === '' ? {} : { discoveryUrl }),
    ...(certificateAuthority === '' ? {} : { certificateAuthority }),
    audiences: readAudiences(issuer, path, errors),
    username: username ?? { claim: 'sub', prefix: '' },
    ...(groups && { groups }),
    ...(uidClaim === '' ? {} : { uidClaim }),
    extra: listOf(mappings.extra).map((one, at) =>
      readExtra(objectOf(one), `${path}.claimMappings.extra[${at}]`, errors),
    ),
    required: listOf(item.claimValidationRules).map((one, at) =>
      readRule(objectOf(one), `${path}.claimValidationRules[${at}]`, errors),
    ),
  }
}

function readAudiences(issuer: JsonObject, path: string, errors: FieldError[]): readonly string[] {
  const at = `${path}.issuer.audiences`
  const audiences = listOf(issuer.audiences).map(textOf)
  const policy = textOf(issuer.audienceMatchPolicy)
  if (audiences.length === 0) errors.push(required(at, `at least one ${at} is required`))
  for (const [index, audience] of audiences.entries()) {
    if (audience === '') errors.push(required(`${at}[${index}]`, ''))
    else if (audiences.indexOf(audience) < index) errors.push(invalid(`${at}[${index}]`, audience, 'is there already'))
  }
  const policyAt = `${path}.issuer.audienceMatchPolicy`
  if (audiences.length > 1 && policy !== 'MatchAny')
    errors.push(invalid(policyAt, policy, 'audienceMatchPolicy must be MatchAny for multiple audiences'))
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny')
    errors.push(invalid(policyAt, policy, 'audienceMatchPolicy must be empty or MatchAny for single audience'))
  return audiences
}

function readClaim(
  setting: JsonObject,
  path: string,
  isRequired: boolean,
  errors: FieldError[],
): PrefixedClaim | undefined {
  const claim = textOf(setting.claim)
  const { prefix } = setting
  if (refuseExpression(setting, path, errors)) return undefined
  if (claim === '') {
    if (isRequired) errors.push(required(path, 'claim or expression is required'))
    if (prefix !== undefined)
      errors.push(invalid(`${path}.prefix`, prefix, 'non-empty prefix can not be set without a claim'))
    return undefined
  }
  if (typeof prefix !== 'string')
    errors.push(
      required(
        `${path}.prefix`,
        'prefix is required when claim is set. It can be set to an empty string to disable prefixing',
      ),
    )
  return { claim, prefix: textOf(prefix) }
}

function readRule(rule: JsonObject, path: string, errors: FieldError[]): { claim: string; value: string } {
  const claim = textOf(rule.claim)
  if (!refuseExpression(rule, path, errors) && claim === '')
    errors.push(required(path, 'claim or expression is required'))
  if (claim !== '' && textOf(rule.message) !== '')
    errors.push(invalid(`${path}.message`, rule.message, 'may not be specified when claim is set'))
  return { claim, value: textOf(rule.requiredValue) }
}

function readExtra(mapping: JsonObject, path: string, errors: FieldError[]): { key: string; path: readonly string[] } {
  const key = textOf(mapping.key)
  const expression = textOf(mapping.valueExpression)
  const [domain = '', rest = ''] = key.split(/\/(.*)/s)
  if (domain === '' || rest === '')
    errors.push(invalid(`${path}.key`, key, 'must be a domain-prefixed path (such as "acme.io/foo")'))
  if (key !== key.toLowerCase()) errors.push(invalid(`${path}.key`, key, 'must be lowercase'))
  if (/(^|\.)(k8s|kubernetes)\.io$/.test(domain))
    errors.push(
      invalid(`${path}.key`, key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'),
    )
  if (expression === '') errors.push(required(`${path}.valueExpression`, ''))
  else if (!/^claims(\.[A-Za-z_]\w*)+$/.test(expression))
    errors.push(
      invalid(
        `${path}.valueExpression`,
        expression,
        'must be the path of a claim, such as claims.team: other expressions are not built',
      ),
    )
  return { key, path: expression.split('.').slice(1) }
}

function readAnonymous(value: Json | undefined, errors: FieldError[]): ReadonlySet<string> | 'all' | undefined {
  if (value === undefined || value === null) return undefined
  const { enabled, conditions } = objectOf(value)
  const paths = listOf(conditions).map((one) => textOf(objectOf(one).path))
  if (enabled !== true && paths.length > 0)
    errors.push(
      invalid('anonymous.conditions', paths.join(', '), 'enabled should be set to true when conditions are defined'),
    )
  for (const [at, path] of paths.entries())
    if (!path.startsWith('/')) errors.push(invalid(`anonymous.conditions[${at}].path`, path, 'must start with /'))
  if (enabled !== true) return new Set()
  return paths.length === 0 ? 'all' : new Set(paths)
}

const NO_CEL = 'expressions (CEL) are not built for authentication; use claim and requiredValue'

/** True when there is one. */
function refuseExpression({ expression }: JsonObject, path: string, errors: FieldError[]): boolean {
  if (expression === undefined) return false
  errors.push(invalid(`${path}.expression`, expression, NO_CEL))
  return true
}

function checkUrl(text: string, path: string, errors: FieldError[]): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url) errors.push(invalid(path, text, 'is not a URL'))
  if (url && url.protocol !== 'https:') errors.push(invalid(path, text, 'URL scheme must be https'))
  if (url && (url.username !== '' || url.password !== ''))
    errors.push(invalid(path, text, 'URL must not contain a username or password'))
  if (url?.search) errors.push(invalid(path, text, 'URL must not contain a query'))
  if (url?.hash) errors.push(invalid(path, text, 'URL must not contain a fragment'))
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {})
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
