/**
 * Addresses of IP, alone and in ranges. Source: apimachinery pkg/util/validation/ip.go; RFC 5952 for how IPv6 is written.
 *
 * Old fields once took what is no address by today's rules (`010.0.0.1`, `::ffff:10.0.0.1`): `…Legacy` lets such a value
 * stay where it was, and lets no new one in.
 */
import { type FieldError, type FieldPath, invalid } from './field-error.ts'
import { goQuote } from './go-text.ts'

/** The names that Kubernetes has for the two versions of IP. */
export type IPFamily = 'IPv4' | 'IPv6'

/** One address as a number: of 32 bits, or of 128. */
export interface IPAddress {
  readonly family: IPFamily
  readonly bits: bigint
  /** It was written as `::ffff:10.0.0.1`, and is 10.0.0.1. */
  readonly isMapped?: true
  /** A number in it starts with a zero: programs do not agree what that means. */
  readonly hasLeadingZeros?: true
}

/** A range of addresses: those that begin with the same bits. */
export interface IPRange {
  readonly family: IPFamily
  /** The lowest address. */
  readonly bits: bigint
  readonly prefixLength: number
  /** The address that was written before the slash; not always the lowest. */
  readonly written: IPAddress
  readonly hasLeadingZeros?: true
}

/** How many bits an address of a family has. */
export const widthOf = (family: IPFamily): number => (family === 'IPv4' ? 32 : 128)

/** Reads an address; undefined when it is none. */
export function readIP(text: string): IPAddress | undefined {
  if (!text.includes(':')) return readIPv4(text)
  const groups = readGroups(text)
  if (!groups) return undefined
  const bits = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
  // Whoever reads `::ffff:10.0.0.1` gets an address of IPv4.
  return bits >> 32n === 0xffffn
    ? { family: 'IPv4', bits: bits & 0xffffffffn, isMapped: true }
    : { family: 'IPv6', bits }
}

/** Reads a range such as `10.0.0.0/8`; undefined when it is none. */
export function readRange(text: string): IPRange | undefined {
  const [address = '', length = '', ...rest] = text.split('/')
  if (rest.length > 0 || !/^\d{1,9}$/.test(length)) return undefined
  const written = readIP(address)
  if (!written) return undefined
  const wide = written.isMapped ? 128 : widthOf(written.family)
  const prefixLength = Number(length)
  if (prefixLength > wide) return undefined
  // A range of mapped addresses counts its bits in 128: only what lies below the mapping is a range of IPv4.
  const own = written.isMapped ? Math.max(0, prefixLength - 96) : prefixLength
  const free = BigInt(widthOf(written.family) - own)
  const hasLeadingZeros = written.hasLeadingZeros || (length.length > 1 && length.startsWith('0'))
  return {
    family: written.family,
    bits: (written.bits >> free) << free,
    prefixLength: own,
    written,
    ...(hasLeadingZeros ? { hasLeadingZeros } : {}),
  }
}

/** As it should be written. Source: RFC 5952. */
export function formatIP({ family, bits }: Pick<IPAddress, 'family' | 'bits'>): string {
  if (family === 'IPv4') return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - at * 16)) & 0xffffn).toString(16))
  const zeros = longestZeros(groups)
  if (!zeros) return groups.join(':')
  return `${groups.slice(0, zeros.from).join(':')}::${groups.slice(zeros.from + zeros.count).join(':')}`
}

/** As it should be written: the lowest address and the length. */
export const formatRange = (range: IPRange): string => `${formatIP(range)}/${range.prefixLength}`

/** True when the address is one of the range. */
export const isInRange = ({ family, bits }: Pick<IPAddress, 'family' | 'bits'>, range: IPRange): boolean => {
  const free = BigInt(widthOf(range.family) - range.prefixLength)
  return family === range.family && bits >> free === range.bits >> free
}

/** What is wrong with an address, in a field of today: it must be written as it should be. */
export function validateIP(path: FieldPath, value: string): FieldError[] {
  const errors = validateLegacyIP(path, value)
  const address = readIP(value)
  if (errors.length > 0 || !address || formatIP(address) === value) return errors
  return [invalid(path, value, `must be in canonical form (${goQuote(formatIP(address))})`)]
}

/** What is wrong with an address, in a field of old: nothing is, with one of `kept`. */
export function validateLegacyIP(path: FieldPath, value: string, kept: readonly string[] = []): FieldError[] {
  if (kept.includes(value)) return []
  const address = readIP(value)
  if (!address) return [invalid(path, value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')]
  return [
    ...(address.hasLeadingZeros ? [invalid(path, value, 'must not have leading 0s')] : []),
    ...(address.isMapped ? [invalid(path, value, 'must not be an IPv4-mapped IPv6 address')] : []),
  ]
}

/** What is wrong with a range, in a field of today: it must be written as it should be. */
export function validateRange(path: FieldPath, value: string): FieldError[] {
  const errors = validateLegacyRange(path, value)
  const range = readRange(value)
  if (errors.length > 0 || !range || formatRange(range) === value) return errors
  return [invalid(path, value, `must be in canonical form (${goQuote(formatRange(range))})`)]
}

/** What is wrong with a range, in a field of old: nothing is, with one of `kept`. */
export function validateLegacyRange(path: FieldPath, value: string, kept: readonly string[] = []): FieldError[] {
  if (kept.includes(value)) return []
  const range = readRange(value)
  if (!range) return [invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
  if (range.hasLeadingZeros) return [invalid(path, value, 'must not have leading 0s in IP or prefix length')]
  if (range.written.isMapped) return [invalid(path, value, 'must not have an IPv4-mapped IPv6 address')]
  return range.written.bits === range.bits
    ? []
    : [invalid(path, value, 'must not have bits set beyond the prefix length')]
}

/** What to tell of an address that is not written as it should be. */
export function warnOfIP(path: FieldPath, value: string): string[] {
  const address = readIP(value)
  if (!address) return []
  const shown = formatIP(address)
  if (address.isMapped || address.hasLeadingZeros) {
    return [`${path}: non-standard IP address ${goQuote(value)} is invalid: use ${goQuote(shown)}`]
  }
  return address.family === 'IPv4' || shown === value
    ? []
    : [`${path}: IPv6 address ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(shown)})`]
}

/** What to tell of a range that is not written as it should be. */
export function warnOfRange(path: FieldPath, value: string): string[] {
  const range = readRange(value)
  if (!range) return []
  const shown = formatRange(range)
  const single = `${formatIP(range.written)}/${widthOf(range.family)}`
  const ambiguous =
    range.written.bits === range.bits
      ? []
      : [
          `${path}: CIDR value ${goQuote(value)} is ambiguous in this context (should be ${goQuote(shown)} or ${goQuote(single)}?)`,
        ]
  if (range.written.isMapped || range.hasLeadingZeros) {
    return [...ambiguous, `${path}: non-standard CIDR value ${goQuote(value)} is invalid: use ${goQuote(shown)}`]
  }
  if (ambiguous.length > 0 || range.family === 'IPv4' || shown === value) return ambiguous
  return [`${path}: IPv6 CIDR value ${goQuote(value)} should be in RFC 5952 canonical format (${goQuote(shown)})`]
}

function readIPv4(text: string): IPAddress | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255)) return undefined
  const bits = parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n)
  const hasLeadingZeros = parts.some((part) => part.length > 1 && part.startsWith('0'))
  return { family: 'IPv4', bits, ...(hasLeadingZeros ? { hasLeadingZeros } : {}) }
}

/** The eight groups of an address of IPv6. */
function readGroups(text: string): number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, at) => readHalf(half, at === halves.length - 1))
  if (!head || (halves.length === 2 && !tail)) return undefined
  if (!tail) return head.length === 8 ? head : undefined
  const missing = 8 - head.length - tail.length
  return missing > 0 ? [...head, ...new Array<number>(missing).fill(0), ...tail] : undefined
}

/** Groups with colons between; the last of all may be an address of IPv4, which is two groups. */
function readHalf(half: string, isLast: boolean): number[] | undefined {
  if (half === '') return []
  const groups: number[] = []
  const parts = half.split(':')
  for (const [at, part] of parts.entries()) {
    if (part.includes('.')) {
      const address = isLast && at === parts.length - 1 ? readIPv4(part) : undefined
      if (!address || address.hasLeadingZeros) return undefined
      groups.push(Number(address.bits >> 16n), Number(address.bits & 0xffffn))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

/** Where the longest run of at least two zeros is, the first of several. */
function longestZeros(groups: readonly string[]): { from: number; count: number } | undefined {
  let best: { from: number; count: number } | undefined
  for (let from = 0; from < groups.length; from++) {
    let count = 0
    while (groups[from + count] === '0') count++
    if (count > Math.max(1, best?.count ?? 0)) best = { from, count }
  }
  return best
}
