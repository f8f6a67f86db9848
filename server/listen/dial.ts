/** A connection with an address: the one way out of the server that is not a client's. */
import { connect } from 'node:net'
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { socketDuplex } from '@muster/base/socket-duplex.ts'

/** Source: kubernetes pkg/controlplane/apiserver CreateProxyTransport over Go's default dialer. */
const DIAL_TIMEOUT: Duration = seconds(30)

/** Dials. Throws Unavailable in the words of Go, which clients know. */
export function dialOver(clock: Clock): (host: string, port: number) => Promise<ByteDuplex> {
  return async (host, port) => {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
    const decided = new AbortController()
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', reject)
        clock.sleep(DIAL_TIMEOUT, decided.signal).then(
          () => reject(Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })),
          () => {},
        )
      })
    } catch (cause) {
      socket.destroy()
      const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
      throw new ControlError('Unavailable', `dial tcp ${address}: ${whyOf(cause)}`, cause)
    } finally {
      decided.abort()
    }
    return socketDuplex(socket)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connect: connection refused',
  EHOSTUNREACH: 'connect: no route to host',
  ENETUNREACH: 'connect: network is unreachable',
  ETIMEDOUT: 'i/o timeout',
}

function whyOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause))
}
