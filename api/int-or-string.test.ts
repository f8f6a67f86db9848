import assert from 'node:assert/strict'
import { test } from 'node:test'
import { intValueOf, percentOf, scaleIntOrPercent } from './int-or-string.ts'

test('a percentage is a share of the total, rounded as asked', () => {
  assert.deepEqual([scaleIntOrPercent('25%', 10, 'up'), scaleIntOrPercent('25%', 10, 'down')], [3, 2])
  assert.deepEqual(
    [scaleIntOrPercent(5, 1, 'up'), scaleIntOrPercent('0%', 10, 'up'), scaleIntOrPercent('150%', 2, 'down')],
    [5, 0, 3],
  )
  assert.deepEqual(
    [percentOf('25%'), percentOf(25), percentOf('25'), percentOf('a%')],
    [25, undefined, undefined, undefined],
  )
  assert.deepEqual([intValueOf('8080'), intValueOf('http'), intValueOf(80)], [8080, 0, 80])
  const refusal = (value: string) => () => scaleIntOrPercent(value, 10, 'up')
  assert.throws(refusal('10'), {
    code: 'BadRequest',
    message: 'invalid value for IntOrString: invalid type: string is not a percentage',
  })
  assert.throws(refusal('a%'), {
    message: 'invalid value for IntOrString: invalid value "a%": strconv.Atoi: parsing "a": invalid syntax',
  })
})
