/** Addresses that a request may be made to. Source: Go net/url ParseRequestURI. */
import { isIpv6 } from './ip.ts'

/** What is asked of an address that was understood. */
export interface RequestUri {
  /** In lower case; empty for a mere path. */
  readonly scheme: string
  /** With its port; empty without one. */
  readonly host: string
  readonly path: string
}

/** An absolute URI or a path from the root; undefined for anything else. */
export function parseRequestUri(text: string): RequestUri | undefined {
  if (text === '' || hasControlCharacter(text)) return undefined
  if (text === '*') return { scheme: '', host: '', path: '*' }
  if (text.startsWith(':')) return undefined
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(text)?.[1] ?? ''
  const [rest = ''] = (scheme === '' ? text : text.slice(scheme.length + 1)).split('?', 1)
  if (!rest.startsWith('/')) return scheme === '' ? undefined : { scheme: scheme.toLowerCase(), host: '', path: '' }
  if (scheme === '' || !rest.startsWith('//')) return uriOf(scheme, '', rest)
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const at = authority.lastIndexOf('@')
  const host = authority.slice(at + 1)
  if (at >= 0 && !isUser(authority.slice(0, at))) return undefined
  return isHost(host, scheme.toLowerCase()) ? uriOf(scheme, host, slash < 0 ? '' : rest.slice(slash)) : undefined
}

const uriOf = (scheme: string, host: string, path: string): RequestUri | undefined =>
  isEscaped(path) ? { scheme: scheme.toLowerCase(), host, path } : undefined

const isUser = (text: string): boolean => /^[-A-Za-z0-9._:~!$&'()*+,;=%@]*$/.test(text) && isEscaped(text)

/** Every percent sign is followed by two hexadecimal digits. */
const isEscaped = (text: string): boolean => !/%(?![0-9a-fA-F]{2})/.test(text)

function isHost(text: string, scheme: string): boolean {
  const open = text.lastIndexOf('[')
  if (open > 0) return false
  if (open === 0) {
    const close = text.lastIndexOf(']')
    const [address = ''] = text.slice(1, close).split('%25', 1)
    return close > 0 && isPort(text.slice(close + 1)) && isIpv6(address)
  }
  // Elsewhere than in http, hosts may be listed with their ports, divided by commas; the last port is looked at.
  const strict = scheme === 'http' || scheme === 'https'
  const colon = strict ? text.indexOf(':') : text.lastIndexOf(':')
  if (colon >= 0 && !isPort(text.slice(colon))) return false
  return isEscaped(text) && /^(?:%(?:25|[89a-fA-F][0-9a-fA-F])|[-\w.~!$&'()*+,;=:[\]<>"]|\P{ASCII})*$/u.test(text)
}

const isPort = (text: string): boolean => /^(?::[0-9]*)?$/.test(text)

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code === 0x7f) return true
  }
  return false
}
