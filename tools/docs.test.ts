import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { markdownTable } from './docs/markdown.ts'
import { replacePart, stalePages } from './docs.ts'

test('printed pages are as their tables in code say (npm run docs prints them anew)', () => {
  deepEqual(stalePages(), [])
})

test('only what stands between the marks is printed anew', () => {
  const text = 'a\n<!-- house -->\n\nold\n\n<!-- /house -->\nb'
  equal(replacePart(text, 'house', 'new'), 'a\n<!-- house -->\n\nnew\n\n<!-- /house -->\nb')
  equal(replacePart(replacePart(text, 'house', 'new'), 'house', 'old'), text)
  throws(() => replacePart(text, 'garden', 'new'), /garden/)
})

test('a table lines up, Chinese included', () => {
  equal(
    markdownTable(
      ['能力', 'b'],
      [
        ['地基', '`x`'],
        ['a', 'long'],
      ],
    ),
    ['| 能力 | b    |', '| ---- | ---- |', '| 地基 | `x`  |', '| a    | long |'].join('\n'),
  )
})
