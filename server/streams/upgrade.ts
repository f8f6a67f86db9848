/**
 * How a request becomes a conversation: what it asks to be switched to, and the answer that switches.
 * Source: RFC 9110 section 7.8; RFC 6455 section 4.2; apimachinery pkg/util/httpstream.
 */
import { createHash } from 'node:crypto'
import { type ApiRequest, type ApiResponse, answer, answerText, type Talk } from '@muster/api/message.ts'
import { badRequest } from '@muster/api/status.ts'

/** What a client asks for, with the protocols that it knows inside of it, the one it likes best first. */
export type Upgrade =
  | { readonly to: 'spdy'; readonly protocols: readonly string[] }
  | { readonly to: 'websocket'; readonly protocols: readonly string[]; readonly key: string }

/** Throws BadRequest for a request that does not ask to be switched, or not properly. */
export function upgradeOf({ headers }: Pick<ApiRequest, 'headers'>): Upgrade {
  const asked = (headers.upgrade ?? '').toLowerCase()
  if (!listOf(headers.connection).some((word) => word.toLowerCase() === 'upgrade')) throw required()
  if (asked.includes('spdy/3.1')) return { to: 'spdy', protocols: listOf(headers['x-stream-protocol-version']) }
  if (asked !== 'websocket') throw required()
  const key = headers['sec-websocket-key']
  if (!key) throw badRequest('a WebSocket is opened with the header Sec-WebSocket-Key')
  if (headers['sec-websocket-version'] !== '13') throw badRequest('a WebSocket is opened with Sec-WebSocket-Version 13')
  return { to: 'websocket', protocols: listOf(headers['sec-websocket-protocol']), key }
}

const required = () => badRequest('Upgrade request required')

const listOf = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** The first of the client's protocols that is known; empty when it names none, undefined when it names only others. */
export const agreeOn = ({ protocols }: Upgrade, known: readonly string[]): string | undefined =>
  protocols.length === 0 ? '' : protocols.find((one) => known.includes(one))

/** Switches, and talks. An empty protocol is not mentioned. */
export function switching(upgrade: Upgrade, protocol: string, talk: Talk): ApiResponse {
  const headers =
    upgrade.to === 'spdy'
      ? { connection: 'Upgrade', upgrade: 'SPDY/3.1', ...(protocol && { 'x-stream-protocol-version': protocol }) }
      : {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-accept': acceptOf(upgrade.key),
          ...(protocol && { 'sec-websocket-protocol': protocol }),
        }
  return { status: 101, headers, body: { body: 'conversation', talk } }
}

/** That there is no protocol that both know. Source: apimachinery pkg/util/httpstream Handshake. */
export function disagreeing({ to, protocols }: Upgrade, known: readonly string[]): ApiResponse {
  const said = `unable to upgrade: unable to negotiate protocol: client supports [${protocols.join(' ')}], server accepts [${known.join(' ')}]`
  const response = answerText(403, `${said}\n`)
  return to === 'spdy'
    ? { ...response, headers: { ...response.headers, 'x-accepted-stream-protocol-versions': known } }
    : response
}

/** Source: RFC 6455 section 1.3. */
const acceptOf = (key: string): string =>
  createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')

/** A refusal in plain text, as a kubelet answers before it switches. */
export const refusedInText = (text: string): ApiResponse =>
  answer(400, 'text/plain; charset=utf-8', new TextEncoder().encode(`${text}\n`))
