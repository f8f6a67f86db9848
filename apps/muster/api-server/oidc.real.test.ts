/** People of an issuer outside come with its tokens: an issuer over HTTPS, a control plane, and kubectl. */
import { equal, match } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { makeServing } from '@muster/server/auth/identities.ts'
import { newKeyPair } from '@muster/server/auth/keys.ts'
import { createKeyring } from '@muster/server/auth/tokens/keyring.ts'
import { needs } from '@muster/tools/real.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { startApi } from './api-process.ts'

const [kubectl] = (await findKubectls()).slice(-1)

test('kubectl --token of an issuer outside', {
  skip: needs('kubectl', kubectl !== undefined),
  timeout: 120_000,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-oidc-'))
  const issuer = await startIssuer()
  const file = join(home, 'authentication.yaml')
  const config = {
    apiVersion: 'apiserver.config.k8s.io/v1',
    kind: 'AuthenticationConfiguration',
    jwt: [
      {
        issuer: { url: issuer.url, audiences: ['muster'], certificateAuthority: issuer.authority },
        claimMappings: {
          username: { claim: 'email', prefix: '' },
          groups: { claim: 'groups', prefix: 'idp:' },
        },
        claimValidationRules: [{ claim: 'hd', requiredValue: 'example.com' }],
      },
    ],
  }
  writeFileSync(file, JSON.stringify(config))
  const api = await startApi(home, '--authentication-config', file, '--cluster', 'eu')
  // Its kubeconfig would show a certificate, which goes before a token.
  const asAda = (token: string, ...argv: readonly string[]) =>
    run(kubectl?.path ?? '', [
      '--kubeconfig=/dev/null',
      `--cache-dir=${join(home, 'cache')}`,
      `--server=${api.url}`,
      '--insecure-skip-tls-verify',
      `--token=${token}`,
      ...argv,
    ])
  const asAdmin = (...argv: readonly string[]) => run(kubectl?.path ?? '', [`--kubeconfig=${api.kubeconfig}`, ...argv])
  try {
    const claims = { email: 'ada@example.com', email_verified: true, groups: ['dev'], hd: 'example.com' }
    const token = await issuer.sign(claims)
    match((await asAda(token, 'get', 'pods')).err, /User "ada@example.com" cannot list resource "pods"/)
    await asAdmin('create', 'clusterrolebinding', 'devs', '--clusterrole=view', '--group=idp:dev')
    match((await asAda(token, 'get', 'pods')).err, /No resources found in default namespace/)
    match((await asAda(await issuer.sign({ ...claims, hd: 'evil.com' }), 'get', 'pods')).err, /Unauthorized|logged in/)
    issuer.rotate()
    await systemClock.sleep(seconds(10.5))
    equal((await asAda(await issuer.sign(claims), 'get', 'pods', '-o', 'name')).code, 0, 'a new key is found')
    const elsewhere = await run(kubectl?.path ?? '', [
      '--kubeconfig=/dev/null',
      `--server=${api.url}/clusters/eu`,
      '--insecure-skip-tls-verify',
      `--token=${token}`,
      'get',
      'pods',
    ])
    match(elsewhere.err, /Unauthorized|logged in/)
  } finally {
    await api.stop()
    issuer.close()
    rmSync(home, { recursive: true, force: true })
  }
})

async function startIssuer() {
  const making = { now: systemClock.now(), entropy: (count: number) => new Uint8Array(randomBytes(count)) }
  const { authority, server } = await makeServing(['localhost', '127.0.0.1'], making)
  let keyring = createKeyring([newKeyPair()])
  const listener = createServer({ key: server.privateKey, cert: server.certificate }, (request, response) => {
    const body = request.url === '/keys' ? { keys: keyring.publicKeys } : { issuer: url, jwks_uri: `${url}/keys` }
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(listener.address() as AddressInfo).port}`
  return {
    url,
    authority: authority.certificate,
    rotate() {
      keyring = createKeyring([newKeyPair()])
    },
    sign: (claims: object) =>
      keyring.sign({ ...claims, iss: url, aud: 'muster', exp: Math.floor(systemClock.now() / 1000) + 600 }),
    close: () => listener.close(),
  }
}

const run = (program: string, argv: readonly string[]): Promise<{ out: string; err: string; code: number | null }> =>
  new Promise((resolve) => {
    const child = execFile(program, [...argv], (_error, out, err) => resolve({ out, err, code: child.exitCode }))
  })
