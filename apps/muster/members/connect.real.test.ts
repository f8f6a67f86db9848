/**
 * Goal: `muster connect`, as it is typed: another control plane, in a process of its own, is mirrored by this one, read
 *       with a real kubectl, cut off and killed, and found as it was left when it is disconnected.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { needs } from '@muster/tools/real.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { ownEntry } from '../workers.ts'

const folder = mkdtempSync(join(tmpdir(), 'muster-connect-'))
const found = (await findKubectls()).at(-1)?.path
const skip = needs('kubectl', found !== undefined)
const kubectlPath = found ?? 'kubectl'

const hub = { home: join(folder, 'hub') }
const member = { home: join(folder, 'member') }
const kubeconfigOf = ({ home }: { home: string }) => join(home, 'default', 'kubeconfig')
const audit = join(folder, 'audit.log')
const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
`

async function muster({ home }: { home: string }, ...words: readonly string[]) {
  const child = spawn(process.execPath, [fileURLToPath(ownEntry), ...words], {
    env: { ...process.env, LANG: 'C', LC_ALL: 'C', MUSTER_HOME: home, KUBECTL: kubectlPath, KUBECONFIG: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.out += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.err += chunk
  })
  const [exit] = await once(child, 'close')
  return { ...said, exit: exit as number | null }
}

const run = promisify(execFile)
const kubectl = async (at: { home: string }, ...words: readonly string[]): Promise<string> =>
  (await run(kubectlPath, words, { env: { ...process.env, KUBECONFIG: kubeconfigOf(at) } })).stdout

/** Waits for what is on its way. */
async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    if (await holds().catch(() => false)) return
    await sleep(200)
  }
  throw new Error(`not within thirty seconds: ${what}`)
}

const pidOf = ({ home }: { home: string }): number =>
  JSON.parse(readFileSync(join(home, 'default', 'run.json'), 'utf8')).process.pid

before(async () => {
  if (skip) return
  writeFileSync(join(folder, 'policy.yaml'), POLICY)
  for (const [one, more] of [
    [hub, []],
    [member, ['--audit-policy-file', join(folder, 'policy.yaml'), '--audit-log-path', audit]],
  ] as const) {
    const { exit, err } = await muster(one, 'up', '--detach', '--port', '0', ...more)
    equal(exit, 0, err)
  }
})

after(async () => {
  for (const one of [hub, member]) await muster(one, 'down', '--timeout', '5')
  rmSync(folder, { recursive: true, force: true })
})

test('a cluster is connected, read, followed, cut off, and left as it was', { skip }, async () => {
  await kubectl(member, 'create', 'configmap', 'settings', '--from-literal=x=1')
  await kubectl(member, 'create', 'secret', 'generic', 'db', '--from-literal=password=hunter2')

  const role = await muster(hub, 'connect', '--print-role', '--secrets', 'none')
  match(role.out, /kind: ClusterRole\n[\s\S]*- list\n\s+- watch/)
  ok(!role.out.includes('- secrets'))

  const lost = await muster(hub, 'connect', '--kubeconfig', kubeconfigOf(member), '--context', 'nowhere')
  deepEqual([lost.exit, /there is no context "nowhere"/.test(lost.err)], [1, true], lost.err)

  const words = ['connect', '--kubeconfig', kubeconfigOf(member), '--member', 'eu', '--region', 'eu-west']
  const connected = await muster(hub, ...words)
  equal(connected.exit, 0, connected.out + connected.err)
  match(connected.out, /✔ eu .*Kubernetes v1\.[\s\S]*list and watch of \d+ resources[\s\S]*✔ mirror .*\d+ objects/)
  match(connected.out, /never their values/)
  equal(statSync(join(hub.home, 'default', 'members', 'eu.kubeconfig')).mode & 0o777, 0o600)

  match(await kubectl(hub, 'get', 'clusters'), /eu +eu-west +v1\.\S+ +0 +\d+ +True +True/)
  match(
    await kubectl(hub, '--context', 'fleet', 'get', 'configmaps', '-A'),
    /NAMESPACE +CLUSTER +NAME[\s\S]*default +eu +settings/,
  )
  const secret = await kubectl(hub, '--context', 'mirror-eu', 'get', 'secret', 'db', '-o', 'yaml')
  ok(!secret.includes('aHVudGVyMg'), secret)
  const refused = await kubectl(hub, '--context', 'mirror-eu', 'delete', 'configmap', 'settings').catch(String)
  match(refused, /this is a mirror, and is read/)

  // A change is followed, and told with who made it.
  await kubectl(member, 'patch', 'configmap', 'settings', '-p', '{"data":{"x":"2"}}')
  const mirrored = (x: string) => async () =>
    (await kubectl(hub, '--context', 'mirror-eu', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.x}')) === x
  await until(mirrored('2'), 'the change is in the mirror')
  const history = await muster(hub, 'history', 'configmap/settings', '--context', 'mirror-eu')
  match(history.out, /updated .* by kubectl-patch\n +update \(inferred\)\n +\.data\.x +1 → 2/)

  // The hub is killed; what happens meanwhile is told one by one all the same.
  process.kill(pidOf(hub), 'SIGKILL')
  for (const x of ['3', '4']) await kubectl(member, 'patch', 'configmap', 'settings', '-p', `{"data":{"x":"${x}"}}`)
  equal((await muster(hub, 'up', '--detach')).exit, 0)
  await until(mirrored('4'), 'the mirror goes on where it was')
  const versions = await muster(hub, 'history', 'configmap/settings', '--context', 'mirror-eu', '-o', 'json')
  deepEqual(
    JSON.parse(versions.out).versions.map(({ fields: [field] = [] }: { fields?: { to: string }[] }) => field?.to),
    ['4', '3', '2', undefined],
  )
  equal(await kubectl(hub, 'get', 'cluster', 'eu', '-o', 'jsonpath={.status.gaps}'), '')

  // The member is away, and back.
  const { port } = new URL(JSON.parse((await muster(member, 'status', '-o', 'json')).out).url)
  equal((await muster(member, 'down')).exit, 0)
  const connection = async () =>
    kubectl(hub, 'get', 'cluster', 'eu', '-o', 'jsonpath={.status.conditions[?(@.type=="Connected")].status}')
  await until(async () => (await connection()) === 'False', 'it is said that it is away')
  equal(await mirrored('4')(), true, 'what was written down is read while the member is away')
  const auditing = ['--audit-policy-file', join(folder, 'policy.yaml'), '--audit-log-path', audit]
  equal((await muster(member, 'up', '--detach', '--port', port, ...auditing)).exit, 0)
  await until(async () => (await connection()) === 'True', 'it is found again')

  equal((await muster(hub, 'disconnect', 'eu')).exit, 0)
  equal((await kubectl(hub, 'get', 'clusters', '-o', 'name')).trim(), '')
  const again = await muster(hub, 'disconnect', 'eu')
  deepEqual([again.exit, /error\[MUS0119\]/.test(again.err)], [1, true])

  // By its own audit log, nothing was ever written to it, nor asked for but what was said.
  await sleep(500)
  const asked = readFileSync(audit, 'utf8')
    .split('\n')
    .filter((line) => line.includes('muster-mirror/'))
    .map((line) => JSON.parse(line) as { verb: string })
  ok(asked.length > 100, `${asked.length} requests of the mirror are in the audit log`)
  deepEqual([...new Set(asked.map(({ verb }) => verb))].toSorted(), ['get', 'list', 'watch'])
})
