import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { parseTimestamp, printTimestamp } from './timestamp.ts'

test('RFC 3339 is read with any offset and fraction', () => {
  deepEqual(parseTimestamp('1970-01-01T00:00:01Z'), { seconds: 1, nanos: 0 })
  deepEqual(parseTimestamp('1970-01-01T02:00:01.5+02:00'), { seconds: 1, nanos: 500_000_000 })
  deepEqual(parseTimestamp('1969-12-31T23:59:59.123456789Z'), { seconds: -1, nanos: 123_456_000 })
  for (const text of ['', '1970-01-01', '1970-01-01T00:00:01', '1970-13-01T00:00:00Z', 'x1970-01-01T00:00:01Z']) {
    throws(() => parseTimestamp(text), /a time is wanted/, text)
  }
})

test('it is printed in UTC, in whole seconds or microseconds; the year 1 is null', () => {
  equal(printTimestamp({ seconds: 1, nanos: 999_999_999 }, false), '1970-01-01T00:00:01Z')
  equal(printTimestamp({ seconds: 1, nanos: 999_999_999 }, true), '1970-01-01T00:00:01.999999Z')
  equal(printTimestamp({ seconds: 1, nanos: 0 }, true), '1970-01-01T00:00:01.000000Z')
  equal(printTimestamp({ seconds: 1, nanos: -1000 }, true), '1970-01-01T00:00:00.999999Z')
  equal(printTimestamp({ seconds: -62_135_596_800, nanos: 0 }, false), null)
  equal(printTimestamp({ seconds: -62_135_596_799, nanos: 0 }, false), '0001-01-01T00:00:01Z')
  throws(() => printTimestamp({ seconds: 253_402_300_800, nanos: 0 }, false), /year outside of range/)
  throws(() => printTimestamp({ seconds: -(2 ** 62), nanos: 0 }, false), /year outside of range/)
})
