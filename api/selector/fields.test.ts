import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { exactField, formatFields, METADATA_FIELDS, matchesFields, parseFields, refuseUnknownFields } from './fields.ts'

const read = (field: string): string => (field === 'metadata.name' ? 'a,b' : '')

const READ: readonly [string, string, boolean][] = [
  ['', '', true],
  ['metadata.name=a\\,b', 'metadata.name=a\\,b', true],
  ['metadata.name==a', 'metadata.name=a', false],
  ['metadata.name!=a', 'metadata.name!=a', true],
  ['spec.nodeName=,metadata.name!=x', 'metadata.name!=x,spec.nodeName=', true],
  [',,', '', true],
  ['=', '', true],
]

for (const [text, written, chosen] of READ) {
  test(`'${text}' chooses ${chosen ? 'it' : 'others'}`, () => {
    const filter = parseFields(text)
    assert.equal(formatFields(filter), written)
    assert.equal(matchesFields(filter, read), chosen)
  })
}

// Drawn from a run of apimachinery v0.36.1.
const REFUSED: readonly [string, string][] = [
  ['a', "invalid selector: 'a'; can't understand 'a'"],
  ['b=c,a', "invalid selector: 'b=c,a'; can't understand 'a'"],
  ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
  ['a=\\b', 'invalid field selector: invalid escape sequence: \\b'],
  ['a=b\\', 'invalid field selector: invalid escape sequence: \\'],
]

for (const [text, why] of REFUSED) {
  test(`'${text}' is refused`, () => assert.throws(() => parseFields(text), { code: 'BadRequest', message: why }))
}

test('every value can be asked for, and no text breaks the parser', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: fc.constantFrom(...'ab,=!\\') }), (value, text) => {
      const filter = [{ field: 'a', operator: '=', value }] as const
      assert.deepEqual(parseFields(formatFields(filter)), filter)
      try {
        const parsed = parseFields(text)
        assert.deepEqual(parseFields(formatFields(parsed)), parsed)
      } catch (error) {
        assert.ok(isControlError(error))
      }
    }),
    { seed: 1, numRuns: 1000 },
  )
})

test('an index is asked for the one value that will do', () => {
  assert.equal(exactField(parseFields('spec.nodeName=n'), 'spec.nodeName'), 'n')
  assert.equal(exactField(parseFields('spec.nodeName!=n'), 'spec.nodeName'), undefined)
})

test('a field that the kind does not know is refused, in the words of that kind', () => {
  assert.throws(() => refuseUnknownFields(parseFields('spec.a=b'), METADATA_FIELDS), {
    code: 'BadRequest',
    message: '"spec.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
  })
  const pods = { fields: ['metadata.name', 'spec.nodeName'], says: 'not supported' } as const
  assert.throws(() => refuseUnknownFields(parseFields('spec.a=b'), pods), {
    message: 'field label not supported: spec.a',
  })
  refuseUnknownFields(parseFields('spec.nodeName=b,metadata.name!=c'), pods)
})
