import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { explainJson } from './explain-json.ts'
import { parseJson } from './parse-json.ts'
import { JSON_DEPTH_MAX } from './schema/json-text.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string, strict = false) => parseJson(bytes(text), { strict })

// Drawn from a run of Go: what its parser says of each.
const REFUSED: readonly [string, string][] = [
  ['', 'unexpected end of JSON input'],
  [' {', 'unexpected end of JSON input'],
  ['{"a":"b', 'unexpected end of JSON input'],
  ['{}}', "invalid character '}' after top-level value"],
  ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 "b"}', `invalid character '"' after object key:value pair`],
  ['[1 2]', "invalid character '2' after array element"],
  ['[1,]', "invalid character ']' looking for beginning of value"],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string"],
  ['[01]', "invalid character '1' after array element"],
  ['[-]', "invalid character ']' in numeric literal"],
  ['[1.]', "invalid character ']' after decimal point in numeric literal"],
  ['[1e+]', "invalid character ']' in exponent of numeric literal"],
  ['1e', "invalid character ' ' in exponent of numeric literal"],
  ['[truth]', "invalid character 't' in literal true (expecting 'e')"],
  ['nul', "invalid character ' ' in literal null (expecting 'l')"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
  ['é', "invalid character 'Ã' looking for beginning of value"],
  ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ['kind: Pod', "invalid character 'k' looking for beginning of value"],
]

for (const [text, why] of REFUSED) {
  test(`${JSON.stringify(text)} is refused`, () =>
    assert.throws(() => parse(text), { code: 'BadRequest', message: why }))
}

test('bytes that are no UTF-8 are refused', () => {
  assert.throws(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]), { strict: false }), {
    message: 'the body is not valid UTF-8',
  })
})

test('fields given twice are told of where somebody asks; the last of them counts', () => {
  const text = '{"spec":{"a":1,"a":2,"list":[{"b":1},{"b":1,"\\u0062":2,"b":3}]},"spec2":{"a":"\\"a\\":"}}'
  assert.deepEqual(parse(text, true).doubles, ['duplicate field "spec.a"', 'duplicate field "spec.list[1].b"'])
  assert.deepEqual(parse(text), {
    value: { spec: { a: 2, list: [{ b: 1 }, { b: 3 }] }, spec2: { a: '"a":' } },
    doubles: [],
  })
})

test('only so many doubles are told of', () => {
  const text = `{${Array.from({ length: 300 }, (_, at) => `"f${at % 150}":1`).join()}}`
  assert.equal(parse(text, true).doubles.length, 100)
})

test('a body may be deep, but not as deep as it likes', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth)
  assert.ok(parse(nested(JSON_DEPTH_MAX)).value)
  assert.throws(() => parse(nested(JSON_DEPTH_MAX + 1)), { code: 'BadRequest', message: /^exceeded max depth/ })
  assert.throws(() => parse(nested(1_000_000)), { message: /^exceeded max depth/ })
  assert.throws(() => parse('['.repeat(1_000_000)), { message: 'unexpected end of JSON input' })
})

test('a number is what was written, or is refused', () => {
  const kept = [
    '9007199254740991',
    '-9007199254740991',
    '10000000000000000',
    '9223372036854775808',
    '1e300',
    '1.2345678901234567',
  ]
  for (const text of kept) assert.equal(parse(text).value, Number(text))
  const message = /^the number 9007199254740993 cannot be kept exactly: whole numbers may be at most 9007199254740991$/
  assert.throws(() => parse('{"a":[9007199254740993]}'), { code: 'BadRequest', message })
  assert.throws(() => parse('9223372036854775807'), { code: 'BadRequest' })
  assert.throws(() => parse('[-1e999]'), {
    message: 'json: cannot unmarshal number -1e999 into Go value of type float64',
  })
  assert.deepEqual(parse('{"a":"9007199254740993","b":"1e999"}').value, { a: '9007199254740993', b: '1e999' })
})

test('no name is special', () => {
  const { value } = parse('{"__proto__":{"a":9007199254740992},"constructor":1}')
  assert.equal(JSON.stringify(value), '{"__proto__":{"a":9007199254740992},"constructor":1}')
})

test('whatever the bytes, the answer is a value or a refusal', () => {
  const token = fc.constantFrom('{', '}', '[', ']', ':', ',', '"a"', '"\\', '1', '-', 'true', 'nul', ' ', 'é')
  const texts = fc.array(token, { maxLength: 12 }).map((tokens) => bytes(tokens.join('')))
  let read = 0
  fc.assert(
    fc.property(fc.oneof(texts, fc.uint8Array()), (body) => {
      try {
        parseJson(body, { strict: true })
        read++
      } catch (error) {
        assert.ok(isControlError(error) && error.code === 'BadRequest')
        assert.doesNotMatch(error.message, /SyntaxError/)
      }
    }),
    { seed: 1, numRuns: 5000 },
  )
  assert.ok(read > 50)
})

test('what is written is read, and nothing is wrong with it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(parse(text, true).value, JSON.parse(text))
      assert.equal(explainJson(text), undefined)
    }),
    { seed: 1, numRuns: 500 },
  )
})
