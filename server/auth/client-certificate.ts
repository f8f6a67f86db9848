/**
 * Who a client certificate stands for: the last CN is the username, every O a group, one attribute the uid.
 * Source: apiserver pkg/authentication/request/x509.
 */
import { createHash, X509Certificate } from 'node:crypto'
import type { Instant } from '@muster/base/clock.ts'
import { readCertificate, UID_ATTRIBUTE } from './certificates.ts'
import { EXTRA, type User } from './user.ts'

/** Tells who a certificate stands for, or in words why it stands for nobody. */
export type CertificateReader = (certificate: Uint8Array, now: Instant) => User | { readonly refused: string }

/**
 * A reader of certificates that one of these authorities (PEM) vouches for.
 * What was checked once is remembered with the bytes themselves: whoever has a connection keeps one array for it.
 */
export function createCertificateReader(authorities: readonly string[]): CertificateReader {
  const trusted = authorities.map((authority) => new X509Certificate(authority))
  const checked = new WeakMap<Uint8Array, ReturnType<typeof check>>()
  return (certificate, now) => {
    const known = checked.get(certificate) ?? check(certificate, trusted)
    checked.set(certificate, known)
    if ('refused' in known) return known
    if (now < known.notBefore || now > known.notAfter) {
      return { refused: 'x509: certificate has expired or is not yet valid' }
    }
    return known.user
  }
}

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
const ANY_USE = '2.5.29.37.0'

function check(
  certificate: Uint8Array,
  trusted: readonly X509Certificate[],
): { readonly user: User; readonly notBefore: Instant; readonly notAfter: Instant } | { readonly refused: string } {
  const read = readCertificate(certificate)
  if (!read) return { refused: 'x509: malformed certificate' }
  const { parsed, notBefore, notAfter } = read
  if (!trusted.some((authority) => parsed.checkIssued(authority) && parsed.verify(authority.publicKey))) {
    return { refused: 'x509: certificate signed by unknown authority' }
  }
  // What Node calls keyUsage is the extended one; without it, every use is allowed.
  const uses: readonly string[] | undefined = parsed.keyUsage
  if (uses && !uses.includes(CLIENT_AUTH) && !uses.includes(ANY_USE)) {
    return { refused: 'x509: certificate specifies an incompatible key usage' }
  }
  const user = userOf(parsed)
  return 'refused' in user ? user : { user, notBefore, notAfter }
}

function userOf(certificate: X509Certificate): User | { readonly refused: string } {
  const username = valuesOf(certificate, 'CN').at(-1)
  if (!username) return { refused: 'the certificate names nobody' }
  const uids = valuesOf(certificate, UID_ATTRIBUTE)
  if (uids.length > 1) return { refused: `expected 1 UID, but found multiple: [${uids.join(' ')}]` }
  const [uid] = uids
  if (uid === '') return { refused: 'UID cannot be an empty string' }
  const fingerprint = createHash('sha256').update(certificate.raw).digest('hex')
  return {
    username,
    ...(uid === undefined ? {} : { uid }),
    groups: valuesOf(certificate, 'O'),
    extra: { [EXTRA.credentialId]: [`X509SHA256=${fingerprint}`] },
  }
}

/** Every value of one attribute of the subject, unescaped, in order. */
function valuesOf(certificate: X509Certificate, attribute: string): readonly string[] {
  const subject: object = certificate.toLegacyObject().subject
  const found = Object.entries(subject).find(([name]) => name === attribute)?.[1] ?? []
  return [found].flat().map(String)
}
