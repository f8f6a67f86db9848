import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { blank } from './blank.ts'
import { finds, findsInLine } from './planted.ts'

/** A text over what is left of it. */
const PICTURES = [
  [`const a = 'b // c' // 'd'`, `const a = '      '       `],
  [`'it\\'s' + "it's"`, `'     ' + "    "`],
  ['a /* b\nc */ d', 'a     \n     d'],
  [`\`a\${b}c\``, `\` \${b} \``],
  [`\`a\${\`b\${c}\`}d\``, `\` \${\` \${c}\`} \``],
  [`\`a\${{ b: {} }}c\``, `\` \${{ b: {} }} \``],
  ['a / b / c', 'a / b / c'],
  ['f(a) / b / c', 'f(a) / b / c'],
  [`a = /[/"]\\//`, 'a = /      /'],
  [`return /'/`, 'return / /'],
  ['#!/usr/bin/env node\na', '                   \na'],
] as const

for (const [text, code] of PICTURES) {
  test(`blank leaves of ${text} only the code`, () => {
    equal(blank(text).code, code)
    equal(blank(text).unclosedAt, undefined)
  })
}

test('blank hands out the comments with their places', () => {
  deepEqual(blank('a // b\n/* c */').comments, [
    { start: 2, end: 6, text: '// b' },
    { start: 7, end: 14, text: '/* c */' },
  ])
})

// What hides the rest of a file must not hide it in silence.
const UNCLOSED = 'a string, template or comment that never closes; use a closing mark instead'
finds('store/a.ts', UNCLOSED, ["const a = 'b", 'const a = `b', `const a = \`b\${c`, '/* b', "if (a) /'/.test(b)"])
findsInLine(2, 'store/a.ts', UNCLOSED, 'const a = 1\nconst b = `c\nDate.now()')

const DATE = 'Date; use the Clock that is passed in instead'
finds('store/a.ts', DATE, [
  `const a = /['\`]/, b = Date.now()`,
  'const half = all / 2 + Date.now() / 2',
  "const a = 'http://b' + Date.now()",
  `const a = \`\${b ? \`{\${c}\` : {}}\` + Date.now()`,
  `const a = '\\\\' + Date.now() + '\\''`,
])
findsInLine(2, 'store/a.ts', DATE, "const a = '/*'\nDate.now() // '*/'")
