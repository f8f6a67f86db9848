import { deepEqual, equal, match, ok, throws } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { secondsArgument } from './program/arguments.ts'
import { run } from './run.ts'
import { VERSION } from './version.ts'

/** A port that was free a moment ago, so nobody answers there. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

const NOBODY = ['--server', `http://127.0.0.1:${await freePort()}`]

async function muster(...argv: readonly string[]) {
  let out = ''
  let err = ''
  const stdout = { write: (chunk: string | Uint8Array) => (out += Buffer.from(chunk).toString('utf8')) }
  const stderr = { write: (chunk: string | Uint8Array) => (err += Buffer.from(chunk).toString('utf8')) }
  const exit = await run({ argv, env: {}, stdout, stderr, invokedAs: 'muster' })
  return { exit, out, err }
}

test('the version is data', async () => {
  const { exit, out, err } = await muster('--version')
  equal(exit, 0)
  equal(out, `${VERSION}\n`)
  equal(err, '')
})

test('help starts with examples, in the language asked for', async () => {
  const english = await muster('store', 'put', '--help')
  equal(english.exit, 0)
  match(english.out, /^Examples:\n {2}muster store put .*\n/)
  const chinese = await muster('store', 'put', '--help', '--lang', 'zh')
  match(chinese.out, /^示例：\n {2}muster store put /)
})

for (const [argv, exit, says] of [
  [['stor'], 1, /error\[MUS0101\]: unknown command 'stor'\n {2}why: {3}Did you mean store\?/],
  [['store', 'put', 'a'], 1, /error\[MUS0101\]: missing required argument 'value'/],
  [['store', 'put', 'a', 'b', '--if-absent', '--if-revision', '1'], 1, /cannot be used with option '--if-absent'/],
  [['store', 'put', 'a', 'b', '--if-revision', 'x'], 1, /'--if-revision <revision>' argument 'x' is invalid/],
  [['store', 'put', 'a', 'b', '--reasn', 'x'], 1, /unknown option '--reasn'\n {2}why: {3}Did you mean --reason\?/],
  [['store', 'get'], 1, /wanted either a key or '--prefix <prefix>'/],
  [['store', 'compact'], 1, /wanted either '--horizon <revision>' or '--keep-last <count>'/],
  [['store', 'lease', 'grant', 'soon'], 1, /'soon' is invalid/],
  [['store', 'serve', '--port', '70000'], 1, /argument '70000' is invalid/],
  [['store', 'serve', '--memory', '--directory', 'x'], 1, /cannot be used with option/],
  [['store', 'serve', '--listen', '0.0.0.0'], 5, /error\[MUS0103\]: will not listen on 0\.0\.0\.0/],
  [['store', 'status', '--server', 'nowhere'], 1, /error\[MUS0101\]: "nowhere" is no address/],
  [
    ['store', 'status', ...NOBODY],
    1,
    /error\[MUS0201\]: no store server answers at .*\n {2}why: .*\n {2}next: {2}muster store serve/,
  ],
  [['store', 'put', 'a', 'b', ...NOBODY], 1, /error\[MUS0201\]/],
  [['explain', 'MUS9999'], 1, /error\[MUS0104\]/],
  [['tour', '4'], 1, /error\[MUS0105\]: nothing to play yet/],
  [['tour', '11'], 1, /error\[MUS0101\]: there is no system "11"/],
] as const) {
  test(`muster ${argv.join(' ')} exits ${exit} and says why`, async () => {
    const answer = await muster(...argv)
    match(answer.err, says)
    equal(answer.exit, exit)
    match(answer.err, /\n {2}next: {2}.*muster explain MUS\d{4}/)
  })
}

test('lengths of time are read with their unit', () => {
  deepEqual(['10', '10s', '1.5m', '2h'].map(secondsArgument), [10, 10, 90, 7200])
  for (const word of ['0', '-1', '10d', 's', '']) throws(() => secondsArgument(word), /length of time/)
})

test('a page is explained in both languages, and all are listed', async () => {
  match((await muster('explain', 'mus0201')).out, /^MUS0201 {2}No store server answers\n/)
  match((await muster('explain', 'MUS0201', '--lang', 'zh')).out, /^MUS0201 {2}没有存储服务器应答\n/)
  const { out, exit } = await muster('explain')
  equal(exit, 0)
  ok(out.split('\n').length > 20)
})

test('the tour lists the ground and ten systems, and each can be looked at', async () => {
  const { out, exit } = await muster('tour')
  equal(exit, 0)
  for (let number = 0; number <= 10; number++) match(out, new RegExp(`^ *${number} {2}\\S`, 'm'))
  match((await muster('tour', '--lang', 'zh')).out, /尚无/)
  match((await muster('tour', '4', '--ascii')).out, /\[--\] not yet {2}/)
})
