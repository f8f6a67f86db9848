// Tokens of an issuer outside: who they stand for, when they are good, and how its keys are had.
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { minutes, seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { SignJWT } from 'jose'
import { readAuthentication } from './configuration.ts'
import { createOidcJudge } from './oidc-token.ts'

const URL_OF = 'https://id.example.com'
const file = (jwt: object, more: object = {}) =>
  Buffer.from(
    JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AuthenticationConfiguration',
      jwt: [jwt],
      ...more,
    }),
  )
const ISSUER = {
  issuer: { url: URL_OF, audiences: ['muster'] },
  claimMappings: {
    username: { claim: 'sub', prefix: 'id:' },
    groups: { claim: 'groups', prefix: 'id:' },
    uid: { claim: 'oid' },
    extra: [{ key: 'example.com/team', valueExpression: 'claims.org.team' }],
  },
  claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }],
}
const CLAIMS = {
  iss: URL_OF,
  aud: 'muster',
  sub: 'ada',
  oid: '42',
  hd: 'example.com',
  groups: ['dev'],
  org: { team: 'red' },
}

/** An issuer that counts how often it is asked, and can be away. */
function open(setting: object = ISSUER) {
  const clock = simClock()
  const keys = new Map<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>()
  const state = { asked: 0, isAway: false }
  const addKey = (kid: string) => keys.set(kid, generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  addKey('k1')
  const fetchText = async (url: string): Promise<string> => {
    state.asked++
    if (state.isAway) throw new Error('away')
    if (url === `${URL_OF}/.well-known/openid-configuration`)
      return JSON.stringify({ issuer: URL_OF, jwks_uri: `${URL_OF}/keys` })
    equal(url, `${URL_OF}/keys`)
    const set = [...keys].map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' }))
    return JSON.stringify({ keys: set })
  }
  const { issuers } = readAuthentication(file(setting), [])
  const judge = createOidcJudge(issuers, { fetchText, clock, random: seededRandom(1) })
  const sign = (claims: Claims, kid = 'k1') => {
    const pair = keys.get(kid)
    ok(pair)
    const exp = Math.floor(clock.now() / 1000) + 600
    return new SignJWT({ exp, ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(pair.privateKey)
  }
  const ask = async (claims: Claims, kid?: string) => judge(await sign(claims, kid), clock.now())
  return { clock, keys, state, addKey, sign, ask, judge }
}

test('claims become a user: name and groups with their prefix, uid, extra', async () => {
  const { ask } = open()
  deepEqual(await ask(CLAIMS), {
    outcome: 'known',
    user: { username: 'id:ada', uid: '42', groups: ['id:dev'], extra: { 'example.com/team': ['red'] } },
    audiences: [],
  })
})

type Claims = Readonly<Record<string, unknown>>

const bad: readonly [what: string, claims: Claims, why: RegExp][] = [
  ['another audience', { ...CLAIMS, aud: ['other'] }, /expected audience in \["muster"\] got \["other"\]/],
  ['over', { ...CLAIMS, exp: 1 }, /token is expired/],
  ['without an end', { ...CLAIMS, exp: undefined }, /token is expired/],
  ['of the future', { ...CLAIMS, nbf: 4_000_000_000 }, /before the nbf/],
  ['without a required claim', { ...CLAIMS, hd: undefined }, /required claim hd not present in ID token/],
  [
    'with another value of it',
    { ...CLAIMS, hd: 'evil.com' },
    /required claim hd value does not match. Got = evil.com, want = example.com/,
  ],
  ['without a name', { ...CLAIMS, sub: undefined }, /parse username claims "sub"/],
  ['with groups of numbers', { ...CLAIMS, groups: [1] }, /parse groups claim "groups"/],
]
for (const [what, claims, why] of bad) {
  test(`not good: ${what}`, async () => {
    const outcome = await open().ask(claims)
    ok(outcome.outcome === 'refused')
    match(outcome.why, why)
  })
}

test('a token of another issuer, and what is none, is unknown, and nobody is asked for it', async () => {
  const { ask, judge, clock, state } = open()
  equal((await ask({ ...CLAIMS, iss: 'https://other.example.com' })).outcome, 'unknown')
  equal((await judge('abc', clock.now())).outcome, 'unknown')
  equal(state.asked, 0)
})

test('an address that was not proved is nobody', async () => {
  const { ask } = open({
    ...ISSUER,
    claimMappings: { username: { claim: 'email', prefix: '' } },
    claimValidationRules: [],
  })
  equal((await ask({ ...CLAIMS, email: 'ada@example.com', email_verified: false })).outcome, 'refused')
  const outcome = await ask({ ...CLAIMS, email: 'ada@example.com', email_verified: true })
  ok(outcome.outcome === 'known' && outcome.user.username === 'ada@example.com')
})

test('a token that somebody else signed, or none, is not good', async () => {
  const { sign, judge, clock, addKey, keys } = open()
  addKey('k2')
  const token = await sign(CLAIMS, 'k2')
  keys.delete('k2')
  equal((await judge(token, clock.now())).outcome, 'refused')
  const [, payload] = token.split('.')
  const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`
  equal((await judge(none, clock.now())).outcome, 'refused')
})

test('keys are fetched once for many, and again for a key that is new, but not for every name', async () => {
  const { ask, sign, judge, state, addKey, clock, keys } = open()
  await Promise.all(Array.from({ length: 20 }, () => ask(CLAIMS)))
  equal(state.asked, 2)
  addKey('k2')
  equal((await ask(CLAIMS, 'k2')).outcome, 'refused', 'it is too soon to ask again')
  await clock.advance(seconds(11))
  equal((await ask(CLAIMS, 'k2')).outcome, 'known')
  equal(state.asked, 4)
  addKey('made-up')
  const madeUp = await sign(CLAIMS, 'made-up')
  keys.delete('made-up')
  for (let at = 0; at < 50; at++) equal((await judge(madeUp, clock.now())).outcome, 'refused')
  ok(state.asked <= 6, `${state.asked}`)
})

test('an issuer that is away is asked less and less often; whose keys are known are let in meanwhile', async () => {
  const { ask, state, clock } = open()
  equal((await ask(CLAIMS)).outcome, 'known')
  state.isAway = true
  await clock.advance(minutes(61))
  for (let minute = 0; minute < 60; minute++) {
    equal((await ask(CLAIMS)).outcome, 'known')
    await clock.advance(minutes(1))
  }
  ok(state.asked < 40, `${state.asked}`)
  const fresh = open()
  fresh.state.isAway = true
  const outcome = await fresh.ask(CLAIMS)
  ok(outcome.outcome === 'refused')
  match(outcome.why, /the keys of the issuer https:\/\/id.example.com cannot be had/)
  fresh.state.isAway = false
  await fresh.clock.advance(minutes(6))
  equal((await fresh.ask(CLAIMS)).outcome, 'known')
})

const wrong: readonly [what: string, change: object, error: RegExp][] = [
  ['no https', { issuer: { url: 'http://x', audiences: ['a'] } }, /URL scheme must be https/],
  ['no audience', { issuer: { url: URL_OF } }, /jwt\[0\].issuer.audiences: Required value/],
  ['several audiences', { issuer: { url: URL_OF, audiences: ['a', 'b'] } }, /must be MatchAny for multiple audiences/],
  ['no prefix', { claimMappings: { username: { claim: 'sub' } } }, /prefix is required when claim is set/],
  ['an expression', { claimMappings: { username: { expression: 'claims.sub' } } }, /expressions \(CEL\) are not built/],
  ['a rule for users', { userValidationRules: [{ expression: 'true' }] }, /userValidationRules\[0\].expression/],
  [
    'a reserved key',
    { claimMappings: { ...ISSUER.claimMappings, extra: [{ key: 'x.k8s.io/y', valueExpression: 'claims.y' }] } },
    /are reserved for Kubernetes use/,
  ],
  ['our own issuer', { issuer: { url: 'https://own', audiences: ['a'] } }, /issuer of service accounts/],
  ['no certificate', { issuer: { ...ISSUER.issuer, certificateAuthority: 'x' } }, /does not contain any valid/],
]
for (const [what, change, error] of wrong) {
  test(`refused, and said where: ${what}`, () => {
    throws(() => readAuthentication(file({ ...ISSUER, ...change }), ['https://own']), error)
  })
}

test('nobody in particular: everywhere, nowhere, or on some paths', () => {
  const of = (anonymous: object) => readAuthentication(file(ISSUER, { anonymous }), []).anonymousPaths
  equal(of({ enabled: true }), 'all')
  deepEqual(of({ enabled: false }), new Set())
  deepEqual(of({ enabled: true, conditions: [{ path: '/livez' }] }), new Set(['/livez']))
  throws(() => of({ enabled: false, conditions: [{ path: '/livez' }] }), /enabled should be set to true/)
  equal(readAuthentication(file(ISSUER), []).anonymousPaths, undefined)
})
