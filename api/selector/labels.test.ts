import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { sayFieldError } from '../field-error.ts'
import {
  filterOfSelector,
  hasInvalidValue,
  type LabelSelector,
  selectorOf,
  validateLabelSelector,
} from './label-selector.ts'
import { ALL_LABELS, exactLabel, filterOf, formatLabels, matchesLabels } from './labels.ts'
import { parseLabels } from './parse-labels.ts'

const WEB = { app: 'web', tier: 'front', weight: '5', empty: '' }

// The text, how it is written again, and whether it chooses WEB.
const READ: readonly [string, string, boolean][] = [
  ['', '', true],
  ['app=web', 'app=web', true],
  [' app == web ', 'app==web', true],
  ['app!=web', 'app!=web', false],
  ['other!=web', 'other!=web', true],
  ['tier in (front, back)', 'tier in (back,front)', true],
  ['tier notin (front)', 'tier notin (front)', false],
  ['other notin (front)', 'other notin (front)', true],
  ['in in (in)', 'in in (in)', false],
  ['app', 'app', true],
  ['!app', '!app', false],
  ['!other', '!other', true],
  ['weight>4', 'weight>4', true],
  ['weight<5', 'weight<5', false],
  ['app>4', 'app>4', false],
  ['other>4', 'other>4', false],
  ['empty=', 'empty=', true],
  ['empty in ()', 'empty in ()', true],
  ['app in (,x)', 'app in (,x)', false],
  ['tier,app=web,!old', 'app=web,!old,tier', true],
  ['app=web,app=other', 'app=web,app=other', false],
  ['constructor', 'constructor', false],
]

for (const [text, written, chosen] of READ) {
  test(`'${text}' chooses ${chosen ? 'it' : 'others'}`, () => {
    const filter = parseLabels(text)
    assert.equal(formatLabels(filter), written)
    assert.equal(matchesLabels(filter, WEB), chosen)
    assert.deepEqual(parseLabels(written), filter)
  })
}

const KEY = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`

// Drawn from a run of apimachinery v0.36.1.
const REFUSED: readonly [string, string][] = [
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['!', "unable to parse requirement: found '', expected: identifier"],
  ['!a in (b)', "found 'in', expected: ',' or 'end of string'"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
  ['a in (=', "unable to parse requirement: found '=', expected: ',', ')' or identifier"],
  ['a in (,=', "unable to parse requirement: found '=', expected: ',', or identifier"],
  ['a==!b', "unable to parse requirement: found '!', expected: identifier"],
  ['a/', `unable to parse requirement: <nil>: Invalid value: "a/": name part must be non-empty; ${KEY}`],
  [
    'a>b',
    "unable to parse requirement: values[0]: Invalid value: \"b\": for 'Gt', 'Lt' operators, the value must be an integer",
  ],
]

for (const [text, why] of REFUSED) {
  test(`'${text}' is refused`, () => assert.throws(() => parseLabels(text), { code: 'BadRequest', message: why }))
}

test('no text breaks the parser', () => {
  const text = fc.array(
    fc.constantFrom('a', 'in', 'notin', '(', ')', ',', '=', '==', '!=', '!', '<', '>', ' ', '\u0000', 'é'),
    { maxLength: 9 },
  )
  let read = 0
  fc.assert(
    fc.property(text, (parts) => {
      try {
        const filter = parseLabels(parts.join(''))
        assert.deepEqual(parseLabels(formatLabels(filter)), filter)
        read++
      } catch (error) {
        assert.ok(isControlError(error))
      }
    }),
    { seed: 1, numRuns: 3000 },
  )
  assert.ok(read > 100)
})

test('an index is asked for the one value that will do', () => {
  assert.equal(exactLabel(parseLabels('app=web'), 'app'), 'web')
  assert.equal(exactLabel(parseLabels('app in (web)'), 'app'), 'web')
  assert.equal(exactLabel(parseLabels('app in (web,db)'), 'app'), undefined)
  assert.equal(exactLabel(parseLabels('app!=web'), 'app'), undefined)
  assert.equal(exactLabel('nothing', 'app'), undefined)
})

test('a selector chooses as its parts do; none at all chooses nothing', () => {
  assert.equal(matchesLabels(filterOfSelector(null), WEB), false)
  assert.equal(matchesLabels(filterOfSelector(undefined), WEB), false)
  assert.equal(formatLabels(filterOfSelector(null)), '')
  assert.deepEqual(filterOfSelector({}), ALL_LABELS)
  const selector: LabelSelector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['front', 'back'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'empty', operator: 'Exists' },
      { key: 'zone', operator: 'NotIn', values: ['b'] },
    ],
  }
  assert.equal(formatLabels(filterOfSelector(selector)), 'app=web,empty,!old,tier in (back,front),zone notin (b)')
  assert.equal(matchesLabels(filterOfSelector(selector), WEB), true)
  assert.equal(matchesLabels(filterOfSelector(selector), { app: 'web' }), false)
  assert.deepEqual(filterOf({ b: '1', a: '2' }), parseLabels('a=2,b=1'))
})

test('a text becomes a selector that chooses the same', () => {
  const text = 'app=web,!old,tier in (back,front),zone!=b'
  assert.deepEqual(selectorOf(text), {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'old', operator: 'DoesNotExist', values: [] },
      { key: 'tier', operator: 'In', values: ['back', 'front'] },
      { key: 'zone', operator: 'NotIn', values: ['b'] },
    ],
  })
  assert.throws(() => selectorOf('a>1'), { message: '"gt" isn\'t supported in label selectors' })
})

test('what is wrong with a selector is said of its field', () => {
  const selector: LabelSelector = {
    matchLabels: { 'a/': 'b' },
    matchExpressions: [
      { key: 'a', operator: 'In' },
      { key: 'a', operator: 'Exists', values: ['x'] },
      { key: 'a', operator: 'Gt', values: ['-'] },
    ],
  }
  const VALUE = `Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`
  assert.deepEqual(validateLabelSelector(selector, 'spec').map(sayFieldError), [
    'spec.matchLabels: Invalid value: "a/": name part must be non-empty',
    `spec.matchLabels: Invalid value: "a/": ${KEY}`,
    "spec.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
    "spec.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    'spec.matchExpressions[2].operator: Invalid value: "Gt": not a valid selector operator',
    `spec.matchExpressions[2].values[0]: ${VALUE}`,
  ])
  assert.equal(validateLabelSelector(selector, 'spec', { allowInvalidValues: true }).length, 5)
  assert.equal(hasInvalidValue(selector), true)
  assert.deepEqual(validateLabelSelector(null, 'spec'), [])
  assert.throws(() => filterOfSelector(selector), {
    code: 'BadRequest',
    message: /^key: Invalid value: "a\/": name part must be non-empty; /,
  })
  const wrong = { matchExpressions: [{ key: 'a', operator: 'toString' }] }
  assert.throws(() => filterOfSelector(wrong), { message: '"toString" is not a valid label selector operator' })
  const empty = { matchExpressions: [{ key: 'a', operator: 'In' }] }
  assert.throws(() => filterOfSelector(empty), {
    message: "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
  })
})
