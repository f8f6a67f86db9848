import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as names from './names.ts'

const long = (length: number): string => 'a'.repeat(length)

const RIGHT: readonly [(value: string) => string[], readonly string[]][] = [
  [names.checkSubdomain, ['a', '1', 'a-b.c-d', '1.2.3', long(253)]],
  [names.checkSubdomainWithUnderscore, ['_a', 'a_b._c']],
  [names.checkWildcardSubdomain, ['*.a', '*.a.b']],
  [names.checkLabel, ['a', '1-a', long(63)]],
  [names.check1035Label, ['a', 'a-1', long(63)]],
  [names.checkLabelKey, ['a', 'A_b.C', 'example.com/Name', `${long(253)}/${long(63)}`, '1/2']],
  [names.checkLabelValue, ['', 'a', 'A_b.C-1', long(63)]],
  [names.checkCIdentifier, ['a', '_a1']],
  [names.checkHttpHeaderName, ['X-Header', '1']],
  [names.checkPercent, ['0%', '150%']],
  [names.checkConditionReason, ['Ready', 'A,b:C_']],
  [names.checkEnvVarName, ['a', '_.-1', '.a']],
  [names.checkRelaxedEnvVarName, ['1 a', '~!']],
  [names.checkConfigMapKey, ['.a', '__proto__', long(253)]],
  [names.checkPortName, ['a', '80-x', 'abcdefghijklmno']],
  [names.checkDecimalInteger, ['0', '-1', '120']],
  [names.checkPathSegment, ['', '...', 'a:b@c']],
  [names.checkPathSegmentPrefix, ['.', 'a']],
]

test('what is right is not complained about', () => {
  for (const [check, values] of RIGHT) for (const value of values) assert.deepEqual(check(value), [], value)
})

const SUBDOMAIN = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`
const LABEL = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`
const KEY = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`

// Drawn from a run of apimachinery v0.36.1.
const WRONG: readonly [(value: string) => string[], string, readonly string[]][] = [
  [names.checkSubdomain, 'A', [SUBDOMAIN]],
  [names.checkSubdomain, '', [SUBDOMAIN]],
  [names.checkSubdomain, long(254), ['must be no more than 253 characters']],
  [names.checkSubdomain, 'é'.repeat(127), ['must be no more than 253 characters', SUBDOMAIN]],
  [names.checkLabel, 'a.b', ['must not contain dots']],
  [names.checkLabel, 'a..b', [LABEL]],
  [names.checkLabel, long(64), ['must be no more than 63 characters']],
  [names.checkLabel, `${long(62)}.b`, ['must be no more than 63 characters', 'must not contain dots']],
  [names.checkLabelKey, '', ['name part must be non-empty', `name part ${KEY}`]],
  [names.checkLabelKey, '/a', ['prefix part must be non-empty']],
  [names.checkLabelKey, 'A/b', [`prefix part ${SUBDOMAIN}`]],
  [names.checkLabelKey, `a/${long(64)}`, ['name part must be no more than 63 bytes']],
  [names.checkLabelKey, `${long(254)}/a`, ['prefix part must be no more than 253 bytes']],
  [
    names.checkLabelKey,
    'a/b/c',
    [`a valid label key ${KEY} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`],
  ],
  [names.checkLabelValue, long(64), ['must be no more than 63 bytes']],
  [
    names.checkPercent,
    '1',
    [
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
    ],
  ],
  [names.checkConfigMapKey, '..', ["must not be '..'"]],
  [names.checkConfigMapKey, '..a', ["must not start with '..'"]],
  [
    names.checkPortName,
    '1--',
    [
      'must contain at least one letter (a-z)',
      'must not contain consecutive hyphens',
      'must not begin or end with a hyphen',
    ],
  ],
  [names.checkPortName, 'abcdefghijklmnop', ['must be no more than 15 characters']],
  [names.checkRelaxedEnvVarName, '', ['environment variable name must be non-empty']],
  [
    names.checkRelaxedEnvVarName,
    'a=b',
    ["a valid environment variable name must consist only of printable ASCII characters other than '='"],
  ],
  [names.checkDecimalInteger, '01', ['must be a valid decimal integer in canonical form']],
  [names.checkPathSegment, '..', ["may not be '..'"]],
  [names.checkPathSegment, 'a/%', ["may not contain '/'", "may not contain '%'"]],
]

for (const [check, value, complaints] of WRONG) {
  test(`${value.slice(0, 20)}: ${complaints.join(', ').slice(0, 60)}`, () => assert.deepEqual(check(value), complaints))
}

test('numbers lie in their ranges, both ends included', () => {
  assert.deepEqual([names.checkPortNumber(1), names.checkPortNumber(65535), names.checkUnixId(0)], [[], [], []])
  assert.deepEqual(names.checkPortNumber(0), ['must be between 1 and 65535, inclusive'])
  assert.deepEqual(names.checkUnixId(2 ** 31), ['must be between 0 and 2147483647, inclusive'])
})

test('a label is a subdomain, and a subdomain a path segment', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab1-.A/é'), maxLength: 8 })
  let labels = 0
  fc.assert(
    fc.property(text, (name) => {
      if (names.checkLabel(name).length > 0) return
      labels++
      assert.deepEqual(names.checkSubdomain(name), [])
      assert.deepEqual(names.checkPathSegment(name), [])
    }),
    { seed: 1, numRuns: 2000 },
  )
  assert.ok(labels > 50)
})
