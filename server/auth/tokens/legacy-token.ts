/**
 * Tokens that lie in secrets of type kubernetes.io/service-account-token and never expire: good for as long as the secret
 * is there and holds them. Source: kubernetes pkg/serviceaccount/legacy.go.
 */
import { timingSafeEqual } from 'node:crypto'
import type { JsonObject } from '@muster/api/object.ts'
import { notFound } from '@muster/api/status.ts'
import type { Secret, ServiceAccount } from '@muster/api/types/core-v1.ts'
import { core, isKind, type ObjectReads } from '../reads.ts'
import { parseServiceAccountUsername, serviceAccountUsername } from '../user.ts'
import { userOfClaims } from './claims.ts'
import { type Keyring, peek } from './keyring.ts'
import { refused, type TokenOutcome, UNKNOWN } from './outcome.ts'
import { meantFor, type TokenJudge } from './service-account-token.ts'

/** Says of itself who issued all of these, in every cluster. */
export const LEGACY_ISSUER = 'kubernetes/serviceaccount'

const CLAIMS = 'kubernetes.io/serviceaccount/'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'

/** The token for a secret: to be put into its `data.token`, in base64. */
export function signLegacyToken(account: ServiceAccount, secret: Secret, keyring: Keyring): Promise<string> {
  const { namespace = '', name = '', uid = '' } = account.metadata
  return keyring.sign({
    iss: LEGACY_ISSUER,
    sub: serviceAccountUsername(namespace, name),
    [`${CLAIMS}namespace`]: namespace,
    [`${CLAIMS}secret.name`]: secret.metadata.name ?? '',
    [`${CLAIMS}service-account.name`]: name,
    [`${CLAIMS}service-account.uid`]: uid,
  })
}

/** Who such a token stands for. */
export async function authenticateLegacy(
  token: string,
  { audiences: own, keyring, reads }: TokenJudge,
  wanted: readonly string[] = own,
): Promise<TokenOutcome> {
  if (peek(token)?.iss !== LEGACY_ISSUER) return UNKNOWN
  const opened = await keyring.open(token)
  if ('refused' in opened) return refused(opened.refused)
  const audiences = meantFor([], own, wanted)
  if (typeof audiences === 'string') return refused(audiences)
  const claims = read(opened.claims)
  if (typeof claims === 'string') return refused(claims)
  const found = await look(token, claims, reads)
  if (typeof found === 'string') return refused(found)
  const { namespace, name, uid } = claims
  const user = userOfClaims({ kubernetes: { namespace, serviceaccount: { name, uid } } })
  return { outcome: 'known', user, audiences, ...(found.isGenerated && { warning: GENERATED }) }
}

const GENERATED =
  'Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated secret-based tokens.'

interface LegacyClaims {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly secret: string
}

function read(payload: JsonObject): LegacyClaims | string {
  const text = (field: string): string => {
    const value = payload[field]
    return typeof value === 'string' ? value : ''
  }
  const claims = {
    namespace: text(`${CLAIMS}namespace`),
    secret: text(`${CLAIMS}secret.name`),
    name: text(`${CLAIMS}service-account.name`),
    uid: text(`${CLAIMS}service-account.uid`),
  }
  if (text('sub') === '') return 'sub claim is missing'
  if (claims.namespace === '') return 'namespace claim is missing'
  if (claims.secret === '') return 'secretName claim is missing'
  if (claims.name === '') return 'serviceAccountName claim is missing'
  if (claims.uid === '') return 'serviceAccountUID claim is missing'
  const subject = parseServiceAccountUsername(text('sub'))
  if (subject?.namespace !== claims.namespace || subject.name !== claims.name) return 'sub claim is invalid'
  return claims
}

const isSecret = isKind<Secret>('v1', 'Secret')
const isServiceAccount = isKind<ServiceAccount>('v1', 'ServiceAccount')

/** In words why the token is no longer good; or whether Kubernetes made it by itself, as it did of old. */
async function look(
  token: string,
  claims: LegacyClaims,
  reads: ObjectReads,
): Promise<string | { isGenerated: boolean }> {
  const { namespace, name, uid } = claims
  const secret = await reads.get(core('secrets'), namespace, claims.secret)
  if (!secret || !isSecret(secret) || secret.metadata.deletionTimestamp) return 'Token has been invalidated'
  if (!isSame(secret.data?.token ?? '', token)) return "Token does not match server's copy"
  const account = await reads.get(core('serviceaccounts'), namespace, name)
  if (!account || !isServiceAccount(account)) return notFound(core('serviceaccounts'), name).message
  if (account.metadata.deletionTimestamp) return `ServiceAccount ${namespace}/${name} has been deleted`
  if (account.metadata.uid !== uid) return `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})`
  if (secret.metadata.labels?.[INVALID_SINCE]) {
    return (
      `the token in secret ${namespace}/${claims.secret} for service account ${namespace}/${name} has been marked invalid. ` +
      'Use tokens from the TokenRequest API or manually created secret-based tokens, ' +
      `or remove the '${INVALID_SINCE}' label from the secret to temporarily allow use of this token`
    )
  }
  return { isGenerated: account.secrets?.some((ref) => ref.name === claims.secret) ?? false }
}

/** Takes as long for a token that is nearly right as for one that is not. */
function isSame(inBase64: string, token: string): boolean {
  const [one, other] = [Buffer.from(inBase64, 'base64'), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}
