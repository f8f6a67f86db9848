/** What Kubernetes adds to CEL: quantities, addresses, URLs, formats, versions. Source: apiserver pkg/cel/library. */

import { goQuote } from '../../go-text.ts'
import { formatIP, formatRange, type IPAddress, type IPRange, isInRange, readIP, readRange } from '../../ip-address.ts'
import { check1035Label, checkLabel, checkLabelKey, checkLabelValue, checkSubdomain } from '../../names.ts'
import {
  addQuantities,
  approximateQuantity,
  compareQuantities,
  countQuantity,
  type Quantity,
  quantityOf,
  readQuantity,
  subtractQuantities,
} from '../../quantity.ts'
import { parseRequestUri } from '../../schema/formats/uri.ts'
import { matchesFormat } from '../../schema/formats.ts'
import { BOOL, DOUBLE, INT, listOf, mapOf, opaque, optionalOf, STRING } from '../type.ts'
import { type Foreign, failure, listValue, mapValue, NONE, some, type Value } from '../value.ts'
import { FLAG, foreign, INTEGER, method, named, type Overload, overload, TEXT } from './function.ts'
import { compareVersions, readVersion, type Version } from './version.ts'

const isHeld =
  <Held>(...fields: readonly string[]) =>
  (held: unknown): held is Held =>
    typeof held === 'object' && held !== null && fields.every((field) => field in held)

const QUANTITY = named('kubernetes.Quantity')
const quantity = foreign(QUANTITY, isHeld<Quantity>('mantissa', 'exponent'))
/** Amounts are equal, however they are written. */
const quantityValue = (held: Quantity): Foreign => {
  let { mantissa, exponent } = held
  for (; mantissa !== 0n && mantissa % 10n === 0n; mantissa /= 10n) exponent++
  return { cel: 'foreign', type: 'kubernetes.Quantity', text: mantissa === 0n ? '0' : `${mantissa}e${exponent}`, held }
}

const asInteger = (held: Quantity): bigint | undefined => {
  const { mantissa, exponent } = held
  if (exponent < 0 && mantissa % 10n ** BigInt(-exponent) !== 0n) return undefined
  const whole = countQuantity(held)
  return BigInt.asIntN(64, whole) === whole ? whole : undefined
}

const order = (one: Quantity, other: Quantity): number => Math.sign(compareQuantities(one, other))

const quantities: readonly Overload[] = [
  overload('string_to_quantity', 'quantity', [TEXT], QUANTITY, (text) => {
    const reading = readQuantity(text)
    return reading.read ? quantityValue(reading.quantity) : failure(reading.why)
  }),
  overload('is_quantity_string', 'isQuantity', [TEXT], BOOL, (text) => readQuantity(text).read),
  // The one function on quantities that is no method, by an oversight that is kept.
  overload('quantity_sign', 'sign', [quantity], INT, ({ held }) => BigInt(order(held, quantityOf(0)))),
  method('quantity_is_greater_than', 'isGreaterThan', [quantity, quantity], BOOL, (a, b) => order(a.held, b.held) > 0),
  method('quantity_is_less_than', 'isLessThan', [quantity, quantity], BOOL, (a, b) => order(a.held, b.held) < 0),
  method('quantity_compare_to', 'compareTo', [quantity, quantity], INT, (a, b) => BigInt(order(a.held, b.held))),
  method('quantity_get_float', 'asApproximateFloat', [quantity], DOUBLE, ({ held }) => approximateQuantity(held)),
  method(
    'quantity_get_int',
    'asInteger',
    [quantity],
    INT,
    ({ held }) => asInteger(held) ?? failure('cannot convert value to integer'),
  ),
  method('quantity_is_integer', 'isInteger', [quantity], BOOL, ({ held }) => asInteger(held) !== undefined),
  method('quantity_add', 'add', [quantity, quantity], QUANTITY, (a, b) => quantityValue(addQuantities(a.held, b.held))),
  method('quantity_add_int', 'add', [quantity, INTEGER], QUANTITY, (a, b) =>
    quantityValue(addQuantities(a.held, quantityOf(b))),
  ),
  method('quantity_sub', 'sub', [quantity, quantity], QUANTITY, (a, b) =>
    quantityValue(subtractQuantities(a.held, b.held)),
  ),
  method('quantity_sub_int', 'sub', [quantity, INTEGER], QUANTITY, (a, b) =>
    quantityValue(subtractQuantities(a.held, quantityOf(b))),
  ),
]

const IP = opaque('net.IP')
const ip = foreign(IP, isHeld<IPAddress>('family', 'bits'))
const ipValue = (held: IPAddress): Foreign => ({ cel: 'foreign', type: 'net.IP', text: formatIP(held), held })

function parseIP(text: string): IPAddress | string {
  const zone = text.indexOf('%')
  const found = readIP(zone < 0 ? text : text.slice(0, zone))
  if (!found || found.hasLeadingZeros)
    return `IP Address ${goQuote(text)} parse error during conversion from string: ParseAddr(${goQuote(text)}): unable to parse IP`
  if (zone >= 0) return `IP address ${goQuote(text)} with zone value is not allowed`
  return found.isMapped ? `IPv4-mapped IPv6 address ${goQuote(text)} is not allowed` : found
}

function withIP(text: string, then: (address: IPAddress) => Value): Value {
  const found = parseIP(text)
  return typeof found === 'string' ? failure(found) : then(found)
}

/** The highest bits of an address. */
const startsWith = (
  { family, bits }: IPAddress,
  v4: readonly [bigint, number],
  v6: readonly [bigint, number],
): boolean => {
  const [start, length] = family === 'IPv4' ? v4 : v6
  return bits >> BigInt((family === 'IPv4' ? 32 : 128) - length) === start
}
const isUnspecified = ({ bits }: IPAddress): boolean => bits === 0n
const isLoopback = (address: IPAddress): boolean => startsWith(address, [127n, 8], [1n, 128])
const isMulticast = (address: IPAddress): boolean => startsWith(address, [0xen, 4], [0xffn, 8])
const isLinkLocalMulticast = ({ family, bits }: IPAddress): boolean =>
  family === 'IPv4' ? bits >> 8n === 0xe00000n : ((bits >> 112n) & 0xff0fn) === 0xff02n
const isLinkLocalUnicast = (address: IPAddress): boolean => startsWith(address, [0xa9fen, 16], [0x3fan, 10])
const isBroadcast = ({ family, bits }: IPAddress): boolean => family === 'IPv4' && bits === 0xffffffffn
const isGlobalUnicast = (address: IPAddress): boolean =>
  ![isUnspecified, isBroadcast, isLoopback, isMulticast, isLinkLocalUnicast].some((is) => is(address))

const addresses: readonly Overload[] = [
  overload('string_to_ip', 'ip', [TEXT], IP, (text) => withIP(text, ipValue)),
  overload('ip_to_string', 'string', [ip], STRING, ({ text }) => text),
  overload('is_ip', 'isIP', [TEXT], BOOL, (text) => typeof parseIP(text) !== 'string'),
  overload('ip_is_canonical', 'ip.isCanonical', [TEXT], BOOL, (text) =>
    withIP(text, (found) => formatIP(found) === text),
  ),
  method('family', 'family', [ip], INT, ({ held }) => (held.family === 'IPv4' ? 4n : 6n)),
  method('is_unspecified', 'isUnspecified', [ip], BOOL, ({ held }) => isUnspecified(held)),
  method('is_loopback', 'isLoopback', [ip], BOOL, ({ held }) => isLoopback(held)),
  method('is_link_local_multicast', 'isLinkLocalMulticast', [ip], BOOL, ({ held }) => isLinkLocalMulticast(held)),
  method('is_link_local_unicast', 'isLinkLocalUnicast', [ip], BOOL, ({ held }) => isLinkLocalUnicast(held)),
  method('is_global_unicast', 'isGlobalUnicast', [ip], BOOL, ({ held }) => isGlobalUnicast(held)),
]

const CIDR = opaque('net.CIDR')
const cidr = foreign(CIDR, isHeld<IPRange>('family', 'bits', 'prefixLength'))
const cidrValue = (held: IPRange, text: string): Foreign => ({ cel: 'foreign', type: 'net.CIDR', text, held })

function withCIDR(text: string, then: (range: IPRange) => Value): Value {
  const found = readRange(text)
  if (found?.written.isMapped) return failure(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`)
  if (found && !found.hasLeadingZeros) return then(found)
  return failure(
    `${UNREADABLE}: ${UNREADABLE}: netip.ParsePrefix(${goQuote(text)}): ${text.includes('/') ? 'bad prefix' : "no '/'"}`,
  )
}

/** Kubernetes says it twice. */
const UNREADABLE = 'network address parse error during conversion from string'

const contains = (range: IPRange, inside: IPRange): boolean =>
  inside.prefixLength >= range.prefixLength && isInRange(inside, range)

const ranges: readonly Overload[] = [
  overload('string_to_cidr', 'cidr', [TEXT], CIDR, (text) =>
    withCIDR(text, (range) => cidrValue(range, writtenRange(range))),
  ),
  overload('cidr_to_string', 'string', [cidr], STRING, ({ text }) => text),
  overload('is_cidr', 'isCIDR', [TEXT], BOOL, (text) => withCIDR(text, () => true) === true),
  method('cidr_contains_ip_string', 'containsIP', [cidr, TEXT], BOOL, (range, text) =>
    withIP(text, (found) => isInRange(found, range.held)),
  ),
  method('cidr_contains_ip_ip', 'containsIP', [cidr, ip], BOOL, (range, address) =>
    isInRange(address.held, range.held),
  ),
  method('cidr_contains_cidr_string', 'containsCIDR', [cidr, TEXT], BOOL, (range, text) =>
    withCIDR(text, (found) => contains(range.held, found)),
  ),
  method('cidr_contains_cidr', 'containsCIDR', [cidr, cidr], BOOL, (range, other) => contains(range.held, other.held)),
  method('cidr_ip', 'ip', [cidr], IP, ({ held }) => ipValue(held.written)),
  method('cidr_masked', 'masked', [cidr], CIDR, ({ held }) =>
    cidrValue({ ...held, written: { family: held.family, bits: held.bits } }, formatRange(held)),
  ),
  method('cidr_prefix_length', 'prefixLength', [cidr], INT, ({ held }) => BigInt(held.prefixLength)),
]

const writtenRange = (range: IPRange): string => `${formatIP(range.written)}/${range.prefixLength}`

const URL_TYPE = named('kubernetes.URL')
const url = foreign(URL_TYPE, (held): held is string => typeof held === 'string')

/** The parts of an address as Go's url.URL has them: nothing is changed but what must be. */
const urlParts = (text: string): RegExpExecArray | null =>
  /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:[^/?#]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text)

function hostOf(text: string): { readonly host: string; readonly name: string; readonly port: string } {
  const host = urlParts(text)?.[2] ?? ''
  const [, name = '', port = ''] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host) ?? []
  return { host, name: name.replace(/^\[|\]$/g, ''), port }
}

function queryOf(text: string): Value {
  const found = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(urlParts(text)?.[4] ?? '')) {
    found.set(name, [...(found.get(name) ?? []), value])
  }
  return mapValue([...found].map(([name, values]) => [name, listValue(values)]))
}

const urls: readonly Overload[] = [
  overload('string_to_url', 'url', [TEXT], URL_TYPE, (text) => {
    if (!parseRequestUri(text)) {
      return failure(`URL parse error during conversion from string: parse ${goQuote(text)}: invalid URI for request`)
    }
    return { cel: 'foreign', type: 'kubernetes.URL', text, held: text }
  }),
  overload('is_url_string', 'isURL', [TEXT], BOOL, (text) => parseRequestUri(text) !== undefined),
  method('url_get_scheme', 'getScheme', [url], STRING, ({ text }) => (urlParts(text)?.[1] ?? '').toLowerCase()),
  method('url_get_host', 'getHost', [url], STRING, ({ text }) => hostOf(text).host),
  method('url_get_hostname', 'getHostname', [url], STRING, ({ text }) => hostOf(text).name),
  method('url_get_port', 'getPort', [url], STRING, ({ text }) => hostOf(text).port),
  method('url_get_escaped_path', 'getEscapedPath', [url], STRING, ({ text }) =>
    encodeURI(decodeSafely(urlParts(text)?.[3] ?? '')),
  ),
  method('url_get_query', 'getQuery', [url], mapOf(STRING, listOf(STRING)), ({ text }) => queryOf(text)),
]

function decodeSafely(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}

/** A form that texts may have. */
interface Format {
  readonly name: string
  readonly check: (text: string) => readonly string[]
  /** The characters of its pattern, for the cost of a check. */
  readonly patternLength: number
}

const prefixOf = (text: string): string => (text.endsWith('-') ? `${text.slice(0, -1)}a` : text)
const ofSchema = (format: string, why: string) => (text: string) => (matchesFormat(format, text) ? [] : [why])

/** Source: apiserver pkg/cel/library/format.go ConstantFormats. */
const FORMATS: Readonly<Record<string, Format>> = {
  dns1123Label: { name: 'DNS1123Label', check: checkLabel, patternLength: 30 },
  dns1123Subdomain: { name: 'DNS1123Subdomain', check: checkSubdomain, patternLength: 60 },
  dns1035Label: { name: 'DNS1035Label', check: check1035Label, patternLength: 30 },
  qualifiedName: { name: 'QualifiedName', check: checkLabelKey, patternLength: 60 },
  dns1123LabelPrefix: { name: 'DNS1123LabelPrefix', check: (text) => checkLabel(prefixOf(text)), patternLength: 30 },
  dns1123SubdomainPrefix: {
    name: 'DNS1123SubdomainPrefix',
    check: (text) => checkSubdomain(prefixOf(text)),
    patternLength: 60,
  },
  dns1035LabelPrefix: {
    name: 'DNS1035LabelPrefix',
    check: (text) => check1035Label(prefixOf(text)),
    patternLength: 30,
  },
  labelValue: { name: 'LabelValue', check: checkLabelValue, patternLength: 40 },
  uri: {
    name: 'URI',
    check: (text) => (parseRequestUri(text) ? [] : [`parse ${goQuote(text)}: invalid URI for request`]),
    patternLength: 1103,
  },
  uuid: { name: 'uuid', check: ofSchema('uuid', 'does not match the UUID format'), patternLength: 70 },
  byte: { name: 'byte', check: ofSchema('byte', 'invalid base64'), patternLength: 84 },
  date: { name: 'date', check: ofSchema('date', 'invalid date'), patternLength: 71 },
  datetime: { name: 'datetime', check: ofSchema('datetime', 'invalid datetime'), patternLength: 71 },
}

const FORMAT = named('kubernetes.NamedFormat')
const format = foreign(FORMAT, isHeld<Format>('name', 'check'))
const formatValue = (held: Format): Foreign => ({
  cel: 'foreign',
  type: 'kubernetes.NamedFormat',
  text: held.name,
  held,
})

/** How long the pattern of a format is; undefined for any other value. */
export const patternLengthOf = (value: Value): number | undefined =>
  format.is(value) ? value.held.patternLength : undefined

const formats: readonly Overload[] = [
  ...Object.entries(FORMATS).map(([name, held]) =>
    overload(`format.${name}`, `format.${name}`, [], FORMAT, () => formatValue(held)),
  ),
  overload('format-named', 'format.named', [TEXT], optionalOf(FORMAT), (name) => {
    const found = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined
    return found ? some(formatValue(found)) : NONE
  }),
  method('format-validate', 'validate', [format, TEXT], optionalOf(listOf(STRING)), ({ held }, text) => {
    const wrong = held.check(text)
    return wrong.length === 0 ? NONE : some(listValue(wrong))
  }),
]

const SEMVER = named('kubernetes.Semver')
const semver = foreign(SEMVER, isHeld<Version>('major', 'prerelease'))
const versionOrder = (one: Version, other: Version): number => Math.sign(compareVersions(one, other))

function semverOf(text: string, normalise: boolean): Value {
  const read = readVersion(text, normalise)
  return 'why' in read ? failure(read.why) : { cel: 'foreign', type: 'kubernetes.Semver', text: read.text, held: read }
}

const versions: readonly Overload[] = [
  overload('string_to_semver', 'semver', [TEXT], SEMVER, (text) => semverOf(text, false)),
  overload('string_bool_to_semver', 'semver', [TEXT, FLAG], SEMVER, semverOf),
  overload('is_semver_string', 'isSemver', [TEXT], BOOL, (text) => !('why' in readVersion(text, false))),
  overload(
    'is_semver_string_bool',
    'isSemver',
    [TEXT, FLAG],
    BOOL,
    (text, normalise) => !('why' in readVersion(text, normalise)),
  ),
  method('semver_is_greater_than', 'isGreaterThan', [semver, semver], BOOL, (a, b) => versionOrder(a.held, b.held) > 0),
  method('semver_is_less_than', 'isLessThan', [semver, semver], BOOL, (a, b) => versionOrder(a.held, b.held) < 0),
  method('semver_compare_to', 'compareTo', [semver, semver], INT, (a, b) => BigInt(versionOrder(a.held, b.held))),
  method('semver_major', 'major', [semver], INT, ({ held }) => held.major),
  method('semver_minor', 'minor', [semver], INT, ({ held }) => held.minor),
  method('semver_patch', 'patch', [semver], INT, ({ held }) => held.patch),
]

/** All of them. */
export const KUBERNETES: readonly Overload[] = [
  overload('jsonpatch_escapeKey_string', 'jsonpatch.escapeKey', [TEXT], STRING, (key) =>
    key.replaceAll('~', '~0').replaceAll('/', '~1'),
  ),
  ...quantities,
  ...addresses,
  ...ranges,
  ...urls,
  ...formats,
  ...versions,
]
