/**
 * A request of HTTP/1.1 that asks for its connection to be switched to another protocol. It has no body, and nothing
 * follows it but what that protocol says; where the answer is another one, the connection ends with it.
 */
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ApiResponse, Talk } from '@muster/api/message.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { socketDuplex } from '@muster/base/socket-duplex.ts'
import type { Exchange } from './exchange.ts'
import { headersOf } from './http1.ts'
import { peerOf } from './peer.ts'

/** True for the two that anything behind this server speaks. Others go on as if they had not asked. */
export const asksToSwitch = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean =>
  /^(websocket|spdy\/3\.1)$/i.test(headers.upgrade ?? '')

/** For a client to end its side once the server has ended its own. */
const GOODBYE: Duration = seconds(5)

/** The exchange of such a request. `head` came after it already. */
export function overUpgrade(request: IncomingMessage, socket: Duplex, head: Uint8Array, clock: Clock): Exchange {
  return {
    method: request.method ?? 'GET',
    target: request.url ?? '/',
    headers: headersOf(request),
    rawHeaders: request.rawHeaders,
    peer: peerOf(request.socket, () => request.socket),
    input: undefined,
    output: socket,
    begin: (status, headers) => void socket.write(headOf(status, headers)),
    hasOwnOutput: false,
    unreadHeaders: {},
    leaveUnread() {},
    async converse(talk: Talk) {
      try {
        await talk(socketDuplex(socket, head))
      } finally {
        await sayGoodbye(socket, clock)
      }
    },
  }
}

function headOf(status: number, headers: ApiResponse['headers']): string {
  const all = status === 101 ? headers : { ...headers, connection: 'close' }
  const lines = Object.entries(all).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`))
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', ''].join('\r\n')
}

/** Reads on until the client has ended too: a socket that is closed over unread bytes takes back what it has sent. */
async function sayGoodbye(socket: Duplex, clock: Clock): Promise<void> {
  socket.resume()
  await new Promise<void>((resolve) => {
    socket.once('close', resolve)
    if (socket.destroyed) resolve()
    else socket.end(resolve)
  })
  const ended = new AbortController()
  if (socket.destroyed || socket.readableEnded) return void socket.destroy()
  for (const event of ['end', 'close']) socket.once(event, () => ended.abort())
  await clock.sleep(GOODBYE, ended.signal).catch(() => {})
  socket.destroy()
}
