/** Answers `exec` and `attach`: agrees with the client on a protocol, and switches to it. */
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'
import type { Clock } from '@muster/base/clock.ts'
import { agreeOn, disagreeing, refusedInText, switching, upgradeOf } from '../upgrade.ts'
import { runOverSpdy, SPDY_PROTOCOLS } from './over-spdy.ts'
import { runOverWebSocket, WEBSOCKET_PROTOCOLS } from './over-websocket.ts'
import type { Command, CommandOptions } from './run.ts'

/** Throws BadRequest for a request that asks for no conversation. */
export function answerCommand(
  request: ApiRequest,
  options: CommandOptions,
  command: Command,
  clock: Clock,
): ApiResponse {
  const upgrade = upgradeOf(request)
  // Source: cri-streaming remotecommand NewOptions.
  if (!options.stdin && !options.stdout && !options.stderr) {
    return refusedInText('you must specify at least 1 of stdin, stdout, stderr')
  }
  const known = upgrade.to === 'spdy' ? SPDY_PROTOCOLS : WEBSOCKET_PROTOCOLS
  const protocol = agreeOn(upgrade, known)
  if (protocol === undefined) return disagreeing(upgrade, known)
  return switching(upgrade, protocol, (duplex) =>
    upgrade.to === 'spdy'
      ? runOverSpdy(duplex, protocol, options, command, clock)
      : runOverWebSocket(duplex, protocol, options, command),
  )
}
