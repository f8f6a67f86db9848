import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { ControlError, ERRORS, hasCode } from '@muster/base/errors.ts'
import { PAGE_OF_ERROR, PAGES } from './explain/pages.ts'
import { text } from './terminal/language.ts'
import { terminalFor } from './terminal/terminal.ts'
import { tell, trouble } from './trouble.ts'

function told(error: unknown, argv: readonly string[] = []) {
  let written = ''
  const stdout = { write: () => ok(false, 'errors are no data') }
  const stderr = { write: (chunk: string | Uint8Array) => (written += chunk) }
  const exit = tell(terminalFor({ argv, env: {}, stdout, stderr, invokedAs: 'muster' }), error)
  return { exit, lines: written.trimEnd().split('\n') }
}

test('an error says what, where, why and what to run next', () => {
  const error = trouble('MUS0202', {
    what: text('key "a" has changed', '键 "a" 已被修改'),
    where: text('server x', '服务器 x'),
    why: text('li was faster', '李更快'),
    next: ['muster store history a'],
  })
  deepEqual(told(error), {
    exit: 4,
    lines: [
      'error[MUS0202]: key "a" has changed',
      '  where: server x',
      '  why:   li was faster',
      '  next:  muster store history a   |  muster explain MUS0202',
    ],
  })
  equal(told(error, ['--lang', 'zh']).lines[0], 'error[MUS0202]: 键 "a" 已被修改')
  equal(hasCode(error, 'Conflict'), true)
})

test('an error that nobody described still has its page, its cause and its exit code', () => {
  const { exit, lines } = told(new ControlError('StorageFull', 'no room', new Error('ENOSPC')))
  equal(exit, 1)
  deepEqual(lines, ['error[MUS0209]: no room', '  why:   ENOSPC', '  next:  muster explain MUS0209'])
  equal(told(new ControlError('Timeout', 'x')).exit, 3)
})

test('a fault of our own is told with the lines that led to it', () => {
  const { lines } = told(new TypeError('broken promise: x'))
  equal(lines[0], 'error[MUS0901]: broken promise: x')
  ok(lines.some((line) => line.includes('trouble.test.ts')))
  equal(told('a word').lines[0], 'error[MUS0901]: a word')
})

test('every error of the table has a page, and every page is written in both languages', () => {
  for (const code of Object.keys(ERRORS)) ok(Object.hasOwn(PAGE_OF_ERROR, code), code)
  for (const [code, page] of Object.entries(PAGES)) {
    ok(/^MUS\d{4}$/.test(code), code)
    for (const part of [page.title, page.meaning, page.causes, page.cure]) {
      ok(part.en.length > 0 && /\p{Script=Han}/u.test(part.zh), `${code}: ${part.en}`)
    }
  }
})
