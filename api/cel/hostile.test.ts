import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { between, seededRandom } from '@muster/base/random.ts'
import { CALL_COST_MAX, compile } from './compile.ts'
import { DYN, INT, listOf } from './type.ts'

const WORDS =
  'self . ? [ ] { } ( ) , : + - * / % ! == != < <= && || in true null 1 2.5 7u "a" b"x" r"\\d" has all map x y .all(x, .map( size( Object{ ` $ \\ \n // é'.split(
    ' ',
  )
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))

test(`whatever is written is compiled or refused in words (SEED=${seed})`, () => {
  const random = seededRandom(seed)
  let compiled = 0
  for (let round = 0; round < 4000; round++) {
    const text = Array.from({ length: between(random, 1, 9) }, () => WORDS[between(random, 0, WORDS.length - 1)]).join(
      round % 2 === 0 ? '' : ' ',
    )
    const made = compile(text, { self: DYN })
    if (made.compiled) compiled++
    else ok(made.why.length > 0, text)
  }
  ok(compiled > 20, `some of it means something: ${compiled}`)
})

for (const [what, text] of [
  ['nested parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
  ['nested lists', `${'['.repeat(5000)}${']'.repeat(5000)}`],
  ['a long chain of fields', `self${'.a'.repeat(5000)}`],
  ['a long sum', `1${' + 1'.repeat(5000)}`],
  ['nested conditions', `${'true ? 1 : '.repeat(2000)}2`],
  ['a text that is too long', `"${'a'.repeat(200_000)}"`],
] as const) {
  test(`${what} exhaust nothing`, () => {
    const made = compile(text, { self: DYN })
    ok(!made.compiled)
  })
}

test('a long conjunction is no deep tree', () => ok(compile(`true${' && true'.repeat(5000)}`, {}).compiled))

const HUGE = 'lists.range(100000)'
for (const [what, text] of [
  ['loops in loops', `${HUGE}.all(a, ${HUGE}.all(b, ${HUGE}.all(c, a + b + c >= 0)))`],
  ['a list that grows', `${HUGE}.map(a, ${HUGE}.map(b, b))`],
  ['sorting', `${HUGE}.sort().reverse().sort()`],
  ['a set', `sets.contains(${HUGE}, ${HUGE})`],
] as const) {
  test(`${what} end by their cost, in time`, () => {
    const made = compile(text, { self: listOf(INT) })
    ok(made.compiled, made.compiled ? '' : made.why)
    const self = { cel: 'list', size: 5000, at: (at: number) => BigInt(at) } as const
    const started = performance.now()
    const run = made.program.run((name) => (name === 'self' ? self : undefined), CALL_COST_MAX)
    ok(run.cancelled || (typeof run.value === 'object' && run.value !== null && 'cel' in run.value), text)
    ok(performance.now() - started < 5000, `${performance.now() - started} ms`)
  })
}
