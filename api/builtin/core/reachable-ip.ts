/** Addresses at which a program elsewhere can be reached. Source: kubernetes ValidateEndpointIP. */
import { type FieldError, type FieldPath, invalid } from '../../field-error.ts'
import { type IPAddress, isInRange, readIP, readRange } from '../../ip-address.ts'

/**
 * What is wrong with an address that others are to reach: it means this machine, this link, or nothing. Where all are on
 * one machine, its loopback reaches them.
 */
export function validateReachableIP(path: FieldPath, value: string, isLoopback = false): FieldError[] {
  const address = readIP(value)
  if (!address) return [invalid(path, value, 'must be a valid IP address')]
  return [
    ...(address.bits === 0n ? [invalid(path, value, `may not be unspecified (${value})`)] : []),
    ...(isLoopback ? UNREACHABLE.filter((one) => one !== LOOPBACK) : UNREACHABLE)
      .filter(({ ranges }) => isInOne(address, ranges))
      .map(({ why }) => invalid(path, value, why)),
  ]
}

interface Unreachable {
  readonly why: string
  readonly ranges: readonly string[]
}

const LOOPBACK: Unreachable = {
  why: 'may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ranges: ['127.0.0.0/8', '::1/128'],
}

const UNREACHABLE: readonly Unreachable[] = [
  LOOPBACK,
  { why: 'may not be in the link-local range (169.254.0.0/16, fe80::/10)', ranges: ['169.254.0.0/16', 'fe80::/10'] },
  {
    why: 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    // The words say ff02::/10; Go takes ff02::/16 for link-local.
    ranges: ['224.0.0.0/24', 'ff02::/16'],
  },
]

const isInOne = (address: IPAddress, ranges: readonly string[]): boolean =>
  ranges.some((text) => {
    const range = readRange(text)
    return range !== undefined && isInRange(address, range)
  })
