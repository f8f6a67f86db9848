import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { languageOf } from './language.ts'
import { tableLines } from './table.ts'
import { terminalFor, type World } from './terminal.ts'
import { shorten, visible, widthOf } from './width.ts'

const world = (over: Partial<World> = {}): World => ({
  argv: [],
  env: {},
  stdout: { write() {}, isTTY: true, columns: 80 },
  stderr: { write() {}, isTTY: false },
  invokedAs: 'muster',
  ...over,
})

for (const [flag, env, language] of [
  [undefined, {}, 'en'],
  [undefined, { LANG: 'zh_CN.UTF-8' }, 'zh'],
  [undefined, { LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' }, 'en'],
  [undefined, { LANG: 'C.UTF-8' }, 'en'],
  ['zh', { LANG: 'en_US.UTF-8' }, 'zh'],
  ['en', { LANG: 'zh_TW' }, 'en'],
] as const) {
  test(`--lang ${flag ?? '(none)'} with ${JSON.stringify(env)} speaks ${language}`, () => {
    equal(languageOf(flag, env), language)
  })
}

test('colours only on a screen, and never against NO_COLOR, --no-color or a dumb terminal', () => {
  const colors = (over: Partial<World>) => terminalFor(world(over)).data.colors.isColorSupported
  equal(colors({}), true)
  equal(colors({ env: { NO_COLOR: '1' } }), false)
  equal(colors({ env: { TERM: 'dumb' } }), false)
  equal(colors({ argv: ['--no-color'] }), false)
  equal(colors({ stdout: { write() {} } }), false)
  equal(colors({ stdout: { write() {} }, env: { FORCE_COLOR: '1' } }), true)
  equal(colors({ env: { FORCE_COLOR: '1', NO_COLOR: '1' } }), false)
  equal(terminalFor(world()).notes.colors.isColorSupported, false, 'each stream by itself')
})

test('flags after -- are values', () => {
  const terminal = terminalFor(world({ argv: ['store', 'put', 'a', '--', '--ascii', '--lang', 'zh'] }))
  equal(terminal.glyphs.healthy, '✔')
  equal(terminal.language, 'en')
})

test('every state has a shape of its own, with Unicode and without', () => {
  for (const argv of [[], ['--ascii']]) {
    const shapes = Object.values(terminalFor(world({ argv })).glyphs)
    equal(new Set(shapes).size, shapes.length)
  }
  ok(Object.values(terminalFor(world({ argv: ['--ascii'] })).glyphs).every((glyph) => /^[\x20-\x7e]+$/.test(glyph)))
})

test('Han and emoji take two columns, and a cut falls between characters', () => {
  deepEqual(['abc', '存储', 'e\u0301', '🙂'].map(widthOf), [3, 4, 1, 2])
  equal(shorten('存储服务器', 10), '存储服务器')
  equal(shorten('存储服务器', 7), '存储服…')
  equal(shorten('abcdef', 4), 'abc…')
})

test('what others wrote cannot steer the terminal', () => {
  equal(visible('a\x1b[31mred\n\tb\u202e'), 'a\\u001b[31mred\\n\\tb\\u202e')
})

test('only the last column of a table is cut', () => {
  const lines = tableLines(
    ['KEY', 'VALUE'],
    [
      ['a-rather-long-key', 'v'.repeat(60)],
      ['b', 'short'],
    ],
    50,
  )
  deepEqual(lines, ['KEY                 VALUE', `a-rather-long-key   ${'v'.repeat(29)}…`, 'b                   short'])
})
