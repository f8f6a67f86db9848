/** The package as a stranger gets it: packed, installed without a network into an empty directory, and run. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { findKubectls } from 'muster/kubectl/find-kubectls.ts'
import { needs } from './real.ts'

const ROOT = dirname(import.meta.dirname)
/** The newest: those of all versions are walked elsewhere. */
const kubectl = (await findKubectls()).at(-1)
const place = mkdtempSync(join(tmpdir(), 'muster-package-'))
const installed = join(place, 'installed')
const empty = join(place, 'empty')
let tarball = ''

/** A PATH on which plain Node comes first and nothing of this repository is. */
const PATH = [dirname(process.execPath), ...(process.env.PATH ?? '').split(delimiter)]
  .filter((folder) => !folder.includes('node_modules') || folder === dirname(process.execPath))
  .join(delimiter)

// npm hands its own settings down to what it runs, and this test may itself run under npm.
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

before(() => {
  mkdirSync(installed)
  mkdirSync(empty)
  npm(join(ROOT, 'apps/muster'), 'pack', '--pack-destination', place)
  tarball = join(place, readdirSync(place).find((name) => name.endsWith('.tgz')) ?? 'no tarball')
  npm(installed, 'install', '--prefix', installed, tarball)
})

after(() => rmSync(place, { recursive: true, force: true }))

function runIn(folder: string, command: string, ...args: readonly string[]): string {
  const env = { ...ENV, PATH, LANG: 'C', npm_config_cache: join(place, 'cache'), npm_config_offline: 'true' }
  return execFileSync(command, args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

function npm(folder: string, ...args: readonly string[]): string {
  return runIn(folder, 'npm', ...args, '--no-audit', '--no-fund', '--loglevel=error')
}

const packed = () => {
  const folder = join(installed, 'node_modules/muster')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  )
  return { folder, files }
}

test('the tarball holds plain JavaScript, the readme and the licences, and nothing of this machine', () => {
  const { folder, files } = packed()
  for (const file of ['package.json', 'README.md', 'LICENSE', 'dist/muster.js', 'dist/THIRD-PARTY-LICENSES.txt']) {
    ok(files.includes(file), file)
  }
  const strange = files.filter(
    (file) => !/^(package\.json|README\.md|LICENSE|dist\/[\w.-]+\.(js|txt)|dist\/shop\/.*)$/.test(file),
  )
  deepEqual(strange, [])
  for (const file of files) {
    const content = readFileSync(join(folder, file), 'utf8')
    for (const path of [ROOT, `${homedir()}/`]) ok(!content.includes(path), `${file} names ${path}`)
  }
  match(readFileSync(join(folder, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8'), /^commander \d/m)
  ok(!existsSync(join(ROOT, 'apps/muster/LICENSE')), 'packing leaves no copy of the licence behind')
})

test('it depends on nothing at run time', () => {
  deepEqual(
    readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['muster'],
  )
})

/** What each of {@link firstLines} shows. */
const SHOWN = [
  /^Switched to context "muster-cn-sh-1"/,
  /^(.* Ready .*\n){3}NAMESPACE .*\n(shop .* Running .*\n){10}$/m,
  /^deployment.apps\/web restarted/,
  /^cart-\w+-\w+\n127\.0\.0\.1\s+localhost\n/,
  /^(.+\n){1,5}$/,
]

/** What the README tells a new user to type once it runs. */
function firstLines(): readonly string[] {
  const block =
    /\n```\nexport KUBECONFIG=[^\n]*\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? ''
  return block.trim().split('\n')
}

test('what is installed starts in the background with a fleet and the shop in it, does what the README shows, and goes', {
  skip: needs('kubectl', kubectl !== undefined),
}, async () => {
  const home = join(place, 'home')
  const muster = join(installed, 'node_modules/.bin/muster')
  const up = JSON.parse(runIn(empty, muster, 'up', '-d', '--demo', '--port', '0', '--home', home, '-o', 'json'))
  try {
    const [page = '', ready] = up.parts.demo.split(' ')
    equal(ready, '10/10')
    match(await (await fetch(page)).text(), /<title>[^<]*shop/i)
    const { clusters } = JSON.parse(runIn(empty, muster, 'status', '--home', home, '-o', 'json'))
    const counts = clusters.map((one: { name: string; counts: { nodes: number; pods: number } }) => [
      one.name,
      one.counts.nodes,
      one.counts.pods,
    ])
    deepEqual(counts, [
      ['default', 0, 0],
      ['cn-sh-1', 3, 10],
      ['cn-sh-2', 3, 0],
      ['us-w-1', 3, 0],
    ])
    const lines = firstLines()
    equal(lines.length, SHOWN.length)
    const words = `export KUBECONFIG=${up.kubeconfig} PATH=${dirname(kubectl?.path ?? '')}:$PATH`
    for (const [at, line] of lines.entries()) match(runIn(empty, 'sh', '-ec', `${words}\n${line}`), SHOWN[at] ?? /^$/)
  } finally {
    runIn(empty, muster, 'down', '--purge', '--yes', '--home', home)
  }
  ok(!existsSync(join(home, 'default')))
})

test('npx of the tarball runs in an empty directory', () => {
  const version = runIn(empty, 'npx', '--yes', `--package=${tarball}`, 'muster', '--version')
  match(version, /^\d+\.\d+\.\d+\n$/)
})

test('what is installed plays the tours of the store and of the API, and they pass', (t) => {
  const muster = join(installed, 'node_modules/.bin/muster')
  const began = performance.now()
  runIn(empty, muster, '--version')
  t.diagnostic(`muster --version took ${Math.round(performance.now() - began)} ms`)
  const tour = runIn(empty, muster, 'tour', '0')
  equal(tour.match(/\nPASS {2}/g)?.length, 2, tour)
  equal(readdirSync(empty).length, 0)
})
