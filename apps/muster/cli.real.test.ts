/** The command line as it is typed, against a server that is a process of its own. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@muster/base/system.ts'
import { parseFields } from './store-api/fields.ts'
import { BODY_BYTES_MAX } from './store-server/http.ts'
import { type ServerProcess, startServer } from './store-tour/server-process.ts'
import { ownEntry } from './workers.ts'

const directory = mkdtempSync(join(tmpdir(), 'muster-cli-'))
const data = join(directory, 'store')
let server: ServerProcess

before(async () => {
  server = await startServer(data, systemClock)
})

after(async () => {
  await server.kill()
  rmSync(directory, { recursive: true, force: true })
})

function start(argv: readonly string[]) {
  const child = spawn(process.execPath, [fileURLToPath(ownEntry), ...argv], {
    env: { ...process.env, MUSTER_STORE: server.url, LANG: 'C', LC_ALL: 'C' },
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (words: string) => {
    said.out += words
  })
  child.stderr.setEncoding('utf8').on('data', (words: string) => {
    said.err += words
  })
  const ended = once(child, 'close').then(() => ({ ...said, exit: child.exitCode }))
  return { child, said, ended }
}

async function muster(...argv: readonly string[]) {
  const { child, ended } = start(argv)
  child.stdin.end()
  return ended
}

const revisionIn = (out: string): number => Number(/revision (\d+)/.exec(out)?.[1])

test('put, get, conflict, history, delete: the first five minutes with a key', async () => {
  const first = await muster('store', 'put', 'greeting', 'hello', '--reason', 'first try', '--as', 'li@desk')
  equal(first.exit, 0, first.err)
  equal((await muster('store', 'get', 'greeting')).out, 'hello')
  const seen = revisionIn(first.out)
  const second = await muster('store', 'put', 'greeting', 'hi', '--if-revision', String(seen), '--reason', 'shorter')
  equal(second.exit, 0, second.err)

  const late = await muster('store', 'put', 'greeting', 'hey', '--if-revision', String(seen))
  equal(late.exit, 4)
  match(
    late.err,
    /^error\[MUS0202\]: key "greeting" is at revision \d+, not at \d+\n {2}where: .*\n {2}why: .*"shorter"\n/,
  )
  equal((await muster('store', 'put', 'greeting', 'hey', '--if-absent')).exit, 4)

  equal((await muster('store', 'get', 'greeting', '--at', String(seen))).out, 'hello')
  const { out } = await muster('store', 'history', 'greeting')
  const [head = '', ...rows] = out.trimEnd().split('\n')
  match(head, /^REVISION +WHEN +WHO +WHY +CHANGE$/)
  match(rows[0] ?? '', /li@desk +first try +created hello$/)
  match(rows[1] ?? '', /shorter +hello → hi$/)

  equal((await muster('store', 'delete', 'greeting')).exit, 0)
  const gone = await muster('store', 'get', 'greeting')
  deepEqual([gone.exit, gone.out], [1, ''])
  match(gone.err, /^error\[MUS0203\]/)
  equal((await muster('store', 'delete', 'greeting')).exit, 1)
})

test('bytes go in through a pipe and come out the same', async () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  const { child, ended } = start(['store', 'put', 'bytes', '-'])
  child.stdin.end(bytes)
  equal((await ended).exit, 0)
  const json = parseFields(Buffer.from((await muster('store', 'get', 'bytes', '-o', 'json')).out))
  equal(json.text('base64'), bytes.toString('base64'))
})

test('json is one value a line, for the commands after the pipe', async () => {
  await muster('store', 'put', 'json/a', '1')
  const list = parseFields(Buffer.from((await muster('store', 'get', '--prefix', 'json/', '-o', 'json')).out))
  deepEqual(
    list.list('entries').map((entry) => entry.text('key')),
    ['json/a'],
  )
  const versions = parseFields(Buffer.from((await muster('store', 'history', 'json/a', '-o', 'json')).out))
  equal(versions.list('versions').length, 1)
  const status = parseFields(Buffer.from((await muster('store', 'status', '-o', 'json')).out))
  ok(status.revision('head') > 0)
})

test('a watch follows, and Ctrl-C says how to go on', {
  skip: process.platform === 'win32' && 'needs signals',
}, async () => {
  const { child, said, ended } = start(['store', 'watch', 'follow/', '-o', 'json'])
  await until(() => said.err.includes('watching'))
  await muster('store', 'put', 'follow/a', '1')
  await muster('store', 'put', 'other', '1')
  await muster('store', 'put', 'follow/b', '2')
  await until(() => said.out.split('\n').length > 2)
  child.kill('SIGINT')
  const { exit, out, err } = await ended
  equal(exit, 130)
  const events = out
    .trimEnd()
    .split('\n')
    .map((line) => parseFields(Buffer.from(line)))
  deepEqual(
    events.map((event) => event.text('key')),
    ['follow/a', 'follow/b'],
  )
  match(err, new RegExp(`store watch follow/ --after ${events[1]?.revision('revision')}\n$`))
})

test('a lease takes its key along', async () => {
  const lease = (await muster('store', 'lease', 'grant', '60')).out.trim()
  equal((await muster('store', 'put', 'leased', 'x', '--lease', lease)).exit, 0)
  equal((await muster('store', 'lease', 'keep-alive', lease)).exit, 0)
  equal((await muster('store', 'lease', 'revoke', lease)).exit, 0)
  equal((await muster('store', 'get', 'leased')).exit, 1)
  match((await muster('store', 'lease', 'revoke', lease)).err, /^error\[MUS0214\]/)
})

test('compaction asks first, and the command that it prints does it', async () => {
  await muster('store', 'put', 'compacted', 'one')
  const { out } = await muster('store', 'put', 'compacted', 'two')
  const refused = await muster('store', 'compact', '--keep-last', '0')
  equal(refused.exit, 5)
  const next = /store compact --horizon (\d+) --yes/.exec(refused.err)?.[1]
  ok(Number(next) >= revisionIn(out))
  equal((await muster('store', 'compact', '--horizon', String(next), '--yes')).exit, 0)
  const past = await muster('store', 'get', 'compacted', '--at', String(Number(next) - 1))
  equal(past.exit, 1)
  match(past.err, /^error\[MUS0204\]/)
  equal((await muster('store', 'get', 'compacted')).out, 'two')
})

test('a snapshot is whole, and never written over another file', async () => {
  const file = join(directory, 'all.snapshot')
  equal((await muster('store', 'snapshot', file)).exit, 0)
  const before = readFileSync(file)
  ok(before.length > 0)
  const again = await muster('store', 'snapshot', file)
  equal(again.exit, 1)
  match(again.err, /^error\[MUS0107\]/)
  deepEqual(readFileSync(file), before)
  match((await muster('store', 'snapshot', join(directory, 'no/such/place'))).err, /^error\[MUS0108\]/)
})

test('a snapshot becomes a new store, with its history and revisions of its own', async () => {
  await muster('store', 'put', 'restored', 'one')
  const { out } = await muster('store', 'put', 'restored', 'two', '--reason', 'before the snapshot')
  const file = join(directory, 'restore.snapshot')
  equal((await muster('store', 'snapshot', file)).exit, 0)
  const place = join(directory, 'restored')
  const done = await muster('store', 'restore', file, place)
  equal(done.exit, 0, done.err)
  const again = await muster('store', 'restore', file, place)
  equal(again.exit, 1)
  match(again.err, /^error\[MUS0107\]/)

  const other = await startServer(place, systemClock)
  try {
    notEqual(other.storeId, server.storeId)
    const there = ['--server', other.url]
    equal((await muster('store', 'get', 'restored', ...there)).out, 'two')
    match((await muster('store', 'history', 'restored', ...there)).out, /before the snapshot +one → two\n/)
    ok(revisionIn((await muster('store', 'put', 'restored', 'three', ...there)).out) > revisionIn(out) + 1_000_000)
  } finally {
    await other.kill()
  }
  writeFileSync(file, readFileSync(file).subarray(0, -20))
  const damaged = await muster('store', 'restore', file, `${place}-2`)
  match(damaged.err, /^error\[MUS0210\]/)
  ok(!existsSync(`${place}-2`))
})

test('a directory and a port have one server at a time', async () => {
  const locked = await muster('store', 'serve', '--directory', data, '--port', '0')
  equal(locked.exit, 1)
  match(locked.err, /^error\[MUS0211\]: .*\n {2}where: .*\n/)
  const taken = await muster('store', 'serve', '--memory', '--port', new URL(server.url).port)
  equal(taken.exit, 1)
  match(taken.err, /^error\[MUS0003\]: port \d+ is in use\n/)
})

test('the server reads no more of a body than a commit can need', async () => {
  const body = Buffer.alloc(BODY_BYTES_MAX + 1, ' ')
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/v1/commit`, { method: 'POST', headers, body })
  equal(response.status, 413)
  equal(parseFields(await response.bytes()).text('reason'), 'TooLarge')
})

test('a reader that goes away leaves no watch behind', async () => {
  const watches = async () => parseFields(await (await fetch(`${server.url}/v1/status`)).bytes()).count('watches')
  const before = await watches()
  const reader = new AbortController()
  await fetch(`${server.url}/v1/watch`, { signal: reader.signal })
  equal(await watches(), before + 1)
  reader.abort()
  await until(async () => (await watches()) === before)
})

test('stopped politely or killed, the server opens again with all it acknowledged', async () => {
  await muster('store', 'put', 'kept', 'politely')
  equal(await server.stop(), 0)
  match((await muster('store', 'get', 'kept')).err, /^error\[MUS0201\]: no store server answers/)
  server = await startServer(data, systemClock)
  equal((await muster('store', 'get', 'kept')).out, 'politely')
  await muster('store', 'put', 'kept', 'killed')
  await server.kill()
  server = await startServer(data, systemClock)
  equal((await muster('store', 'get', 'kept')).out, 'killed')
})

test('a watch outlives its server, and misses nothing', async () => {
  const { child, said, ended } = start(['store', 'watch', 'outlive/', '-o', 'json'])
  await until(() => said.err.includes('watching'))
  await muster('store', 'put', 'outlive/a', '1')
  await until(() => said.out.includes('outlive/a'))
  const { port } = new URL(server.url)
  await server.kill()
  await until(() => said.err.includes('trying again'))
  server = await startServer(data, systemClock, Number(port))
  await muster('store', 'put', 'outlive/b', '2')
  await until(() => said.out.includes('outlive/b'))
  child.kill('SIGTERM')
  equal((await ended).out.trimEnd().split('\n').length, 2)
})

/** Waits for something that another process does; the limit is for a machine that is very busy. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < 400; look++) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  ok(false, 'it never came to be')
}
