/**
 * Who a request comes from.
 *
 *     client certificate → bearer token → nobody in particular
 *
 * The first that is shown and good decides. Whoever shows something that is not good is refused (401), and is not taken
 * for nobody. Source: apiserver pkg/endpoints/filters/authentication.go, pkg/authentication/request.
 */
import { unauthorized } from '@muster/api/status.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { CertificateReader } from './client-certificate.ts'
import type { OidcJudge } from './oidc/oidc-token.ts'
import { authenticateBootstrap } from './tokens/bootstrap-token.ts'
import { authenticateLegacy } from './tokens/legacy-token.ts'
import { refused, type TokenOutcome, UNKNOWN } from './tokens/outcome.ts'
import { authenticateServiceAccount, type TokenJudge } from './tokens/service-account-token.ts'
import { ANONYMOUS_USER, type User, withAuthenticated } from './user.ts'

/** What a logical cluster knows its callers by. */
export interface Authentication {
  readonly certificates: CertificateReader
  readonly tokens: TokenJudge
  /** Tokens that stand for fixed users, by the token: of the installation itself. */
  readonly fixedTokens?: ReadonlyMap<string, User>
  /** Tokens of issuers outside; none are taken when absent. */
  readonly oidc?: OidcJudge
  /** Paths that may be asked for by nobody in particular; {@link PUBLIC_PATHS} when absent. */
  readonly anonymousPaths?: ReadonlySet<string> | 'all'
}

/** What a request shows of its sender. */
export interface Credentials {
  /** The path inside the logical cluster. */
  readonly path: string
  /** The Authorization header. */
  readonly authorization: string | undefined
  /** The certificate that the client proved to hold, as DER. */
  readonly clientCertificate: Uint8Array | undefined
}

/** Health and version: what may be told to anybody. The roles say the same, in system:public-info-viewer. */
export const PUBLIC_PATHS: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz', '/version', '/version/'])

/** Who asks, and what he should be warned of. */
export interface Authenticated {
  readonly user: User
  readonly warnings: readonly string[]
}

/** Finds out who asks. Throws Unauthorized: the message tells the caller nothing, the cause tells the log why. */
export async function authenticate(
  credentials: Credentials,
  known: Authentication,
  now: Instant,
): Promise<Authenticated> {
  const { path, authorization, clientCertificate } = credentials
  const reasons: string[] = []
  if (clientCertificate) {
    const user = known.certificates(clientCertificate, now)
    if (!('refused' in user)) return { user: withAuthenticated(user), warnings: [] }
    reasons.push(user.refused)
  }
  const { token, warning } = bearerToken(authorization)
  const warnings = warning === undefined ? [] : [warning]
  if (token !== undefined) {
    const outcome = await authenticateToken(token, known, now)
    if (outcome.outcome === 'known') {
      const { user, warning: ofToken } = outcome
      return { user: withAuthenticated(user), warnings: ofToken === undefined ? warnings : [...warnings, ofToken] }
    }
    reasons.push(outcome.outcome === 'refused' ? outcome.why : 'invalid bearer token')
  }
  const { anonymousPaths = PUBLIC_PATHS } = known
  const isPublic = anonymousPaths === 'all' || anonymousPaths.has(path)
  if (reasons.length === 0 && isPublic) return { user: ANONYMOUS_USER, warnings }
  throw unauthorized('Unauthorized', reasons.join(', ') || 'no credentials were shown')
}

/** Who a token stands for. `audiences` are those that it should be meant for; those of this API when absent. */
export async function authenticateToken(
  token: string,
  { tokens, fixedTokens, oidc }: Authentication,
  now: Instant,
  audiences: readonly string[] = tokens.audiences,
): Promise<TokenOutcome> {
  const judges = [
    async () => fixedToken(token, fixedTokens),
    () => authenticateServiceAccount(token, tokens, now, audiences),
    () => authenticateLegacy(token, tokens, audiences),
    () => authenticateBootstrap(token, tokens.reads, now),
    async () => oidc?.(token, now) ?? UNKNOWN,
  ]
  for (const judge of judges) {
    const outcome = await judge()
    if (outcome.outcome === 'unknown') continue
    if (outcome.outcome === 'refused' || outcome.audiences.length > 0) return outcome
    // Tokens that say nothing of audiences are meant for this API.
    const own = tokens.audiences.filter((audience) => audiences.includes(audience))
    if (own.length > 0) return { ...outcome, audiences: own }
  }
  return refused('invalid bearer token')
}

const fixedToken = (token: string, fixedTokens: ReadonlyMap<string, User> = NO_TOKENS): TokenOutcome => {
  const user = fixedTokens.get(token)
  return user ? { outcome: 'known', user, audiences: [] } : UNKNOWN
}

const NO_TOKENS: ReadonlyMap<string, User> = new Map()

/** The token of an Authorization header; none when the header is of another form. Source: RFC 6750 section 2.1. */
function bearerToken(authorization = ''): { readonly token?: string; readonly warning?: string } {
  const [scheme = '', token, ...rest] = authorization.trim().split(' ')
  if (scheme.toLowerCase() !== 'bearer' || token === undefined) return {}
  if (token !== '') return { token }
  return rest.length === 0 ? {} : { warning: EXTRA_SPACE }
}

const EXTRA_SPACE = 'the provided Authorization header contains extra space before the bearer token, and is ignored'
