/**
 * A command over a WebSocket: channels 0 to 4 are stdin, stdout, stderr, error and resize.
 * Source: cri-streaming pkg/streaming/remotecommand/websocket.go; apiserver pkg/util/proxy/websocket.go.
 */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import { openChannels } from '../websocket/channels.ts'
import { openWebSocket } from '../websocket/connection.ts'
import { sayOutcome } from './outcome.ts'
import { type Command, type CommandOptions, run } from './run.ts'

/** What clients of WebSockets name; one that names none means the second. */
export const WEBSOCKET_PROTOCOLS = [
  'v5.channel.k8s.io',
  'channel.k8s.io',
  'base64.channel.k8s.io',
  'v4.channel.k8s.io',
  'v4.base64.channel.k8s.io',
]

const CHANNELS = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const

/** Runs the command in the channels that were asked for. */
export async function runOverWebSocket(
  duplex: ByteDuplex,
  protocol: string,
  options: CommandOptions,
  command: Command,
): Promise<void> {
  const form = { isBase64: protocol.includes('base64'), hasClose: protocol.startsWith('v5') }
  const { stdin, stdout, resize, stderr, error } = CHANNELS
  const channels = openChannels(openWebSocket(duplex), form, [
    ...(options.stdin ? [stdin] : []),
    ...(options.tty ? [resize] : []),
  ])
  const to = (channel: number, isAsked: boolean) =>
    isAsked ? (bytes: Uint8Array) => channels.send(channel, bytes) : undefined
  const lowest = options.stdout ? stdout : options.stderr ? stderr : error
  // Tells the client that all is ready. Who is gone already is heard of below.
  await channels.send(lowest, new Uint8Array(0)).catch(() => {})
  await run(
    {
      stdin: options.stdin ? channels.received(stdin) : undefined,
      stdout: to(stdout, options.stdout),
      stderr: to(stderr, options.stderr && !options.tty),
      resizes: options.tty ? channels.received(resize) : undefined,
      gone: channels.ended,
      async finish(outcome) {
        const said = sayOutcome(outcome, /^v[45]/.test(protocol))
        if (said.length > 0) await channels.send(error, said)
        channels.close()
      },
    },
    command,
  )
}
