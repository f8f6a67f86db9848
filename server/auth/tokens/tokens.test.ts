import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { statusOf } from '@muster/api/status.ts'
import type { TokenRequest, TokenRequestSpec } from '@muster/api/types/authentication-v1.ts'
import type { Secret, ServiceAccount } from '@muster/api/types/core-v1.ts'
import { add, type Instant, instant, minutes, seconds } from '@muster/base/clock.ts'
import { createLocalJWKSet, decodeProtectedHeader, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { type Authentication, authenticate, authenticateToken, type Credentials } from '../authentication.ts'
import { type KeyPair, newKeyPair } from '../keys.ts'
import type { ObjectReads } from '../reads.ts'
import { reviewToken } from '../reviews/token-review.ts'
import { openIdConfiguration, openIdKeys } from './discovery.ts'
import { createKeyring, type Keyring, peek } from './keyring.ts'
import { signLegacyToken } from './legacy-token.ts'
import { requestToken } from './token-request.ts'

const ISSUER = 'https://kubernetes.default.svc.cluster.local'
const now = instant(Date.parse('2026-11-22T22:47:17Z'))
const PAIR = newKeyPair()
const keyring = createKeyring([PAIR])

const base64 = (text: string): string => Buffer.from(text).toString('base64')

const BOT: ServiceAccount = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'bot', namespace: 'shop', uid: 'bot-uid' },
}
const POD: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'pod-uid' },
  spec: { serviceAccountName: 'bot', nodeName: 'n1' },
}
const NODE: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1', uid: 'node-uid' } }
const SECRET: Secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'bot-token', namespace: 'shop', uid: 'secret-uid' },
  type: 'kubernetes.io/service-account-token',
}

/** What is there, by kind, namespace and name. */
function world(...objects: KubeObject[]) {
  const keyOf = (resource: string, namespace: string, name: string) => `${resource}/${namespace}/${name}`
  const all = new Map<string, KubeObject>()
  const put = (object: KubeObject) => {
    const { namespace = '', name = '' } = object.metadata
    all.set(keyOf(`${object.kind.toLowerCase()}s`, namespace, name), object)
  }
  objects.forEach(put)
  const reads: ObjectReads = { get: async ({ resource }, namespace, name) => all.get(keyOf(resource, namespace, name)) }
  return { reads, put, clear: () => all.clear() }
}

const judgeOver = (reads: ObjectReads, ring: Keyring = keyring) => ({
  issuer: ISSUER,
  audiences: [ISSUER],
  keyring: ring,
  reads,
})

const knownBy = (reads: ObjectReads, ring: Keyring = keyring): Authentication => ({
  certificates: () => ({ refused: 'x509: certificate signed by unknown authority' }),
  tokens: judgeOver(reads, ring),
})

const asking = (spec: TokenRequestSpec = {}, metadata: object = {}): TokenRequest => ({
  apiVersion: 'authentication.k8s.io/v1',
  kind: 'TokenRequest',
  metadata,
  spec,
})

const ID = '28b4df23-b529-40b9-8f04-dd2896b8a668'
const ask = (request: TokenRequest, reads: ObjectReads, name = 'bot', more: object = {}) =>
  requestToken(request, { namespace: 'shop', name }, { judge: judgeOver(reads), now, id: ID, ...more })

async function tokenFor(spec: TokenRequestSpec, reads: ObjectReads): Promise<string> {
  const { request } = await ask(asking(spec), reads)
  return request.status?.token ?? ''
}

const podRef = { apiVersion: 'v1', kind: 'Pod', name: 'web' }

test('a token says what Kubernetes lets it say', async () => {
  const { reads } = world(BOT, POD, NODE)
  const { request, warnings } = await ask(asking(), reads)
  deepEqual(warnings, [])
  deepEqual(request.metadata, {
    name: 'bot',
    namespace: 'shop',
    uid: 'bot-uid',
    creationTimestamp: '2026-11-22T22:47:17Z',
  })
  deepEqual(request.spec, { audiences: [ISSUER], expirationSeconds: 3600 })
  equal(request.status?.expirationTimestamp, '2026-11-22T23:47:17Z')
  deepEqual(peek(request.status?.token ?? ''), {
    aud: [ISSUER],
    exp: 1795391237,
    iat: 1795387637,
    iss: ISSUER,
    jti: ID,
    'kubernetes.io': { namespace: 'shop', serviceaccount: { name: 'bot', uid: 'bot-uid' } },
    nbf: 1795387637,
    sub: 'system:serviceaccount:shop:bot',
  })
  const bound = peek(await tokenFor({ boundObjectRef: podRef, expirationSeconds: 3607 }, reads))
  deepEqual(bound?.['kubernetes.io'], {
    namespace: 'shop',
    serviceaccount: { name: 'bot', uid: 'bot-uid' },
    pod: { name: 'web', uid: 'pod-uid' },
    node: { name: 'n1', uid: 'node-uid' },
    warnafter: 1795387637 + 3607,
  })
  // The volume of a pod: for clients that read it once and never again.
  equal(bound?.exp, 1795387637 + 365 * 24 * 3600)
  const elsewhere = peek(
    await tokenFor({ boundObjectRef: podRef, expirationSeconds: 3607, audiences: ['vault'] }, reads),
  )
  equal(elsewhere?.exp, 1795387637 + 3607)
})

// Each message is what kube-apiserver v1.36.1 answered.
const REFUSED: readonly (readonly [string, TokenRequest, string, string?])[] = [
  [
    'too short',
    asking({ expirationSeconds: 1 }),
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes',
  ],
  [
    'no time at all',
    asking({ expirationSeconds: 0 }),
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 0: may not specify a duration less than 10 minutes',
  ],
  [
    'too long',
    asking({ expirationSeconds: 99999999999 }),
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 99999999999: may not specify a duration larger than 2^32 seconds',
  ],
  [
    'another name',
    asking({}, { name: 'x' }),
    'TokenRequest.authentication.k8s.io "bot" is invalid: metadata.name: Invalid value: "x": must match the service account name if specified',
  ],
  [
    'another uid',
    asking({}, { uid: 'x' }),
    'Operation cannot be fulfilled on TokenRequest.authentication.k8s.io "bot": the UID in the token request (x) does not match the UID of the service account (bot-uid)',
  ],
  ['nobody', asking(), 'serviceaccounts "none" not found', 'none'],
  ['no pod', asking({ boundObjectRef: { ...podRef, name: 'p' } }), 'pods "p" not found'],
  ['no node', asking({ boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: 'p' } }), 'nodes "p" not found'],
  ['no secret', asking({ boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: 'p' } }), 'secrets "p" not found'],
  [
    'a service',
    asking({ boundObjectRef: { apiVersion: 'v1', kind: 'Service', name: 'p' } }),
    'cannot bind token to object of type /v1, Kind=Service',
  ],
  [
    'a deployment',
    asking({ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'p' } }),
    'cannot bind token to object of type apps/v1, Kind=Deployment',
  ],
  ['nothing by name', asking({ boundObjectRef: {} }), 'cannot bind token to object of type /, Kind='],
  [
    'a pod of another account',
    asking({ boundObjectRef: podRef }),
    'cannot bind token for serviceaccount "other" to pod running with different serviceaccount name.',
    'other',
  ],
  [
    'a pod of the past',
    asking({ boundObjectRef: { ...podRef, uid: 'old' } }),
    'Operation cannot be fulfilled on Pod "web": the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
  ],
]

for (const [what, request, message, name = 'bot'] of REFUSED) {
  test(`a token for ${what} is refused`, async () => {
    const { reads } = world(BOT, { ...BOT, metadata: { ...BOT.metadata, name: 'other' } }, POD, NODE)
    await rejects(
      ask(request, reads, name),
      (error) => statusOf(error).message === message || String(error) === message,
    )
  })
}

test('what a client leaves out as null is as good as absent', async () => {
  const spec = { audiences: null, expirationSeconds: null, boundObjectRef: null } as never
  const { request } = await ask(asking(spec), world(BOT).reads)
  deepEqual([request.spec?.audiences, request.spec?.expirationSeconds], [[ISSUER], 3600])
})

test('a request longer than the limit is shortened, with a warning', async () => {
  const { request, warnings } = await ask(asking({ expirationSeconds: 90000 }), world(BOT).reads, 'bot', {
    expirationSecondsMax: 3600,
  })
  equal(request.spec?.expirationSeconds, 3600)
  deepEqual(warnings, ['requested expiration of 90000 seconds shortened to 3600 seconds'])
})

const rsa: KeyPair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
})

for (const [algorithm, pair] of [
  ['ES256', PAIR],
  ['RS256', rsa],
] as const) {
  test(`others check a token with ${algorithm} by the published keys`, async () => {
    const ring = createKeyring([pair, newKeyPair()])
    const token = await ring.sign({ iss: ISSUER, aud: [ISSUER], sub: 'x', exp: 1795391237 })
    const keys = openIdKeys(ring)
    deepEqual(decodeProtectedHeader(token), { alg: algorithm, kid: keys.keys[0]?.kid })
    ok(keys.keys.every((key) => !('d' in key) && key.use === 'sig'))
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: ISSUER,
      audience: ISSUER,
      currentDate: new Date(now),
    })
    equal(payload.sub, 'x')
    const { id_token_signing_alg_values_supported: algorithms } = openIdConfiguration(
      ISSUER,
      `${ISSUER}/openid/v1/jwks`,
      ring,
    )
    deepEqual(algorithms, [...new Set(['ES256', algorithm])].sort())
  })
}

test('the description is that of Kubernetes', () => {
  deepEqual(openIdConfiguration(ISSUER, 'https://10.0.0.1:6443/openid/v1/jwks', createKeyring([rsa])), {
    issuer: ISSUER,
    jwks_uri: 'https://10.0.0.1:6443/openid/v1/jwks',
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
})

test('a token stands for its account, and for the pod and node it is bound to', async () => {
  const { reads } = world(BOT, POD, NODE)
  const token = await tokenFor({ boundObjectRef: podRef }, reads)
  deepEqual(await authenticateToken(token, knownBy(reads), now), {
    outcome: 'known',
    user: {
      username: 'system:serviceaccount:shop:bot',
      uid: 'bot-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'],
      extra: {
        'authentication.kubernetes.io/pod-name': ['web'],
        'authentication.kubernetes.io/pod-uid': ['pod-uid'],
        'authentication.kubernetes.io/credential-id': [`JTI=${ID}`],
        'authentication.kubernetes.io/node-name': ['n1'],
        'authentication.kubernetes.io/node-uid': ['node-uid'],
      },
    },
    audiences: [ISSUER],
  })
})

const gone = (object: KubeObject, at: Instant): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: new Date(at).toISOString() },
})
const reborn = (object: KubeObject): KubeObject => ({ ...object, metadata: { ...object.metadata, uid: 'new' } })
const SECRET_REF = { apiVersion: 'v1', kind: 'Secret', name: 'bot-token' }
const NODE_REF = { apiVersion: 'v1', kind: 'Node', name: 'n1' }

/** What happened after the token was given, and why it is no longer good; undefined when it is. */
const LIVES: readonly (readonly [string, TokenRequestSpec, readonly KubeObject[], string | undefined, Instant?])[] = [
  ['nothing', {}, [BOT], undefined],
  ['its end, a moment ago', {}, [BOT], undefined, add(now, seconds(3600 + 59))],
  ['its end', {}, [BOT], 'service account token has expired', add(now, seconds(3600 + 61))],
  ['a clock that lags', {}, [BOT], undefined, add(now, seconds(-59))],
  ['a clock that is wrong', {}, [BOT], 'service account token is not valid yet', add(now, seconds(-61))],
  ['the account deleted', {}, [], 'serviceaccounts "bot" not found'],
  ['the account made anew', {}, [reborn(BOT)], 'service account UID (new) does not match claim (bot-uid)'],
  ['the account just being deleted', {}, [gone(BOT, now)], undefined],
  ['the account being deleted', {}, [gone(BOT, add(now, minutes(-2)))], 'service account shop/bot has been deleted'],
  ['its pod there', { boundObjectRef: podRef }, [BOT, POD], undefined],
  ['its pod deleted', { boundObjectRef: podRef }, [BOT], 'service account token has been invalidated'],
  [
    'its pod made anew',
    { boundObjectRef: podRef },
    [BOT, reborn(POD)],
    'pod UID (new) does not match service account pod ref claim (pod-uid)',
  ],
  ['its pod to end in an hour', { boundObjectRef: podRef }, [BOT, gone(POD, add(now, minutes(60)))], undefined],
  [
    'its pod long over',
    { boundObjectRef: podRef },
    [BOT, gone(POD, add(now, minutes(-2)))],
    'service account token has been invalidated',
  ],
  ['the node of its pod deleted', { boundObjectRef: podRef }, [BOT, POD], undefined],
  ['its secret deleted', { boundObjectRef: SECRET_REF }, [BOT], 'service account token has been invalidated'],
  [
    'its secret made anew',
    { boundObjectRef: SECRET_REF },
    [BOT, reborn(SECRET)],
    'secret UID (new) does not match service account secret ref claim (secret-uid)',
  ],
  ['its node deleted', { boundObjectRef: NODE_REF }, [BOT], 'service account token has been invalidated'],
  ['its node there', { boundObjectRef: NODE_REF }, [BOT, NODE], undefined],
]

for (const [what, spec, later, why, at = now] of LIVES) {
  test(`a token after ${what} is ${why === undefined ? 'good' : 'refused'}`, async () => {
    const { reads, clear, put } = world(BOT, POD, NODE, SECRET)
    const token = await tokenFor(spec, reads)
    const known = knownBy(reads)
    equal((await authenticateToken(token, known, now)).outcome, 'known')
    clear()
    later.forEach(put)
    const outcome = await authenticateToken(token, known, at)
    deepEqual(outcome.outcome === 'refused' ? outcome.why : undefined, why)
  })
}

test('a token is good for whom it is meant, and nobody else', async () => {
  const { reads } = world(BOT)
  const known = knownBy(reads)
  const forVault = await tokenFor({ audiences: ['vault'] }, reads)
  deepEqual(await authenticateToken(forVault, known, now), {
    outcome: 'refused',
    why: `token audiences ["vault"] is invalid for the target audiences ["${ISSUER}"]`,
  })
  const outcome = await authenticateToken(forVault, known, now, ['other', 'vault'])
  ok(outcome.outcome === 'known')
  deepEqual(outcome.audiences, ['vault'])
})

test('a forged token is refused, however it is forged', async () => {
  const { reads } = world(BOT)
  const token = await tokenFor({}, reads)
  const known = knownBy(reads)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const raised = encode({ ...claims, sub: 'system:serviceaccount:kube-system:admin' })
  const { kid } = decodeProtectedHeader(token)
  const { privateKey } = await generateKeyPair('ES256')
  const forgeries = {
    'another payload': `${header}.${raised}.${signature}`,
    'no signature': `${header}.${payload}.`,
    'no algorithm': `${encode({ alg: 'none', kid })}.${raised}.`,
    'a public key taken for a secret': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: String(kid) })
      .sign(Buffer.from(PAIR.publicKey)),
    'another key under this name': await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: String(kid) })
      .sign(privateKey),
    'another key': await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
    'an unknown key': await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'x' }).sign(privateKey),
    'a header that is none': `x.${payload}.${signature}`,
  }
  for (const [what, forged] of Object.entries(forgeries)) {
    const outcome = await authenticateToken(forged, known, now)
    ok(outcome.outcome === 'refused', what)
    const why =
      what === 'an unknown key'
        ? 'invalid signature, no keys found'
        : 'go-jose/go-jose: error in cryptographic primitive'
    equal(outcome.why, why, what)
  }
  const other = knownBy(reads, createKeyring([newKeyPair()]))
  equal((await authenticateToken(token, other, now)).outcome, 'refused')
  equal((await authenticateToken(token, knownBy(reads, createKeyring([newKeyPair(), PAIR])), now)).outcome, 'known')
})

test('what is no token of ours is refused in the words for that', async () => {
  const known = knownBy(world(BOT).reads)
  for (const token of ['x', 'a.b.c', `${Buffer.from('{}').toString('base64url')}.e30.e30`, 'x'.repeat(20_000)]) {
    deepEqual(await authenticateToken(token, known, now), { outcome: 'refused', why: 'invalid bearer token' })
  }
})

test('the keyring remembers good signatures, up to a limit', async () => {
  const ring = createKeyring([PAIR], 2)
  const claimsOf = async (token: string) => {
    const opened = await ring.open(token)
    return 'claims' in opened ? opened.claims : undefined
  }
  const [one, two, three] = await Promise.all(['1', '2', '3'].map((sub) => ring.sign({ iss: ISSUER, sub })))
  ok(one && two && three)
  const first = await claimsOf(one)
  await claimsOf(two)
  equal(await claimsOf(one), first)
  await claimsOf(three)
  const anew = await claimsOf(one)
  ok(anew !== first)
  deepEqual(anew, first)
})

const legacyWorld = async (change: Partial<Secret> = {}) => {
  const token = await signLegacyToken(BOT, SECRET, keyring)
  return { token, secret: { ...SECRET, data: { token: base64(token) }, ...change } }
}

test('a token in a secret is good for as long as the secret holds it', async () => {
  const { token, secret } = await legacyWorld()
  const outcome = await authenticateToken(token, knownBy(world(BOT, secret).reads), now)
  deepEqual(outcome, {
    outcome: 'known',
    user: {
      username: 'system:serviceaccount:shop:bot',
      uid: 'bot-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop'],
    },
    audiences: [ISSUER],
  })
  const made = await authenticateToken(
    token,
    knownBy(world({ ...BOT, secrets: [{ name: 'bot-token' }] }, secret).reads),
    now,
  )
  match(made.outcome === 'known' ? (made.warning ?? '') : '', /^Use tokens from the TokenRequest API/)
  const refusals: readonly (readonly [readonly KubeObject[], string])[] = [
    [[BOT], 'Token has been invalidated'],
    [[BOT, gone(secret, now)], 'Token has been invalidated'],
    [[BOT, { ...secret, data: { token: base64('other') } }], "Token does not match server's copy"],
    [[secret], 'serviceaccounts "bot" not found'],
    [[gone(BOT, now), secret], 'ServiceAccount shop/bot has been deleted'],
    [[reborn(BOT), secret], 'ServiceAccount UID (new) does not match claim (bot-uid)'],
    [
      [
        BOT,
        {
          ...secret,
          metadata: { ...secret.metadata, labels: { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' } },
        },
      ],
      "the token in secret shop/bot-token for service account shop/bot has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the 'kubernetes.io/legacy-token-invalid-since' label from the secret to temporarily allow use of this token",
    ],
  ]
  for (const [objects, why] of refusals) {
    deepEqual(await authenticateToken(token, knownBy(world(...objects).reads), now), { outcome: 'refused', why })
  }
  const claims = peek(token) ?? {}
  for (const [field, why] of [
    ['sub', 'sub claim is missing'],
    ['kubernetes.io/serviceaccount/namespace', 'namespace claim is missing'],
    ['kubernetes.io/serviceaccount/secret.name', 'secretName claim is missing'],
    ['kubernetes.io/serviceaccount/service-account.name', 'serviceAccountName claim is missing'],
    ['kubernetes.io/serviceaccount/service-account.uid', 'serviceAccountUID claim is missing'],
  ] as const) {
    const lacking = await keyring.sign({ ...claims, [field]: '' })
    deepEqual(await authenticateToken(lacking, knownBy(world(BOT, secret).reads), now), { outcome: 'refused', why })
  }
  const other = await keyring.sign({ ...claims, sub: 'system:serviceaccount:shop:other' })
  deepEqual(await authenticateToken(other, knownBy(world(BOT, secret).reads), now), {
    outcome: 'refused',
    why: 'sub claim is invalid',
  })
})

const joinSecret = (data: Record<string, string>, type = 'bootstrap.kubernetes.io/token'): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'bootstrap-token-abcdef', namespace: 'kube-system' },
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)])),
})
const JOIN = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-authentication': 'true' }

const JOINS: readonly (readonly [string, Secret, readonly string[] | undefined])[] = [
  ['as it should be', joinSecret(JOIN), ['system:bootstrappers']],
  [
    'with groups',
    joinSecret({ ...JOIN, 'auth-extra-groups': 'system:bootstrappers:b,system:bootstrappers:a' }),
    ['system:bootstrappers', 'system:bootstrappers:a', 'system:bootstrappers:b'],
  ],
  ['with a group of others', joinSecret({ ...JOIN, 'auth-extra-groups': 'system:masters' }), undefined],
  ['not yet over', joinSecret({ ...JOIN, expiration: '2026-11-22T22:47:18Z' }), ['system:bootstrappers']],
  ['over', joinSecret({ ...JOIN, expiration: '2026-11-22T22:47:17Z' }), undefined],
  ['over at no time', joinSecret({ ...JOIN, expiration: 'tomorrow' }), undefined],
  ['not for this', joinSecret({ ...JOIN, 'usage-bootstrap-authentication': 'yes' }), undefined],
  ['with another secret', joinSecret({ ...JOIN, 'token-secret': '0123456789abcdee' }), undefined],
  ['with another id', joinSecret({ ...JOIN, 'token-id': 'abcdeg' }), undefined],
  ['of another type', joinSecret(JOIN, 'Opaque'), undefined],
]

for (const [what, secret, groups] of JOINS) {
  test(`a token to join by, ${what}, is ${groups ? 'good' : 'unknown'}`, async () => {
    const outcome = await authenticateToken('abcdef.0123456789abcdef', knownBy(world(secret).reads), now)
    if (groups)
      deepEqual(outcome, {
        outcome: 'known',
        user: { username: 'system:bootstrap:abcdef', groups },
        audiences: [ISSUER],
      })
    else deepEqual(outcome, { outcome: 'refused', why: 'invalid bearer token' })
    equal(
      (await authenticateToken('abcdef.0123456789abcdef', knownBy(world(secret).reads), now, ['x'])).outcome,
      'refused',
    )
  })
}

const ADA = { username: 'ada', groups: ['dev'] }
const FIXED = new Map([['secret', ADA]])

const SHOWN: readonly (readonly [string, Partial<Credentials>, string, (readonly string[])?])[] = [
  ['a fixed token', { authorization: 'Bearer secret' }, 'ada dev,system:authenticated'],
  ['a scheme in other letters', { authorization: ' bEARER secret ' }, 'ada dev,system:authenticated'],
  ['more behind the token', { authorization: 'Bearer secret more' }, 'ada dev,system:authenticated'],
  ['a certificate', { clientCertificate: Uint8Array.of(1) }, 'eve system:authenticated'],
  [
    'a certificate and a token',
    { clientCertificate: Uint8Array.of(1), authorization: 'Bearer secret' },
    'eve system:authenticated',
  ],
  [
    'a bad certificate and a good token',
    { clientCertificate: Uint8Array.of(2), authorization: 'Bearer secret' },
    'ada dev,system:authenticated',
  ],
  ['nothing, for a public path', { path: '/healthz' }, 'system:anonymous system:unauthenticated'],
  ['nothing, for another path', {}, '401 no credentials were shown'],
  ['a password', { authorization: 'Basic eDp5' }, '401 no credentials were shown'],
  [
    'too much space',
    { path: '/version', authorization: 'Bearer  secret' },
    'system:anonymous system:unauthenticated',
    ['the provided Authorization header contains extra space before the bearer token, and is ignored'],
  ],
  ['a bad token', { path: '/healthz', authorization: 'Bearer x' }, '401 invalid bearer token'],
  [
    'a bad certificate',
    { path: '/healthz', clientCertificate: Uint8Array.of(2) },
    '401 x509: certificate signed by unknown authority',
  ],
]

for (const [what, shown, expected, warned = []] of SHOWN) {
  test(`who shows ${what} is ${expected}`, async () => {
    const known: Authentication = {
      ...knownBy(world().reads),
      certificates: ([first]) =>
        first === 1 ? { username: 'eve', groups: [] } : { refused: 'x509: certificate signed by unknown authority' },
      fixedTokens: FIXED,
    }
    const credentials = { path: '/api/v1/pods', authorization: undefined, clientCertificate: undefined, ...shown }
    const found = await authenticate(credentials, known, now).then(
      ({ user, warnings }) => ({ said: `${user.username} ${user.groups.join()}`, warnings }),
      (error) => {
        deepEqual(statusOf(error), {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: 'Unauthorized',
          reason: 'Unauthorized',
          code: 401,
        })
        return { said: `401 ${error.cause}`, warnings: [] }
      },
    )
    deepEqual(found, { said: expected, warnings: warned })
  })
}

test('a review of a token says whose it is, or in the words of Kubernetes that it is nobody’s', async () => {
  const { reads } = world(BOT)
  const known = { ...knownBy(reads), fixedTokens: FIXED }
  const review = async (token: string, audiences?: string[]) => {
    const spec = { token, ...(audiences && { audiences }) }
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: {}, spec } as const
    return (await reviewToken(asked, known, now)).status
  }
  deepEqual(await review('secret'), {
    authenticated: true,
    user: { username: 'ada', groups: ['dev', 'system:authenticated'] },
    audiences: [ISSUER],
  })
  deepEqual(await review('bad'), { user: {}, error: 'invalid bearer token' })
  deepEqual(await review('secret', ['x']), { user: {}, error: 'invalid bearer token' })
  const token = await tokenFor({}, reads)
  deepEqual(await review(token), {
    authenticated: true,
    user: {
      username: 'system:serviceaccount:shop:bot',
      uid: 'bot-uid',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${ID}`] },
    },
    audiences: [ISSUER],
  })
  deepEqual(await review(token, ['x']), {
    user: {},
    error: `[invalid bearer token, token audiences ["${ISSUER}"] is invalid for the target audiences ["x"]]`,
  })
  await rejects(review(''), { message: 'token is required for TokenReview in authentication' })
})
