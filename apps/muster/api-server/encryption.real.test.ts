/** Nothing of a Secret is on the disk in plain: not in the store, not in its log, and not after a crash. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { type ApiProcess, startApi } from './api-process.ts'
import { addressIn } from './kubeconfig-address.ts'

const home = mkdtempSync(join(tmpdir(), 'muster-encryption-'))
after(() => rmSync(home, { recursive: true, force: true }))

const SECRETS = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }
const CONFIG_MAPS = { ...SECRETS, kind: 'ConfigMap', plural: 'configmaps' }
const MARKS = ['first-words-of-it', 'second-words-of-it']
const base64 = (text: string) => Buffer.from(text).toString('base64')
const secret = (name: string, text: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'default' },
  data: { word: base64(text) },
})

/** Every file below the store that holds a text. */
function filesWith(text: string): string[] {
  const files = readdirSync(join(home, 'default', 'data', 'store'), { recursive: true, withFileTypes: true }).filter(
    (one) => one.isFile(),
  )
  return files.map(({ parentPath, name }) => join(parentPath, name)).filter((file) => readFileSync(file).includes(text))
}
const inPlain = (): string[] => MARKS.flatMap((mark) => [...filesWith(mark), ...filesWith(base64(mark))])

async function during(
  flags: readonly string[],
  ask: (client: Client, api: ApiProcess) => Promise<void>,
  end: 'kill' | 'stop',
) {
  const api = await startApi(home, ...flags)
  const connection = connectTo(addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url), systemClock)
  try {
    await ask(createClient({ send: connection.send, userAgent: 'test' }), api)
  } finally {
    connection.close()
    await api[end]()
  }
}

const wordOf = async (client: Client, name: string): Promise<unknown> => {
  const { data } = await client.resource(SECRETS).get({ namespace: 'default', name })
  return data
}

test('a Secret is written, changed and read, and its words are nowhere on the disk', { timeout: 120_000 }, async () => {
  await during(
    [],
    async (client) => {
      const secrets = client.resource(SECRETS)
      await secrets.create(secret('one', MARKS[0] ?? ''))
      await secrets.update(secret('one', MARKS[1] ?? ''))
      await client.resource(CONFIG_MAPS).create({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'plain', namespace: 'default' },
        data: { word: 'nothing-secret-about-it' },
      })
      deepEqual(await wordOf(client, 'one'), { word: base64(MARKS[1] ?? '') })
      deepEqual(inPlain(), [])
    },
    'kill',
  )
  deepEqual(inPlain(), [])
  ok(filesWith('nothing-secret-about-it').length > 0, 'the test would find what is in plain')
  ok(filesWith('muster:enc:erasable:v1:').length > 0)
  for (const file of ['encryption.yaml', 'data-keys'])
    equal(statSync(join(home, 'default', 'data', 'keys', file)).mode & 0o777, 0o600)
})

test('after a restart it is read again; with keys of another file it is sealed anew', {
  timeout: 120_000,
}, async () => {
  const own = readFileSync(join(home, 'default', 'data', 'keys', 'encryption.yaml'), 'utf8')
  const [, secretOfKey = ''] = /secret: (\S+)/.exec(own) ?? []
  const file = join(home, 'other.yaml')
  const key = Buffer.alloc(32, 7).toString('base64')
  const erasable = `  - erasable: { keys: [{ name: key1, secret: ${secretOfKey} }] }`
  const start = own.slice(own.indexOf('apiVersion'), own.indexOf('  - erasable'))
  writeFileSync(file, `${start}  - aesgcm: { keys: [{ name: mine, secret: ${key} }] }\n${erasable}\n`)
  await during(
    ['--encryption-provider-config', file],
    async (client) => {
      deepEqual(await wordOf(client, 'one'), { word: base64(MARKS[1] ?? '') })
      ok(filesWith('k8s:enc:aesgcm:v1:mine:').length > 0)
    },
    'stop',
  )
  deepEqual(inPlain(), [])
})
