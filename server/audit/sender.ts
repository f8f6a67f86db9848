/** What a request shows of where it comes from. Source: apimachinery pkg/util/net SourceIPs; apiserver pkg/audit. */
import { readIP } from '@muster/api/ip-address.ts'
import type { ApiRequest } from '@muster/api/message.ts'

/** Where it comes from, and what the client calls itself; what is not known is left out. */
export function senderOf(request: ApiRequest): { sourceIPs?: readonly string[]; userAgent?: string } {
  const [sourceIPs, userAgent] = [sourceIpsOf(request), sayUserAgent(request)]
  return { ...(sourceIPs.length > 0 ? { sourceIPs } : {}), ...(userAgent ? { userAgent } : {}) }
}

/**
 * From the first to the last who passed it on: what X-Forwarded-For says, then X-Real-Ip, then who is connected. All but
 * the last can be made up by the client.
 */
function sourceIpsOf({ headers, remoteAddress }: ApiRequest): readonly string[] {
  const { 'x-forwarded-for': forwarded, 'x-real-ip': real = '' } = headers
  const ips = forwarded
    ? forwarded
        .split(',')
        .map((one) => one.trim())
        .filter(isIpAddress)
    : []
  if (real !== '' && isIpAddress(real.trim()) && !ips.includes(real.trim())) ips.push(real.trim())
  const remote = (remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '')
  // What the system says of a connection is an address, but for the name of an interface behind it.
  if (remote !== '' && !remote.includes('%') && ips.at(-1) !== remote) ips.push(remote)
  return ips
}

const isIpAddress = (text: string): boolean => readIP(text) !== undefined

/** Source: apiserver pkg/audit/request.go maxUserAgentLength. */
const USER_AGENT_LENGTH_MAX = 1024

/** What the client calls itself, within a limit. */
function sayUserAgent({ headers }: ApiRequest): string {
  const said = headers['user-agent'] ?? ''
  return said.length > USER_AGENT_LENGTH_MAX ? `${said.slice(0, USER_AGENT_LENGTH_MAX)}...TRUNCATED` : said
}

/** By what means a client that is not known tried to be, never with what. */
export function triedCredentials({ headers, query, clientCertificate }: ApiRequest): string {
  const [scheme = '', ...rest] = (headers.authorization ?? '').trim().split(' ')
  const tried = [
    ...(scheme.toLowerCase() === 'basic' ? ['basic'] : []),
    ...(scheme.toLowerCase() === 'bearer' && rest.length > 0 ? ['bearer'] : []),
    ...(query.get('access_token')?.trim() ? ['access_token'] : []),
    ...(clientCertificate ? ['x509'] : []),
  ]
  return tried.length > 0
    ? `Authentication failed, attempted: ${tried.join(', ')}`
    : 'Authentication failed, no credentials provided'
}
