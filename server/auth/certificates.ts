/**
 * Certificates: an authority, servers and clients that it vouches for, and when to make them anew.
 *
 *     authority ─ signs ─► server   who is asked for; by the names in it clients know that they reached the right one
 *               └ signs ─► client   who asks; CN is the username, each O a group
 *
 * Source: RFC 5280; the fields are those of kubeadm's certificates.
 */
import { createPublicKey, X509Certificate } from 'node:crypto'
import { add, type Duration, hours, type Instant, instant, minutes, since } from '@muster/base/clock.ts'
import { algorithmOf, type KeyPair, newKeyPair, publicKeyOf, readKey, toCryptoKey } from './keys.ts'

/** A certificate and the key that belongs to it, both in PEM. */
export interface Issued {
  readonly certificate: string
  readonly privateKey: string
}

/** What is needed to make one: when it is, and bytes nobody can guess. */
export interface Making {
  readonly now: Instant
  /** As many random bytes as asked for. */
  readonly entropy: (count: number) => Uint8Array
  /** The key that is vouched for; a new one when absent. */
  readonly keys?: KeyPair
}

/** Ten years, as kubeadm gives. */
export const AUTHORITY_LIFE: Duration = hours(10 * 365 * 24)
/** One year, as kubeadm gives. */
export const CERTIFICATE_LIFE: Duration = hours(365 * 24)
/** Certificates are good from a little before they were made, for clocks that lag behind. */
const CLOCK_SKEW = minutes(5)

/** The attribute of a subject that holds the uid of the user. Source: apiserver pkg/authentication/request/x509, asn1util.X509UID. */
export const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2'

/** An authority that vouches for itself. */
export async function makeAuthority(name: string, making: Making): Promise<Issued> {
  const keys = making.keys ?? newKeyPair()
  const subject = [attribute('CN', name)]
  return issue(
    { ...making, keys },
    { subject, issuer: subject, signer: keys.privateKey, life: AUTHORITY_LIFE, purpose: 'authority' },
  )
}

/** A certificate for a server that is reached under these names: DNS names and addresses, at least one. */
export const issueServerCertificate = (authority: Issued, names: readonly string[], making: Making): Promise<Issued> =>
  issueUnder(authority, [attribute('CN', 'kube-apiserver')], 'server', making, names)

/** A certificate for a client: his username, his groups, and his uid when he has one. */
export function issueClientCertificate(
  authority: Issued,
  user: { readonly username: string; readonly groups: readonly string[]; readonly uid?: string },
  making: Making,
): Promise<Issued> {
  const subject = [
    ...user.groups.map((group) => attribute('O', group)),
    attribute('CN', user.username),
    ...(user.uid === undefined ? [] : [attribute(UID_ATTRIBUTE, user.uid)]),
  ]
  return issueUnder(authority, subject, 'client', making)
}

/** True once less than a third of its life is left, and when it can no longer be read. */
export function needsRenewal(certificate: string, now: Instant): boolean {
  const read = readCertificate(certificate)
  if (!read) return true
  return since(now, read.notAfter) < since(read.notBefore, read.notAfter) / 3
}

/** True when a server's certificate has all of these names. */
export function coversNames(certificate: string, names: readonly string[]): boolean {
  const read = readCertificate(certificate)
  if (!read) return false
  return names.every(
    (name) => (isAddress(name) ? read.parsed.checkIP(name) : read.parsed.checkHost(name)) !== undefined,
  )
}

/** A certificate taken apart, from PEM or DER; undefined when it is none. */
export function readCertificate(
  certificate: string | Uint8Array,
): { readonly parsed: X509Certificate; readonly notBefore: Instant; readonly notAfter: Instant } | undefined {
  try {
    const parsed = new X509Certificate(certificate)
    const notBefore = instant(parsed.validFromDate.getTime())
    return { parsed, notBefore, notAfter: instant(parsed.validToDate.getTime()) }
  } catch {
    return undefined
  }
}

type Purpose = 'authority' | 'server' | 'client'
type Subject = Record<string, { utf8String: string }[]>[]

/** As an object, because the library would read escapes into a plain text. */
const attribute = (name: string, value: string) => ({ [name]: [{ utf8String: value }] })

function issueUnder(
  authority: Issued,
  subject: Subject,
  purpose: Purpose,
  making: Making,
  names: readonly string[] = [],
): Promise<Issued> {
  const keys = making.keys ?? newKeyPair()
  const signer = authority.privateKey
  return issue({ ...making, keys }, { subject, issuer: authority, signer, life: CERTIFICATE_LIFE, purpose, names })
}

interface Contents {
  readonly subject: Subject
  /** The authority, or for one that vouches for itself its subject. */
  readonly issuer: Issued | Subject
  readonly signer: string
  readonly life: Duration
  readonly purpose: Purpose
  readonly names?: readonly string[]
}

async function issue(making: Making & { readonly keys: KeyPair }, contents: Contents): Promise<Issued> {
  const x509 = await library()
  const { keys, now } = making
  const publicKey = toCryptoKey(createPublicKey(keys.publicKey))
  const signer = readKey(contents.signer)
  const signerPublic = toCryptoKey(createPublicKey(publicKeyOf(contents.signer)))
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(making.entropy(16)),
    subject: new x509.Name(contents.subject),
    issuer:
      'certificate' in contents.issuer
        ? new x509.X509Certificate(contents.issuer.certificate).subjectName
        : new x509.Name(contents.issuer),
    notBefore: new Date(wholeSeconds(add(now, -CLOCK_SKEW as Duration))),
    notAfter: new Date(wholeSeconds(add(now, contents.life))),
    signingAlgorithm: { name: toCryptoKey(signer).algorithm.name, hash: HASHES[algorithmOf(signer)] },
    publicKey,
    signingKey: toCryptoKey(signer),
    extensions: [
      new x509.BasicConstraintsExtension(contents.purpose === 'authority', undefined, true),
      ...usages(x509, contents.purpose),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signerPublic),
      ...(contents.names?.length
        ? [
            new x509.SubjectAlternativeNameExtension(
              contents.names.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value })),
            ),
          ]
        : []),
    ],
  })
  return { certificate: `${certificate.toString('pem')}\n`, privateKey: keys.privateKey }
}

const HASHES = { ES256: 'SHA-256', ES384: 'SHA-384', ES512: 'SHA-512', RS256: 'SHA-256' } as const

type Library = typeof import('@peculiar/x509')

function usages(x509: Library, purpose: Purpose) {
  const { digitalSignature, keyEncipherment, keyCertSign } = x509.KeyUsageFlags
  if (purpose === 'authority') {
    return [new x509.KeyUsagesExtension(digitalSignature | keyEncipherment | keyCertSign, true)]
  }
  const extended = purpose === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth
  return [
    new x509.KeyUsagesExtension(digitalSignature | keyEncipherment, true),
    new x509.ExtendedKeyUsageExtension([extended]),
  ]
}

/** Loaded when first needed: it takes a tenth of a second, and most starts make no certificate. */
async function library(): Promise<Library> {
  // The library is written with decorators that keep what they learn in a registry of this package.
  await import('reflect-metadata')
  return import('@peculiar/x509')
}

/** Positive, and never zero. Source: RFC 5280 section 4.1.2.2. */
function serialNumber(bytes: Uint8Array): string {
  const [first = 0, ...rest] = bytes
  return Buffer.from([(first & 0x3f) | 0x40, ...rest]).toString('hex')
}

const wholeSeconds = (at: Instant): number => Math.floor(at / 1000) * 1000

const isAddress = (name: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':')
