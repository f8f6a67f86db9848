import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { isProxied, splitProxied } from './proxied-name.ts'

const NAMES: readonly [string, ReturnType<typeof splitProxied>][] = [
  ['web', { scheme: '', name: 'web', port: '' }],
  ['web:80', { scheme: '', name: 'web', port: '80' }],
  ['web:', { scheme: '', name: 'web', port: '' }],
  ['https:web:', { scheme: 'https', name: 'web', port: '' }],
  ['http:web:http', { scheme: 'http', name: 'web', port: 'http' }],
  ['ftp:web:21', undefined],
  [':80', undefined],
  ['', undefined],
  ['a:b:c:d', undefined],
]
for (const [text, split] of NAMES) test(`'${text}' is taken apart`, () => deepEqual(splitProxied(text), split))

test('nothing is sent to this machine, to this link, or to nobody', () => {
  for (const address of ['10.1.2.3', '192.168.0.1', 'fd00::1', '2001:db8::1']) equal(isProxied(address), true)
  for (const address of [
    '',
    '127.0.0.1',
    '0.0.0.0',
    '169.254.1.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
  ])
    equal(isProxied(address), false)
})
