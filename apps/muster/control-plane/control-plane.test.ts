import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { lockDirectory } from '@muster/store/sqlite/lock.ts'
import { withoutSecrets, writeBundle } from '../doctor/bundle.ts'
import { nodeVersion } from '../doctor/checks.ts'
import { tarOf } from '../doctor/tar.ts'
import { kubectlEnv } from '../kubectl/hand-over.ts'
import { kubectlWords } from '../program/kubectl-verbs.ts'
import { migrate } from './migrate.ts'
import { homeDirectory, placeOf } from './place.ts'
import { identityOf, isAlive, startTimeIn } from './process.ts'
import { findRunning, type RunFile, writeRunFile } from './run-file.ts'
import { ageOf } from './status.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'muster-place-'))

for (const [argv, words] of [
  [
    ['get', 'pods'],
    ['get', 'pods'],
  ],
  [
    ['--home', 'x', '--lang=zh', '--ascii', 'get', 'pods', '-w'],
    ['get', 'pods', '-w'],
  ],
  [['get', 'pods', '--as-of', '-1h'], undefined],
  [['get', 'pods', '--revision=4'], undefined],
  [
    ['diff', '-f', 'a.yaml'],
    ['diff', '-f', 'a.yaml'],
  ],
  [['diff', 'pod/a', '--from', '3'], undefined],
  [
    ['explain', 'pods'],
    ['explain', 'pods'],
  ],
  [['explain', 'mus0101'], undefined],
  [['explain'], undefined],
  [
    ['exec', 'web', '--', 'muster', '--as-of'],
    ['exec', 'web', '--', 'muster', '--as-of'],
  ],
  [['history', 'pod/a'], undefined],
  [['up', '--detach'], undefined],
  [[], undefined],
] as const) {
  test(`muster ${argv.join(' ')} is ${words ? "kubectl's" : 'our own'}`, () => {
    deepEqual(kubectlWords(argv), words)
  })
}

test('kubectl is given our kubeconfig, unless another one is named or kubectl has called us', () => {
  const home = folder()
  mkdirSync(join(home, 'default'))
  const ours = join(home, 'default', 'kubeconfig')
  writeFileSync(ours, '')
  const env = { MUSTER_HOME: home }
  const given = (asked: Parameters<typeof kubectlEnv>[0]) => kubectlEnv(asked).KUBECONFIG
  equal(given({ env, argv: [] }), ours)
  equal(given({ env: { ...env, KUBECONFIG: '/other' }, argv: [] }), '/other')
  equal(given({ env: { KUBECONFIG: '/other' }, argv: ['--home', home] }), ours)
  equal(given({ env, argv: [], isPlugin: true }), undefined)
  equal(given({ env, argv: ['--name', 'none-such'] }), undefined)
  rmSync(home, { recursive: true })
})

test('a place has a name that can be a folder', () => {
  equal(homeDirectory({ MUSTER_HOME: '/a' }), '/a')
  equal(homeDirectory({ MUSTER_HOME: '/a' }, '/b'), '/b')
  equal(placeOf('/a').data, '/a/default/data')
  for (const name of ['..', '', 'A', 'a/b', '-a', 'a.b'])
    throws(() => placeOf('/a', name), /cannot name a control plane/)
})

/** What Muster 0.1 left after `muster up --cluster eu`. */
function oldHome(): string {
  const home = folder()
  for (const path of ['store/tape', 'keys/encryption.yaml', 'identities/default.cluster.json', 'audit/audit.log']) {
    mkdirSync(join(home, path, '..'), { recursive: true })
    writeFileSync(join(home, path), path)
  }
  for (const cluster of ['default', 'eu']) {
    mkdirSync(join(home, cluster))
    writeFileSync(join(home, cluster, 'kubeconfig'), cluster)
  }
  writeFileSync(join(home, 'identities', 'eu.cluster.json'), '')
  writeFileSync(join(home, 'mine.txt'), 'mine')
  return home
}

test('an old layout is moved whole, once, and nothing else is touched', async () => {
  const home = oldHome()
  const read = (path: string) => readFileSync(join(home, path), 'utf8')
  equal(await migrate(home), true)
  equal(await migrate(home), false)
  for (const path of ['store/tape', 'keys/encryption.yaml', 'identities/default.cluster.json']) {
    equal(read(`default/data/${path}`), path)
  }
  equal(read('default/audit/audit.log'), 'audit/audit.log')
  equal(read('default/kubeconfig'), 'default')
  equal(read('default/clusters/eu/kubeconfig'), 'eu')
  equal(read('mine.txt'), 'mine')
  ok(!existsSync(join(home, 'store')) && !existsSync(join(home, 'eu')))
  rmSync(home, { recursive: true })
})

test('a move that was cut short goes on; two states are refused; one that is in use stays', async () => {
  const half = oldHome()
  mkdirSync(join(half, 'default', 'data'), { recursive: true })
  // As if it had been killed after the keys.
  const { renameSync } = await import('node:fs')
  renameSync(join(half, 'keys'), join(half, 'default', 'data', 'keys'))
  equal(await migrate(half), true)
  ok(existsSync(join(half, 'default', 'data', 'store', 'tape')))

  const serve = folder()
  mkdirSync(join(serve, 'store'))
  equal(await migrate(serve), false)
  ok(existsSync(join(serve, 'store')), 'the store of `muster store serve` is its own')

  const two = oldHome()
  mkdirSync(join(two, 'default', 'data', 'store'), { recursive: true })
  await rejects(migrate(two), /are both there/)
  ok(existsSync(join(two, 'store', 'tape')))

  const used = oldHome()
  const lock = await lockDirectory(join(used, 'store'))
  await rejects(migrate(used), /is in use by the process/)
  ok(existsSync(join(used, 'keys')))
  lock.close()
  for (const home of [half, serve, two, used]) rmSync(home, { recursive: true })
})

test('a process is known by more than its number', async () => {
  const own = await identityOf(process.pid)
  ok(own && (await isAlive(own)))
  equal(await isAlive({ ...own, startTime: '1' }), false)
  equal(await isAlive({ ...own, bootId: 'another life' }), false)
  equal(await identityOf(2 ** 22 + 1), undefined)
})

test('the start of a process is read, whatever it calls itself; a zombie has ended', () => {
  const after = (state: string) => `${state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20`
  equal(startTimeIn(`77 (a) b) (c) ${after('S')}`), '4711')
  equal(startTimeIn(`77 (node) ${after('Z')}`), undefined)
})

test('run.json is believed only while that very process lives', async () => {
  const place = placeOf(folder())
  deepEqual(await findRunning(place), { state: 'none' })
  const identity = await identityOf(process.pid)
  ok(identity)
  const run: RunFile = {
    process: identity,
    ready: true,
    url: 'https://127.0.0.1:1',
    kubeconfig: place.kubeconfig,
    since: '2026-11-23T00:00:00.000Z',
    version: '0',
    node: '24',
    clusters: ['default'],
    parts: {},
  }
  await writeRunFile(place, run)
  deepEqual(await findRunning(place), { state: 'running', run })
  await writeRunFile(place, { ...run, ready: false })
  equal((await findRunning(place)).state, 'starting')
  await writeRunFile(place, { ...run, process: { ...identity, startTime: '1' } })
  equal((await findRunning(place)).state, 'left')
  writeFileSync(join(place.directory, 'run.json'), '{ torn')
  equal((await findRunning(place)).state, 'none')
  rmSync(place.home, { recursive: true })
})

test('ages are written as kubectl does', () => {
  deepEqual([5, 119, 120, 7199, 7200, 172_800].map(ageOf), ['5s', '119s', '2m', '119m', '2h', '2d'])
})

test('an old Node fails, a new one does not', () => {
  deepEqual(
    ['20.1.0', '24.14.9', '24.15.0', '26.0.0'].map((each) => nodeVersion(each).state),
    ['fail', 'fail', 'ok', 'ok'],
  )
})

test('a bundle has the logs and the facts, and nothing that opens a door', async () => {
  const place = placeOf(folder())
  mkdirSync(place.logs, { recursive: true })
  const secrets = [
    '-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----',
    'authorization: Bearer abc.def',
    'token=s3cr3t',
    '"client-key-data": "LS0tabc"',
    'eyJhbGciOi.eyJpc3Mi.c2ln',
    'https://li:hunter2@host/',
  ]
  writeFileSync(join(place.logs, 'up.log'), `started\n${secrets.join('\n')}\nended\n`)
  const file = join(place.home, 'bundle.tar.gz')
  await writeBundle(place, file, [{ check: 'node' }])
  const tar = gunzipSync(readFileSync(file)).toString('latin1')
  ok(tar.includes('muster/facts.json') && tar.includes('muster/logs/up.log') && tar.includes('started'))
  ok(tar.includes('ended') && tar.includes('"check": "node"'))
  for (const word of ['MIIabc', 'abc.def', 's3cr3t', 'LS0tabc', 'eyJpc3Mi', 'hunter2']) ok(!tar.includes(word), word)
  equal(withoutSecrets('nothing to hide'), 'nothing to hide')
  await rejects(writeBundle(place, file, []), /EEXIST/)
  rmSync(place.home, { recursive: true })
})

test('a tar is what tar reads', async () => {
  const { execFileSync } = await import('node:child_process')
  const place = folder()
  writeFileSync(join(place, 'a.tar'), tarOf([{ name: 'x/y.txt', content: Buffer.from('hello') }], new Date(0)))
  equal(execFileSync('tar', ['-xOf', join(place, 'a.tar'), 'x/y.txt'], { encoding: 'utf8' }), 'hello')
  rmSync(place, { recursive: true })
})
