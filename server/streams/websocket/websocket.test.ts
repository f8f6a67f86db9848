/** WebSockets: any message, cut and masked anyhow, comes as it was; what no client may send ends it. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recorded } from '../testing/pieces.ts'
import { openChannels } from './channels.ts'
import { openWebSocket } from './connection.ts'

/** A frame as a client sends it. */
function masked(opcode: number, isLast: boolean, payload: Uint8Array, mask: readonly number[]): Buffer {
  const { length } = payload
  const size =
    length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...words(length)]
  const [short = 0, ...more] = size
  const body = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode, 0x80 | short, ...more, ...mask]), body])
}
const words = (length: number) => [length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255]

async function messagesIn(bytes: Uint8Array, pieceBytes: number) {
  const { duplex, sent } = recorded(bytes, pieceBytes, Promise.resolve())
  const messages: Buffer[] = []
  let pieces: Uint8Array[] = []
  for await (const { bytes: piece, isFirst, isLast } of openWebSocket(duplex).received) {
    if (isFirst) pieces = []
    pieces.push(piece)
    if (isLast) messages.push(Buffer.concat(pieces))
  }
  return { messages, sent: sent() }
}

test('messages come whole, however they are cut', async () => {
  const aMask = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255))
  const aMessage = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(aMessage, { maxLength: 4 }),
      aMask,
      fc.integer({ min: 1, max: 500 }),
      async (all, mask, cut) => {
        const frames = all.flatMap((parts) =>
          parts.map((part, at) => masked(at === 0 ? 2 : 0, at === parts.length - 1, part, mask)),
        )
        const { messages } = await messagesIn(Buffer.concat(frames), cut)
        deepEqual(
          messages.map((one) => one.toString('hex')),
          all.map((parts) => Buffer.concat(parts).toString('hex')),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('a long message, and a ping in the middle of another', async () => {
  const long = Buffer.alloc(70_000, 'x')
  const mask = [1, 2, 3, 4]
  const bytes = Buffer.concat([
    masked(2, true, long, mask),
    masked(2, false, Buffer.from('be'), mask),
    masked(9, true, Buffer.from('there?'), mask),
    masked(0, true, Buffer.from('gun'), mask),
  ])
  const { messages, sent } = await messagesIn(bytes, 1000)
  deepEqual([messages[0]?.equals(long), messages[1]?.toString()], [true, 'begun'])
  deepEqual(sent, Buffer.concat([Buffer.from([0x8a, 6]), Buffer.from('there?')]))
})

for (const [what, bytes] of [
  ['is not masked', [0x82, 1, 0]],
  ['has a reserved bit', [0xc2, 0x81, 0, 0, 0, 0, 0]],
  ['goes on with nothing', [0x80, 0x81, 0, 0, 0, 0, 0]],
  ['begins in the middle', [0x02, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0]],
  ['is a ping in parts', [0x09, 0x80, 0, 0, 0, 0]],
] as const) {
  test(`a frame that ${what} closes with 1002`, async () => {
    const { sent } = await messagesIn(Uint8Array.from(bytes), 100)
    deepEqual([...sent.subarray(-4)], [0x88, 2, 0x03, 0xea])
  })
}

test('channels in base64', async () => {
  const mask = [9, 9, 9, 9]
  const { duplex, sent } = recorded(masked(1, true, Buffer.from('0aGk='), mask), 3, new Promise(() => {}))
  const channels = openChannels(openWebSocket(duplex), { isBase64: true, hasClose: false }, [0])
  for await (const bytes of channels.received(0)) {
    equal(Buffer.from(bytes).toString(), 'hi')
    break
  }
  await channels.send(1, Buffer.from('yo'))
  equal(sent().toString('latin1'), '\x81\x051eW8=')
})
