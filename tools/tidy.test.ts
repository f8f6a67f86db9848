// The rules and their planted breaches are in tools/tidy: walls, words, doc-comments and blank, each with its test.
import { deepEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { ROOMS } from './layers.ts'
import { tidy } from './tidy.ts'
import { readTree } from './tree.ts'

test('tidy finds nothing in this house', () => {
  const sources = readTree()
  ok(sources.length > 50, 'the house is read')
  deepEqual(tidy(sources), [])
})

test('findings come by file and line, and two of a kind in one line are said once', () => {
  deepEqual(
    tidy([
      { path: 'store/b.ts', text: 'fetch(a), fetch(b)\nconst at = Date.now()' },
      { path: 'store/a.ts', text: "console.log()\nimport '@muster/api/kind.ts'" },
    ]),
    [
      'store/b.ts:1: fetch; use a transport that is passed in instead',
      'store/b.ts:2: Date; use the Clock that is passed in instead',
      'store/a.ts:1: console; use the Logger that is passed in instead',
      'store/a.ts:2: store may not import api/kind.ts; use base instead',
    ],
  )
})

test('the arrows lead to rooms of the table, and never in a circle', () => {
  const reaches = (name: string, passed: readonly string[] = []): void => {
    ok(!passed.includes(name), `a circle: ${[...passed, name].join(' → ')}`)
    const room = ROOMS.find((candidate) => candidate.name === name)
    ok(room, `${name} is in the table`)
    for (const below of room.imports) if (!below.includes('*')) reaches(below, [...passed, name])
  }
  for (const { name } of ROOMS) reaches(name)
})
