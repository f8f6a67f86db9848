import { doesNotThrow, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { checkTimeout } from './request-timeout.ts'

test('a timeout is a duration of Go', () => {
  for (const timeout of [null, '', '0', '0s', '1h30m', '34.5s', '-1s']) doesNotThrow(() => checkTimeout(timeout))
  const refused = [
    ['invalid', 'time: invalid duration "invalid"'],
    ['10', 'time: missing unit in duration "10"'],
    ['10y', 'time: unknown unit "y" in duration "10y"'],
    ['1s5', 'time: invalid duration "1s5"'],
  ] as const
  for (const [timeout, why] of refused) {
    const message = `invalid timeout specified in the request URL - ${why}`
    throws(() => checkTimeout(timeout), { code: 'BadRequest', message }, timeout)
  }
})
