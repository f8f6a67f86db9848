import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  child,
  duplicate,
  type FieldError,
  forbidden,
  index,
  internalFieldError,
  invalid,
  key,
  notFound,
  notSupported,
  OMITTED,
  required,
  sayFieldError,
  sayFieldErrors,
  tooFew,
  tooLong,
  tooLongCharacters,
  tooMany,
  tooShort,
  typeInvalid,
} from './field-error.ts'

// What apimachinery v0.36.1 prints for the same calls, drawn from a run of it.
const LINES: readonly [FieldError, string][] = [
  [
    invalid('spec.replicas', -1, 'must be greater than or equal to 0'),
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [invalid('a', 'x"y\n', 'bad'), 'a: Invalid value: "x\\"y\\n": bad'],
  [invalid('a', 'é\u0001', 'bad'), 'a: Invalid value: "é\\x01": bad'],
  [invalid('a', null, 'bad'), 'a: Invalid value: null: bad'],
  [invalid('a', undefined, 'bad'), 'a: Invalid value: null: bad'],
  [invalid('a', true, 'bad'), 'a: Invalid value: true: bad'],
  [invalid('a', 1234567.5, 'bad'), 'a: Invalid value: 1.2345675e+06: bad'],
  [invalid('a', 0.00001, 'bad'), 'a: Invalid value: 1e-05: bad'],
  [invalid('a', 1000000, 'bad'), 'a: Invalid value: 1000000: bad'],
  [invalid('a', { app: 'a<b' }, 'bad'), 'a: Invalid value: {"app":"a\\u003cb"}: bad'],
  [invalid('a', ['x', 1], ''), 'a: Invalid value: ["x",1]'],
  [invalid('a', OMITTED, 'bad'), 'a: Invalid value: bad'],
  [invalid('', 'x', 'bad'), '<nil>: Invalid value: "x": bad'],
  [typeInvalid('a', 'x', 'must be of type integer'), 'a: Invalid value: "x": must be of type integer'],
  [required('a'), 'a: Required value'],
  [required('a', 'say it'), 'a: Required value: say it'],
  [duplicate(index('a', 1), 'x'), 'a[1]: Duplicate value: "x"'],
  [notFound('a', 'x'), 'a: Not found: "x"'],
  [forbidden('a', 'no'), 'a: Forbidden: no'],
  [notSupported('a', 'x', ['y', 'z']), 'a: Unsupported value: "x": supported values: "y", "z"'],
  [notSupported('a', 'x', []), 'a: Unsupported value: "x"'],
  [tooLong('a', 63), 'a: Too long: may not be more than 63 bytes'],
  [tooLong('a', 1), 'a: Too long: may not be more than 1 byte'],
  [tooLong('a', -1), 'a: Too long: value is too long'],
  [tooLongCharacters('a', 5), 'a: Too long: may not be more than 5 characters'],
  [tooShort('a', 1), 'a: Too short: must be at least 1 character'],
  [tooMany('a', 3, 1), 'a: Too many: 3: must have at most 1 item'],
  [tooMany('a', -1, 2), 'a: Too many: must have at most 2 items'],
  [tooMany('a', 3, -1), 'a: Too many: 3: has too many items'],
  [tooFew('a', 0, 1), 'a: Too few: 0: must have at least 1 item'],
  [internalFieldError('a', 'broke'), 'a: Internal error: broke'],
]

for (const [error, line] of LINES) test(line, () => assert.equal(sayFieldError(error), line))

test('a path is spelled as Kubernetes spells it', () => {
  const path = key(child(index(child('spec', 'containers'), 0), 'resources', 'limits'), 'cpu')
  assert.equal(path, 'spec.containers[0].resources.limits[cpu]')
  assert.equal(child('', 'spec'), 'spec')
})

test('several errors are said in brackets, none twice', () => {
  assert.equal(sayFieldErrors([required('a')]), 'a: Required value')
  assert.equal(sayFieldErrors([required('a'), required('b'), required('a')]), '[a: Required value, b: Required value]')
  assert.equal(sayFieldErrors([required('a'), required('a')]), 'a: Required value')
})
