import { deepEqual, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Capability } from './capabilities/capability.ts'
import { SYSTEMS } from './capabilities.ts'

const ROOT = join(import.meta.dirname, '../..')

test('the systems are the ground and ten more, in order', () => {
  deepEqual(
    SYSTEMS.map(({ number }) => number),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
})

for (const { number, name, promise, capabilities } of SYSTEMS) {
  test(`system ${number}, ${name.en}, says what it does in both languages and names tests that exist`, () => {
    // More than a page of them is not read.
    ok(capabilities.length >= 6 && capabilities.length <= 32)
    for (const { zh } of [name, promise]) ok(/\p{Script=Han}/u.test(zh), zh)
    for (const { ask, command, test } of capabilities) {
      ok(ask.en && command, ask.en)
      ok(/\p{Script=Han}/u.test(ask.zh), ask.zh)
      if (test !== null) ok(existsSync(join(ROOT, test)), `${ask.en}: there is no ${test}`)
    }
    deepEqual(new Set(capabilities.map(({ ask }) => ask.en)).size, capabilities.length, 'nothing is said twice')
  })
}

test('what works cannot be said without its proof', () => {
  const ask = { en: 'Fly', zh: '飞' }
  // @ts-expect-error: no test
  const unproved: Capability = { state: 'works', ask, command: 'muster fly', test: null }
  // @ts-expect-error: no command
  const unshown: Capability = { state: 'works', ask, test: 'fly.test.ts' }
  // @ts-expect-error: what is not there has no test
  const early: Capability = { state: 'not-yet', ask, command: 'muster fly', test: 'fly.test.ts' }
  ok(unproved && unshown && early)
})
