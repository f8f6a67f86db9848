/** What kubectl 1.33 said in `kubectl exec -i web -- cat` with one line of input, recorded, and what it is answered. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '@muster/api/node-agent.ts'
import { bytePipe } from '@muster/base/byte-pipe.ts'
import { ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { byteReader } from '../byte-reader.ts'
import { readHead, TYPES } from '../spdy/frames.ts'
import { recorded } from '../testing/pieces.ts'
import { outcomeOf, sayOutcome } from './outcome.ts'
import { runOverSpdy } from './over-spdy.ts'
import { runOverWebSocket } from './over-websocket.ts'

const OVER_SPDY = Buffer.from(
  'gAMAAQAAACkAAAABAAAAAAAAePnjxqfCYmBgYASns5Ki1MRcaFHCmgoKaAAAAAD//4ADAAEAAAAXAAAAAwAAAAAAAMIuVVySkpkHAAAA//+AAwABAAAAGQAAAAUAAAAAAADCKsVWXJKSX1oCAAAA//+AAwABAAAAFQAAAAcAAAAAAADCKZdaVAQAAAD//wAAAAMAAAAGZ2l2ZW4KAAAAAwEAAAA=',
  'base64',
)
const OVER_WEBSOCKET = Buffer.from('god5d5fNeRD+uxwZnYKCkwR2rGwE', 'base64')
const OPTIONS = { stdin: true, stdout: true, stderr: true, tty: false }

/** `cat`, with an exit code of its own. */
function cat(exitCode: number): Session {
  const pipe = bytePipe(1024)
  const ended = Promise.withResolvers<{ exitCode: number }>()
  return {
    stdin: {
      async write(bytes) {
        await pipe.write(bytes)
      },
      end() {
        pipe.end()
        ended.resolve({ exitCode })
      },
    },
    stdout: pipe.received,
    stderr: (async function* () {})(),
    resize() {},
    close() {
      pipe.end()
      ended.resolve({ exitCode: 137 })
    },
    ended: ended.promise,
  }
}

/** What was sent in each stream. */
async function dataIn(
  bytes: Uint8Array,
): Promise<{ replies: number; streams: Record<number, string>; ended: number[] }> {
  const reader = byteReader(
    (async function* () {
      yield bytes
    })(),
  )
  const streams: Record<number, string> = {}
  const ended: number[] = []
  let replies = 0
  for (let head = await readHead(reader); head && head !== 'broken'; head = await readHead(reader)) {
    const payload = Buffer.from((await reader.take(head.length)) ?? []).toString()
    if (head.frame === 'control') {
      if (head.type === TYPES.synReply) replies++
      continue
    }
    streams[head.stream] = (streams[head.stream] ?? '') + payload
    if (head.flags === 1) ended.push(head.stream)
  }
  return { replies, streams, ended: ended.sort() }
}

for (const pieceBytes of [1, 7, 4096]) {
  test(`over SPDY, in pieces of ${pieceBytes}`, async () => {
    const { duplex, sent, isEnded } = recorded(OVER_SPDY, pieceBytes, new Promise(() => {}))
    const command = { doing: 'doing', open: async () => cat(3) }
    await runOverSpdy(duplex, 'v4.channel.k8s.io', OPTIONS, command, systemClock)
    const { replies, streams, ended } = await dataIn(sent())
    deepEqual([replies, ended, isEnded()], [4, [1, 3, 5, 7], true])
    equal(streams[5], 'given\n')
    deepEqual(JSON.parse(streams[1] ?? ''), { metadata: {}, ...outcomeOf(3) })
  })

  test(`over a WebSocket, in pieces of ${pieceBytes}`, async () => {
    const { duplex, sent, isEnded } = recorded(OVER_WEBSOCKET, pieceBytes, new Promise(() => {}))
    await runOverWebSocket(duplex, 'v5.channel.k8s.io', OPTIONS, { doing: 'doing', open: async () => cat(0) })
    const success = '{"metadata":{},"status":"Success"}'
    if (pieceBytes < 16) return equal(isEnded(), true)
    const expected = Buffer.concat([
      Buffer.from([0x82, 1, 1]),
      Buffer.from([0x82, 7, 1]),
      Buffer.from('given\n'),
      Buffer.from([0x82, success.length + 1, 3]),
      Buffer.from(success),
      Buffer.from([0x88, 2, 0x03, 0xe8]),
    ])
    equal(sent().toString('latin1'), expected.toString('latin1'))
    equal(isEnded(), true)
  })
}

test('a command that cannot begin is told of on the stream of errors', async () => {
  const { duplex, sent } = recorded(OVER_SPDY, 4096, new Promise(() => {}))
  const open = () => Promise.reject(new ControlError('NotFound', 'container not found ("main")'))
  await runOverSpdy(
    duplex,
    'v4.channel.k8s.io',
    OPTIONS,
    { doing: 'error executing command in container', open },
    systemClock,
  )
  const status = JSON.parse((await dataIn(sent())).streams[1] ?? '')
  deepEqual(
    [status.status, status.reason, status.code, status.message],
    [
      'Failure',
      'InternalError',
      500,
      'Internal error occurred: error executing command in container: container not found ("main")',
    ],
  )
})

test('a client that breaks off in the middle ends the command', async () => {
  const { duplex } = recorded(OVER_SPDY.subarray(0, OVER_SPDY.length - 8), 4096, Promise.resolve())
  const session = cat(0)
  await runOverSpdy(
    duplex,
    'v4.channel.k8s.io',
    OPTIONS,
    { doing: 'doing', open: async () => session },
    systemClock,
  ).catch(() => {})
  equal((await session.ended).exitCode, 137)
})

test('before v4 an outcome is a text, and nothing when all was well', () => {
  equal(Buffer.from(sayOutcome(outcomeOf(0), false)).toString(), '')
  equal(
    Buffer.from(sayOutcome(outcomeOf(2), false)).toString(),
    'command terminated with non-zero exit code: exit status 2',
  )
})
