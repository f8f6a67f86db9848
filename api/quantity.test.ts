import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import {
  addQuantities,
  approximateQuantity,
  canonicalQuantity,
  compareQuantities,
  countQuantity,
  DIGITS_MAX,
  formatQuantity,
  multiplyQuantity,
  negateQuantity,
  parseQuantity,
  quantityOf,
  readQuantity,
  subtractQuantities,
} from './quantity.ts'

// Drawn from a run of apimachinery v0.36.1: read, and written again.
const CANONICAL: readonly [string, string][] = [
  ['0', '0'],
  ['-0', '0'],
  ['1', '1'],
  ['+1', '+1'],
  ['0.5', '500m'],
  ['1.5', '1500m'],
  ['1.500', '1.500'],
  ['1000', '1k'],
  ['1500', '1500'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['0.1m', '100u'],
  ['1024', '1024'],
  ['1024Ki', '1Mi'],
  ['1025Ki', '1025Ki'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1.1Ki', '1126400m'],
  ['512Ki', '512Ki'],
  ['1e3', '1e3'],
  ['1000e0', '1e3'],
  ['12e4', '120e3'],
  ['1E6', '1E6'],
  ['1e-3', '1e-3'],
  ['1e-10', '1e-9'],
  ['0.5n', '1n'],
  ['-0.5n', '-1n'],
  ['9Ei', '9223372036854775807'],
  ['-9Ei', '-9223372036854775807'],
  ['8Ei', '9223372036854775807'],
  ['7Ei', '7Ei'],
  ['9223372036854775808', '9223372036854775808'],
  ['Mi', '0'],
  ['.', '0'],
  ['-', '0'],
  ['01', '01'],
]

for (const [text, canonical] of CANONICAL) {
  test(`${text} is written ${canonical}`, () => assert.equal(canonicalQuantity(text), canonical))
}

test('what has no suffix large enough grows digits; Kubernetes would drop the suffix', () => {
  assert.equal(canonicalQuantity('1000E'), '1000E')
  assert.equal(canonicalQuantity('1e21'), '1e21')
})

const FORM =
  /^quantities must match the regular expression '\^\(\[\+-\]\?\[0-9\.\]\+\)\(\[eEinumkKMGTP\]\*\[-\+\]\?\[0-9\]\*\)\$'$/
const NUMBER = /^unable to parse numeric part of quantity$/
const SUFFIX = /^unable to parse quantity's suffix$/

const REFUSED: readonly [string, RegExp][] = [
  ['', FORM],
  [' 1', FORM],
  ['1.2.3', FORM],
  ['1 Mi', FORM],
  ['one', FORM],
  ['1ki', SUFFIX],
  ['1Kib', FORM],
  ['1i', SUFFIX],
  ['1mm', SUFFIX],
  ['1e', SUFFIX],
  ['1-1', SUFFIX],
  ['Ei', NUMBER],
  ['e-20', NUMBER],
  [`1e${DIGITS_MAX + 1}`, SUFFIX],
  ['1'.repeat(DIGITS_MAX + 1), NUMBER],
]

for (const [text, why] of REFUSED) {
  test(`'${text.slice(0, 10)}' is refused`, () => {
    const reading = readQuantity(text)
    assert.match(reading.read ? '' : reading.why, why)
    assert.throws(() => parseQuantity(text === ' 1' ? 'x' : text), { code: 'BadRequest' })
  })
}

test('at the limit of digits it is still read at once', () => {
  assert.ok(readQuantity('1'.repeat(DIGITS_MAX)).read)
  assert.equal(canonicalQuantity(`1e${DIGITS_MAX}`), `10e${DIGITS_MAX - 1}`)
  assert.equal(canonicalQuantity('1e-2000000000'), '1e-9')
})

test('a number of JSON is a quantity too', () => {
  assert.equal(canonicalQuantity(0.1), '100m')
  assert.equal(canonicalQuantity(2), '2')
  assert.equal(canonicalQuantity(' 2Gi '), '2Gi')
})

test('sums keep the way of the first, and of the second when the first is zero', () => {
  const sum = (one: string, other: string) => formatQuantity(addQuantities(parseQuantity(one), parseQuantity(other)))
  assert.equal(sum('1Gi', '1k'), '1073742824')
  assert.equal(sum('1Gi', '1Gi'), '2Gi')
  assert.equal(sum('0', '1Gi'), '1Gi')
  assert.equal(sum('1500m', '500m'), '2')
  assert.equal(sum('1e3', '1'), '1001')
  assert.equal(formatQuantity(subtractQuantities(parseQuantity('1Gi'), parseQuantity('512Mi'))), '512Mi')
  assert.equal(formatQuantity(multiplyQuantity(parseQuantity('100m'), 30)), '3')
})

test('counting rounds away from zero', () => {
  assert.equal(countQuantity(parseQuantity('1500m')), 2n)
  assert.equal(countQuantity(parseQuantity('-1500m')), -2n)
  assert.equal(countQuantity(parseQuantity('2'), -3), 2000n)
  assert.equal(countQuantity(parseQuantity('1Ki'), 3), 2n)
  assert.equal(approximateQuantity(parseQuantity('1.5Gi')), 1610612736)
  assert.equal(formatQuantity(quantityOf(3, 9)), '3G')
  assert.equal(formatQuantity(quantityOf(2n ** 30n, 0, 'BinarySI')), '1Gi')
})

const quantities = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.bigInt({ min: 0n, max: 10n ** 20n }),
    fc.option(fc.nat(99999), { nil: undefined }),
    fc.constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-2'),
  )
  .map(([sign, whole, fraction, suffix]) => `${sign}${whole}${fraction === undefined ? '' : `.${fraction}`}${suffix}`)

test('the canonical form is the same amount, and its own canonical form', () => {
  fc.assert(
    fc.property(quantities, (text) => {
      const quantity = parseQuantity(text)
      const canonical = formatQuantity(negateQuantity(negateQuantity(quantity)))
      assert.equal(compareQuantities(parseQuantity(canonical), quantity), 0)
      assert.equal(canonicalQuantity(canonical), canonical)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('sums are exact, whatever the order; what is taken away again leaves no trace', () => {
  fc.assert(
    fc.property(quantities, quantities, (left, right) => {
      const [one, other] = [parseQuantity(left), parseQuantity(right)]
      const sum = addQuantities(one, other)
      assert.equal(compareQuantities(sum, addQuantities(other, one)), 0)
      assert.equal(compareQuantities(subtractQuantities(sum, other), one), 0)
      assert.equal(countQuantity(sum, -9), countQuantity(one, -9) + countQuantity(other, -9))
      assert.equal(compareQuantities(one, other) + compareQuantities(other, one), 0)
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('no text breaks the reader', () => {
  let read = 0
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0129.+-eEmMiKk '), maxLength: 9 }), (text) => {
      try {
        formatQuantity(parseQuantity(text))
        read++
      } catch (error) {
        assert.ok(isControlError(error))
      }
    }),
    { seed: 1, numRuns: 5000 },
  )
  assert.ok(read > 100)
})
