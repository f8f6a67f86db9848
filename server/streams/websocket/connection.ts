/**
 * The server's side of a WebSocket over any connection: messages in pieces, as they come, and whole ones out. Pings are
 * answered here. Source: RFC 6455.
 */
import { type ByteDuplex, nobodyThere } from '@muster/base/byte-duplex.ts'
import { byteReader } from '../byte-reader.ts'
import { frameOf, OPCODES, readHead, unmask } from './frames.ts'

/** A part of a message. A message without bytes is one piece without bytes. */
export interface Piece {
  readonly bytes: Uint8Array
  readonly isText: boolean
  readonly isFirst: boolean
  readonly isLast: boolean
}

/** A WebSocket that is open. */
export interface WebSocketEnd {
  /** Ends when the client closes; for one reader. Throws Unavailable when the connection breaks. */
  readonly received: AsyncIterable<Piece>
  /** Sends one message. Resolves when there is room for more; throws Unavailable when the client is gone. */
  send(bytes: Uint8Array, kind?: 'binary' | 'text'): Promise<void>
  /** Says that all is said. */
  close(code?: number): void
}

/** Why a WebSocket is closed. Source: RFC 6455 section 7.4.1. */
export const CLOSE = { normal: 1000, protocolError: 1002, tooBig: 1009 } as const

/** What is handed on at once of a long frame. */
const PIECE_BYTES_MAX = 64 * 1024

/** Talks as a server over a connection whose handshake is done. */
export function openWebSocket(duplex: ByteDuplex): WebSocketEnd {
  let isClosed = false
  const close = (code: number = CLOSE.normal) => {
    if (isClosed) return
    isClosed = true
    const payload = new Uint8Array([code >> 8, code & 0xff])
    duplex.send(frameOf(OPCODES.close, payload)).then(duplex.end, duplex.end)
  }
  const answer = (opcode: number, payload: Uint8Array) => {
    if (!isClosed) void duplex.send(frameOf(opcode, payload)).catch(() => {})
  }
  return {
    received: receive(duplex, answer, close),
    async send(bytes, kind = 'binary') {
      if (isClosed) throw nobodyThere()
      await duplex.send(frameOf(OPCODES[kind], bytes))
    },
    close,
  }
}

async function* receive(
  duplex: ByteDuplex,
  answer: (opcode: number, payload: Uint8Array) => void,
  close: (code?: number) => void,
): AsyncGenerator<Piece> {
  const reader = byteReader(duplex.received)
  let isText = false
  let isOpen = false
  for (;;) {
    const head = await readHead(reader)
    if (!head) return
    if (head === 'broken') return close(CLOSE.protocolError)
    const { opcode, length, mask, isLast } = head
    if (opcode >= OPCODES.close) {
      const payload = await reader.take(length)
      if (!payload) return
      if (opcode === OPCODES.close) return close()
      if (opcode === OPCODES.ping) answer(OPCODES.pong, unmask(payload, mask, 0))
      continue
    }
    const isFirst = opcode !== OPCODES.continuation
    if (opcode > OPCODES.binary || isFirst === isOpen) return close(CLOSE.protocolError)
    if (isFirst) isText = opcode === OPCODES.text
    isOpen = !isLast
    if (length === 0) yield { bytes: new Uint8Array(0), isText, isFirst, isLast }
    for (let at = 0; at < length; ) {
      const piece = await reader.takeSome(Math.min(length - at, PIECE_BYTES_MAX))
      if (!piece) return
      const bytes = unmask(piece, mask, at)
      const isStart = at === 0
      at += piece.length
      yield { bytes, isText, isFirst: isFirst && isStart, isLast: isLast && at === length }
    }
  }
}
