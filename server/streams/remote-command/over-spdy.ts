/**
 * A command over SPDY/3.1: the client opens a stream for each of error, stdin, stdout, stderr and resize.
 * Source: cri-streaming pkg/streaming/remotecommand/httpstream.go.
 */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { Clock } from '@muster/base/clock.ts'
import { openSpdy, type SpdyStream } from '../spdy/connection.ts'
import { STREAM_CREATION_TIMEOUT } from '../timeout.ts'
import { sayOutcome } from './outcome.ts'
import { type Command, type CommandOptions, run } from './run.ts'

/** What clients of SPDY name, the newest first; one that names none means the oldest. */
export const SPDY_PROTOCOLS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io']

const isStream = (type: string | undefined): boolean =>
  type !== undefined && ['error', 'stdin', 'stdout', 'stderr', 'resize'].includes(type)

/** Waits for the streams that were asked for, and runs the command in them. */
export async function runOverSpdy(
  duplex: ByteDuplex,
  protocol: string,
  options: CommandOptions,
  command: Command,
  clock: Clock,
): Promise<void> {
  const wanted = ['error', ...streamsOf(options, protocol.startsWith('v3') || protocol.startsWith('v4'))]
  const streams = new Map<string, SpdyStream>()
  let complete = () => {}
  const allThere = new Promise<'all there'>((resolve) => {
    complete = () => resolve('all there')
  })
  const connection = openSpdy(duplex, {
    accepts: ({ streamtype }) => isStream(streamtype),
    take(stream) {
      streams.set(stream.headers.streamtype ?? '', stream)
      if (wanted.every((type) => streams.has(type))) complete()
    },
  })
  const waiting = new AbortController()
  const late = clock.sleep(STREAM_CREATION_TIMEOUT, waiting.signal).then(
    () => 'late' as const,
    () => 'late' as const,
  )
  const outcome = await Promise.race([allThere, late, connection.ended])
  waiting.abort()
  if (outcome !== 'all there') return connection.close()
  const stream = (type: string) => (wanted.includes(type) ? streams.get(type) : undefined)
  await run(
    {
      stdin: stream('stdin')?.received,
      stdout: stream('stdout')?.send,
      stderr: stream('stderr')?.send,
      resizes: stream('resize')?.received,
      gone: connection.ended,
      async finish(outcome) {
        await stream('error')?.send(sayOutcome(outcome, protocol.startsWith('v4')))
        for (const one of streams.values()) one.end()
        connection.close()
      },
    },
    command,
  )
}

function streamsOf({ stdin, stdout, stderr, tty }: CommandOptions, resizes: boolean): string[] {
  const asked = { stdin, stdout, stderr: stderr && !tty, resize: tty && resizes }
  return Object.entries(asked).flatMap(([type, isAsked]) => (isAsked ? [type] : []))
}
