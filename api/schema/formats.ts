/**
 * The formats of texts that are checked, each as Kubernetes checks it; every other format is a remark.
 * Source: apiextensions pkg/apiserver/validation/formats.go (which), kube-openapi pkg/validation/strfmt (how).
 */
import { byteLength } from '../go-text.ts'
import { isCreditCard, isIsbn10, isIsbn13 } from './formats/check-digits.ts'
import { isEmailAddress } from './formats/email.ts'
import { isCidr, isIpv4, isIpv6 } from './formats/ip.ts'
import { isMacAddress } from './formats/mac.ts'
import { isDate, isDateTime, isDuration } from './formats/time.ts'
import { parseRequestUri } from './formats/uri.ts'

/** True for a format that is checked. Dashes in its name do not count: `date-time` is `datetime`. */
export const isValidatedFormat = (format: string): boolean => FORMATS.has(format.replaceAll('-', ''))

/** True if the text looks as its format says; true for every format that is not checked. */
export const matchesFormat = (format: string, text: string): boolean =>
  FORMATS.get(format.replaceAll('-', ''))?.(text) ?? true

const byPattern =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text)

const BYTE = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/
const CHANNEL = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])'
const GAP = '[\\t\\n\\f\\r ]*'
const RGB_COLOR = new RegExp(`^rgb\\(${GAP}${CHANNEL}${GAP},${GAP}${CHANNEL}${GAP},${GAP}${CHANNEL}${GAP}\\)$`)
const SHORT_NAME = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const LETTER = 'a-zA-Z0-9\\p{S}\\p{L}'
const HOST_LABEL = `[${LETTER}](?:[-${LETTER}]{0,61}[${LETTER}])?`
const HOSTNAME = new RegExp(`^(?:[${LETTER}]-?[${LETTER}]{0,62}|[${LETTER}]|(?:${HOST_LABEL}\\.)+\\p{L}{2,63})$`, 'u')

const uuid = (version: string, variant: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?${variant}-?[0-9a-f]{12}$`, 'i')

const HEX4 = '[0-9a-f]{4}'
const VARIANT = '[89ab][0-9a-f]{3}'

/** At most 255 bytes, and 63 of them between two dots. */
const isHostname = (text: string): boolean =>
  byteLength(text) <= 255 && HOSTNAME.test(text) && text.split('.').every((label) => byteLength(label) <= 63)

const named = (pattern: string, bytesMax: number) => {
  const whole = new RegExp(`^${pattern}$`)
  return (text: string): boolean => text.length <= bytesMax && whole.test(text)
}

const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['bsonobjectid', byPattern(/^[0-9a-fA-F]{24}$/)],
  ['byte', byPattern(BYTE)],
  ['cidr', isCidr],
  ['creditcard', isCreditCard],
  ['date', isDate],
  ['datetime', isDateTime],
  ['duration', isDuration],
  ['email', isEmailAddress],
  ['hexcolor', byPattern(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['isbn', (text: string) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['k8slongname', named(`${SHORT_NAME}(?:\\.${SHORT_NAME})*`, 253)],
  ['k8sshortname', named(SHORT_NAME, 63)],
  ['mac', isMacAddress],
  ['password', () => true],
  ['rgbcolor', byPattern(RGB_COLOR)],
  // Eleven characters, so both dashes are there though the pattern would do without them.
  ['ssn', byPattern(/^\d{3}[- ]\d{2}[- ]\d{4}$/)],
  ['uri', (text: string) => parseRequestUri(text) !== undefined],
  ['uuid', byPattern(uuid(HEX4, HEX4))],
  ['uuid3', byPattern(uuid('3[0-9a-f]{3}', HEX4))],
  ['uuid4', byPattern(uuid('4[0-9a-f]{3}', VARIANT))],
  ['uuid5', byPattern(uuid('5[0-9a-f]{3}', VARIANT))],
])
