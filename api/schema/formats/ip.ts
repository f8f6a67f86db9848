/**
 * IP addresses as texts. Source: Go net (ParseIP) and k8s.io/utils/net (ParseIPSloppy, ParseCIDRSloppy, which let
 * leading zeros pass as Go did before 1.17).
 */

/** True for anything that parses and has a dot: `10.0.0.1`, `010.0.0.1`, and also `::ffff:10.0.0.1`. */
export const isIpv4 = (text: string): boolean =>
  text.includes('.') && (text.includes(':') ? isIpv6Text(text, SLOPPY) : isIpv4Text(text, SLOPPY))

/** True for an IPv6 address without a zone. */
export const isIpv6 = (text: string): boolean => text.includes(':') && isIpv6Text(text, STRICT)

/** True for an address of either family, a slash, and a length that fits the family. */
export function isCidr(text: string): boolean {
  const slash = text.indexOf('/')
  const [address, length] = [text.slice(0, slash), text.slice(slash + 1)]
  if (slash < 0 || !/^\d+$/.test(length)) return false
  if (isIpv4Text(address, SLOPPY)) return Number(length) <= 32
  return address.includes(':') && isIpv6Text(address, SLOPPY) && Number(length) <= 128
}

const STRICT = /^(?:0|[1-9]\d{0,2})$/
/** Any number of leading zeros. */
const SLOPPY = /^0*\d{1,3}$/

const isIpv4Text = (text: string, byte: RegExp): boolean => {
  const bytes = text.split('.')
  return bytes.length === 4 && bytes.every((one) => byte.test(one) && Number(one) <= 255)
}

/** Eight groups of up to four hexadecimal digits; `::` once for groups of zeros; the last two as an IPv4 address. */
function isIpv6Text(text: string, byte: RegExp): boolean {
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)?.at(-1)
  const hasTail = last?.includes('.') ?? false
  if (hasTail && !isIpv4Text(last ?? '', byte)) return false
  const all = groups.flat()
  const plain = hasTail ? all.slice(0, -1) : all
  if (!plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  const count = all.length + (hasTail ? 1 : 0)
  return halves.length === 2 ? count < 8 : count === 8
}
