/**
 * Headers of a request that is carried on to somebody else, and of the answer.
 * Source: RFC 9110 section 7.6.1; Go net/http/httputil ReverseProxy; apiserver WithAuthentication; apimachinery util/proxy.
 */
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** They are about one connection. */
const HOP_BY_HOP = [
  'connection',
  'proxy-connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** They told this server who asks; nobody behind it is to know. */
const CREDENTIALS = /^(authorization$|impersonate-)/

/** Without what is about one connection, and what its header Connection names besides. */
export function endToEnd(headers: Headers): Record<string, string | readonly string[]> {
  const named = [headers.connection ?? '']
    .flat()
    .flatMap((text) => text.split(','))
    .map((name) => name.trim().toLowerCase())
  const left = new Set([...HOP_BY_HOP, ...named])
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined || left.has(name) ? [] : [[name, value]])),
  )
}

/** The headers of a request, as it is carried on. */
export function requestHeaders(
  { headers, remoteAddress }: Pick<ApiRequest, 'headers' | 'remoteAddress'>,
  uri: string,
): Record<string, string | readonly string[]> {
  const kept = Object.fromEntries(Object.entries(endToEnd(headers)).filter(([name]) => !CREDENTIALS.test(name)))
  const before = headers['x-forwarded-for']
  const forwarded = remoteAddress ? (before ? `${before}, ${remoteAddress}` : remoteAddress) : before
  return {
    ...kept,
    ...(headers.te?.includes('trailers') ? { te: 'trailers' } : {}),
    ...(forwarded ? { 'x-forwarded-for': forwarded } : {}),
    'x-forwarded-uri': uri,
  }
}

/** What brings about a switch of protocols, which is otherwise about one connection. */
export const switchHeaders = ({ upgrade }: ApiRequest['headers']): Record<string, string> =>
  upgrade ? { connection: 'Upgrade', upgrade } : {}

/** Where a redirect leads: what lies behind the proxy is seen below its path. */
export function seenFrom(location: string, prefix: string, hosts: readonly string[]): string {
  const url = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)(.*)$/is.exec(location)
  const path = url ? url[2] || '/' : location
  const isElsewhere = url !== null && !hosts.includes(url[1] ?? '')
  if (isElsewhere || !path.startsWith('/') || path.startsWith(prefix)) return location
  return prefix + path
}

/** The headers of an answer, as it is carried back. */
export function answerHeaders(given: Headers, prefix: string, hosts: readonly string[]): ApiResponse['headers'] {
  const headers = endToEnd(given)
  const { location } = headers
  return typeof location === 'string' ? { ...headers, location: seenFrom(location, prefix, hosts) } : headers
}
