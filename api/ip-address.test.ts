import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  formatIP,
  formatRange,
  isInRange,
  readIP,
  readRange,
  validateIP,
  validateLegacyIP,
  validateLegacyRange,
  validateRange,
  warnOfIP,
  warnOfRange,
} from './ip-address.ts'

const messages = (errors: readonly { message: string }[]) => errors.map(({ message }) => message)

test('addresses are read, and written as they should be', () => {
  for (const [text, shown] of [
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0::1', '2001:db8::1'],
    ['::', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['010.0.0.01', '10.0.0.1'],
    ['64:ff9b::10.0.0.1', '64:ff9b::a00:1'],
  ] as const) {
    const address = readIP(text)
    equal(address && formatIP(address), shown, text)
  }
})

test('what is no address is none', () => {
  for (const text of [
    '',
    'x',
    '10.0.0',
    '10.0.0.256',
    '1.2.3.4.5',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '::1.2.3',
    'g::',
  ]) {
    equal(readIP(text), undefined, text)
  }
})

test('an address of either family survives being written', () => {
  const ipv4 = fc.bigInt(0n, 2n ** 32n - 1n).map((bits) => ({ family: 'IPv4' as const, bits }))
  const ipv6 = fc.bigInt(2n ** 48n, 2n ** 128n - 1n).map((bits) => ({ family: 'IPv6' as const, bits }))
  fc.assert(fc.property(fc.oneof(ipv4, ipv6), (address) => deepEqual(readIP(formatIP(address)), address)))
})

test('ranges hold what begins as they do', () => {
  const range = readRange('10.96.0.0/16')
  const inside = readIP('10.96.255.255')
  const outside = readIP('10.97.0.0')
  equal(range && inside && isInRange(inside, range), true)
  equal(range && outside && isInRange(outside, range), false)
  equal(range && formatRange(range), '10.96.0.0/16')
  for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', 'x/8'])
    equal(readRange(text), undefined)
})

test('Kubernetes says what is wrong', () => {
  deepEqual(messages(validateLegacyIP('ip', 'x')), [
    'Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
  ])
  deepEqual(messages(validateLegacyIP('ip', '010.0.0.1')), ['Invalid value: "010.0.0.1": must not have leading 0s'])
  deepEqual(validateLegacyIP('ip', '010.0.0.1', ['010.0.0.1']), [])
  deepEqual(messages(validateIP('ip', '2001:db8:0::1')), [
    'Invalid value: "2001:db8:0::1": must be in canonical form ("2001:db8::1")',
  ])
  deepEqual(messages(validateLegacyRange('r', '10.0.0.1/8')), [
    'Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
  ])
  deepEqual(messages(validateRange('r', '2001:DB8::/64')), [
    'Invalid value: "2001:DB8::/64": must be in canonical form ("2001:db8::/64")',
  ])
})

test('Kubernetes warns of what it lets pass', () => {
  deepEqual(warnOfIP('ip', '10.0.0.1'), [])
  deepEqual(warnOfIP('ip', '2001:DB8::1'), [
    'ip: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")',
  ])
  deepEqual(warnOfIP('ip', '010.0.0.1'), ['ip: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"'])
  deepEqual(warnOfRange('r', '10.1.2.3/8'), [
    'r: CIDR value "10.1.2.3/8" is ambiguous in this context (should be "10.0.0.0/8" or "10.1.2.3/32"?)',
  ])
})
