/** The certificates against OpenSSL and a handshake of Node's own TLS. */
import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { add, type Duration, hours, type Instant, instant, seconds } from '@muster/base/clock.ts'
import {
  type Issued,
  issueClientCertificate,
  issueServerCertificate,
  makeAuthority,
  needsRenewal,
  UID_ATTRIBUTE,
} from './certificates.ts'
import { createCertificateReader } from './client-certificate.ts'
import {
  issueAdminCertificate,
  makeIdentities,
  makeServing,
  renewServing,
  rotateTokenKey,
  TOKEN_KEYS_MAX,
} from './identities.ts'
import { newKeyPair } from './keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
after(() => rmSync(folder, { recursive: true }))

// Whole seconds, because a certificate knows no others.
const now = instant(Math.floor(Date.now() / 1000) * 1000)
const entropy = (count: number) => randomBytes(count)
const making = { now, entropy }
const NAMES = ['localhost', '127.0.0.1', '::1', 'kubernetes.default.svc']

function openssl(...parameters: string[]): string {
  return execFileSync('openssl', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const der = ({ certificate }: Issued): Uint8Array => new X509Certificate(certificate).raw

test('openssl accepts what was made, each for its own purpose', async () => {
  const authority = await makeAuthority('muster', making)
  const server = await issueServerCertificate(authority, NAMES, making)
  const client = await issueClientCertificate(authority, { username: 'ada', groups: ['dev'] }, making)
  const trusted = ['-x509_strict', '-CAfile', file('authority.pem', authority.certificate)]
  const verify = (purpose: string, path: string) => openssl('verify', ...trusted, '-purpose', purpose, path)
  const serverPath = file('server.pem', server.certificate)
  const clientPath = file('client.pem', client.certificate)
  match(verify('sslserver', serverPath), /OK/)
  match(verify('sslclient', clientPath), /OK/)
  await rejects(async () => verify('sslclient', serverPath))
  await rejects(async () => verify('sslserver', clientPath))
  const text = openssl('x509', '-noout', '-text', '-in', serverPath)
  match(text, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1, DNS:kubernetes\.default\.svc/)
  match(text, /CA:FALSE/)
  match(openssl('x509', '-noout', '-subject', '-in', clientPath), /O ?= ?dev, ?CN ?= ?ada/)
  equal(
    openssl('pkey', '-pubout', '-in', file('key.pem', client.privateKey)),
    openssl('x509', '-pubkey', '-noout', '-in', clientPath),
  )
})

test('an RSA authority that somebody brings along signs too', async () => {
  const privateKey = openssl('genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048')
  const keyPath = file('rsa.pem', privateKey)
  const certificate = openssl('req', '-x509', '-new', '-key', keyPath, '-subj', '/O=shop/CN=own', '-days', '30')
  const client = await issueClientCertificate({ certificate, privateKey }, { username: 'ada', groups: [] }, making)
  match(openssl('verify', '-CAfile', file('own.pem', certificate), file('rsa-client.pem', client.certificate)), /OK/)
})

/** One handshake, seen by the server: who the client was, and for the client whether it trusts the server. */
async function handshake(server: Issued, authority: Issued, client: Issued, host: string) {
  const seen = Promise.withResolvers<Uint8Array>()
  const listener = createServer(
    { cert: server.certificate, key: server.privateKey, requestCert: true, rejectUnauthorized: false },
    (socket) => {
      seen.resolve(socket.getPeerX509Certificate()?.raw ?? new Uint8Array())
      socket.end()
    },
  )
  try {
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening))
    const { port } = listener.address() as AddressInfo
    const options = { port, host: '127.0.0.1', servername: host, ca: authority.certificate }
    // The server hears of the client's certificate after the client is content: the server hangs up first.
    await new Promise<void>((ended, failed) => {
      const socket = connect({ ...options, cert: client.certificate, key: client.privateKey })
      socket
        .on('close', () => ended())
        .on('error', failed)
        .resume()
    })
    return await seen.promise
  } finally {
    listener.close()
  }
}

test('a client and a server recognise each other, and only by the names they have', async () => {
  const serving = await makeServing(NAMES, making)
  const cluster = await makeIdentities('shop', making)
  const other = await makeIdentities('other', making)
  const admin = await issueAdminCertificate(cluster, 'kubernetes-admin', making)
  const shown = await handshake(serving.server, serving.authority, admin, 'kubernetes.default.svc')
  const reader = createCertificateReader([cluster.authority.certificate])
  const user = reader(shown, now)
  ok(!('refused' in user))
  deepEqual([user.username, user.groups], ['kubernetes-admin', ['system:masters']])
  match(String(user.extra?.['authentication.kubernetes.io/credential-id']), /^X509SHA256=[0-9a-f]{64}$/)
  deepEqual(createCertificateReader([other.authority.certificate])(shown, now), {
    refused: 'x509: certificate signed by unknown authority',
  })
  await rejects(handshake(serving.server, serving.authority, admin, 'example.org'), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
  await rejects(handshake(serving.server, other.authority, admin, 'localhost'), /unable to (verify|get)/)
})

test('a username and its groups survive, whatever letters they have', async () => {
  const authority = await makeAuthority('muster', making)
  const reader = createCertificateReader([authority.certificate])
  for (const name of [
    'system:node:n1',
    'a,b=c+d',
    'O=system:masters',
    ' x ',
    '试',
    'a\nO=system:masters',
    '"\\;<>#',
    'a/CN=b',
  ]) {
    const issued = await issueClientCertificate(authority, { username: name, groups: ['dev', name], uid: name }, making)
    const user = reader(der(issued), now)
    ok(!('refused' in user))
    deepEqual([user.username, user.groups, user.uid], [name, ['dev', name], name])
  }
})

test('of several names the last counts, and of several uids none', async () => {
  const authority = await makeAuthority('muster', making)
  const signer = ['-CA', file('signer.pem', authority.certificate), '-CAkey', file('signer.key', authority.privateKey)]
  const keyPath = file('client.key', newKeyPair().privateKey)
  // openssl takes the clock of the machine, which may be a second ahead.
  const soon = add(now, hours(1))
  const read = (...subject: string[]) => {
    const section = ['[req]', 'distinguished_name=dn', 'prompt=no', '[oids]', `kubernetesUid=${UID_ATTRIBUTE}`, '[dn]']
    const config = file('request.cnf', ['oid_section=oids', ...section, ...subject, ''].join('\n'))
    const request = file('request.pem', openssl('req', '-new', '-key', keyPath, '-config', config))
    const certificate = openssl('x509', '-req', '-in', request, ...signer, '-days', '1')
    const user = createCertificateReader([authority.certificate])(new X509Certificate(certificate).raw, soon)
    return 'refused' in user ? user.refused : `${user.username} ${user.groups} ${user.uid}`
  }
  equal(read('0.O=dev', '0.CN=first', '1.O=ops', '1.CN=last'), 'last dev,ops undefined')
  equal(read('CN=ada', 'kubernetesUid=u1'), 'ada  u1')
  equal(read('CN=ada', '0.kubernetesUid=u1', '1.kubernetesUid=u2'), 'expected 1 UID, but found multiple: [u1 u2]')
})

const refusals: readonly (readonly [string, (authority: Issued) => Promise<Uint8Array>, Instant, string])[] = [
  [
    'before its time',
    async (authority) => der(await issueClientCertificate(authority, ADA, making)),
    add(now, hours(-1)),
    'x509: certificate has expired or is not yet valid',
  ],
  [
    'after its time',
    async (authority) => der(await issueClientCertificate(authority, ADA, making)),
    add(now, (hours(365 * 24) + seconds(1)) as Duration),
    'x509: certificate has expired or is not yet valid',
  ],
  [
    'of a server',
    async (authority) => der(await issueServerCertificate(authority, NAMES, making)),
    now,
    'x509: certificate specifies an incompatible key usage',
  ],
  ['that is none', async () => Buffer.from('hello'), now, 'x509: malformed certificate'],
  [
    'of an authority with the same name',
    async () => der(await issueClientCertificate(await makeAuthority('muster', making), ADA, making)),
    now,
    'x509: certificate signed by unknown authority',
  ],
  [
    'without a name',
    async (authority) => der(await issueClientCertificate(authority, { username: '', groups: ['dev'] }, making)),
    now,
    'the certificate names nobody',
  ],
]

const ADA = { username: 'ada', groups: [] }

for (const [what, make, at, refused] of refusals) {
  test(`a certificate ${what} is refused`, async () => {
    const authority = await makeAuthority('muster', making)
    const certificate = await make(authority)
    const reader = createCertificateReader([authority.certificate])
    deepEqual(reader(certificate, at), { refused })
    deepEqual(reader(certificate, at), { refused })
  })
}

test('a certificate is renewed in its last third, and when it lacks a name', async () => {
  const serving = await makeServing(NAMES, making)
  equal(needsRenewal(serving.server.certificate, add(now, hours(200 * 24))), false)
  equal(needsRenewal(serving.server.certificate, add(now, hours(250 * 24))), true)
  equal(needsRenewal('no certificate', now), true)
  equal(await renewServing(serving, NAMES, making), serving)
  const later = { ...making, now: add(now, hours(300 * 24)) }
  const renewed = await renewServing(serving, NAMES, later)
  equal(renewed.authority, serving.authority)
  notEqual(renewed.server.certificate, serving.server.certificate)
  equal(needsRenewal(renewed.server.certificate, later.now), false)
  const wider = await renewServing(serving, [...NAMES, 'muster.example', '10.0.0.1'], making)
  equal(new X509Certificate(wider.server.certificate).checkHost('muster.example'), 'muster.example')
})

test('an old token key is accepted for a while, and then no more', async () => {
  let identities = await makeIdentities('shop', making)
  const [first] = identities.tokenKeys
  for (let count = 1; count < TOKEN_KEYS_MAX; count++) identities = rotateTokenKey(identities)
  ok(identities.tokenKeys.includes(first))
  ok(!rotateTokenKey(identities).tokenKeys.includes(first))
  equal(rotateTokenKey(identities).tokenKeys.length, TOKEN_KEYS_MAX)
})

test('a certificate can be made for a key that is there already', async () => {
  const keys = newKeyPair()
  const authority = await makeAuthority('muster', making)
  const issued = await issueClientCertificate(authority, ADA, { ...making, keys })
  equal(issued.privateKey, keys.privateKey)
  equal(new X509Certificate(issued.certificate).publicKey.export({ type: 'spki', format: 'pem' }), keys.publicKey)
})
