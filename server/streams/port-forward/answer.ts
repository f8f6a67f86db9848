/** Answers `portforward`: over SPDY/3.1, over SPDY/3.1 inside a WebSocket, or over channels of a WebSocket. */
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'
import type { Clock } from '@muster/base/clock.ts'
import { agreeOn, disagreeing, switching, upgradeOf } from '../upgrade.ts'
import { openWebSocket } from '../websocket/connection.ts'
import { tunnelIn } from '../websocket/tunnel.ts'
import type { PortSource } from './forward.ts'
import { forwardOverSpdy, SPDY_PROTOCOL } from './over-spdy.ts'
import { forwardOverWebSocket, portsIn, WEBSOCKET_PROTOCOLS } from './over-websocket.ts'

/** A WebSocket whose messages are SPDY/3.1. Source: apiserver pkg/util/proxy/streamtunnel.go. */
const TUNNEL = `SPDY/3.1+${SPDY_PROTOCOL}`

/** Throws BadRequest for a request that asks for no conversation. */
export function answerPorts(request: ApiRequest, source: PortSource, clock: Clock): ApiResponse {
  const upgrade = upgradeOf(request)
  const known = upgrade.to === 'spdy' ? [SPDY_PROTOCOL] : [TUNNEL, ...WEBSOCKET_PROTOCOLS]
  const protocol = agreeOn(upgrade, known)
  if (protocol === undefined) return disagreeing(upgrade, known)
  if (upgrade.to === 'spdy') {
    return switching(upgrade, protocol, (duplex) => forwardOverSpdy(duplex, source, clock))
  }
  if (protocol === TUNNEL) {
    return switching(upgrade, protocol, (duplex) =>
      forwardOverSpdy(tunnelIn(openWebSocket(duplex), duplex), source, clock),
    )
  }
  const ports = portsIn(request.query)
  return switching(upgrade, protocol, (duplex) => forwardOverWebSocket(duplex, protocol, ports, source))
}
