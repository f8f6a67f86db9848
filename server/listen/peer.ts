/** Who is at the other end of a connection, found out once for all that is asked over it. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Peer } from './exchange.ts'

/**
 * Who is at the other end. A connection is known by an object of its own: in HTTP/2 its session, since there every asking
 * for the socket makes another. The certificate is the same array each time, by which others remember what they found out.
 */
export function peerOf(connection: object, socketOf: () => Socket | TLSSocket | undefined): Peer {
  const known = peers.get(connection)
  if (known) return known
  const socket = socketOf()
  const peer = {
    address: socket?.remoteAddress,
    certificate: socket instanceof TLSSocket ? socket.getPeerX509Certificate()?.raw : undefined,
  }
  peers.set(connection, peer)
  return peer
}

const peers = new WeakMap<object, Peer>()
