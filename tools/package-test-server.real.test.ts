/** The test server as a stranger gets it: packed, installed without a network beside the example, and used from JavaScript and TypeScript. */
import { deepEqual, match } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { ROOT } from './tree.ts'

const place = mkdtempSync(join(tmpdir(), 'muster-test-server-'))
const project = join(place, 'project')
const PATH = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter)
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST)/i.test(name)))

function runIn(cwd: string, command: string, ...args: readonly string[]): string {
  const env = { ...ENV, PATH, npm_config_cache: join(place, 'cache'), npm_config_offline: 'true' }
  return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

before(() => {
  const app = join(ROOT, 'apps/test-server')
  runIn(app, 'npm', 'pack', '--pack-destination', place, '--loglevel=error')
  const tarball = readdirSync(place).find((name) => name.endsWith('.tgz')) ?? 'no tarball'
  cpSync(join(app, 'examples/node-test'), project, { recursive: true })
  const manifest = join(project, 'package.json')
  const text = readFileSync(manifest, 'utf8').replace('"^0.1.0"', JSON.stringify(`file:../${tarball}`))
  writeFileSync(manifest, text)
  runIn(project, 'npm', 'install', '--no-audit', '--no-fund', '--loglevel=error')
})

after(() => rmSync(place, { recursive: true, force: true }))

test('it brings nothing along, and plays the tests of the example', () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
  deepEqual(installed, ['@muster'])
  match(runIn(project, process.execPath, '--test', '--test-reporter=tap'), /# pass 3\n# fail 0/)
})

test('its declarations are whole', () => {
  writeFileSync(
    join(project, 'typed.ts'),
    `import { startTestServer } from '@muster/test-server'
    await using cluster = await startTestServer({ profile: 'muster', time: 'virtual' })
    await cluster.clock.advance('5m')
    const page = await cluster.resource('pods').list({ limit: 1 })
    export const name: string | undefined = page.items[0]?.metadata.name
    // @ts-expect-error there is no such profile
    await startTestServer({ profile: 'swarm' })
    `,
  )
  const settings = ['--noEmit', '--strict', '--target', 'es2024', '--lib', 'es2024,esnext.disposable']
  const modules = ['--module', 'nodenext', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
  runIn(project, join(ROOT, 'node_modules/.bin/tsc'), ...settings, ...modules, 'typed.ts')
})
