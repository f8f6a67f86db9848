/** For tests of protocols: bytes cut anywhere, and all that came. */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'

/** A connection that says these bytes in pieces of so many, and keeps what it is sent. It ends when `ends` resolves. */
export function recorded(bytes: Uint8Array, pieceBytes: number, ends: Promise<void>) {
  const sent: Uint8Array[] = []
  let isEnded = false
  const duplex: ByteDuplex = {
    received: (async function* () {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
      await ends
    })(),
    async send(piece) {
      sent.push(piece)
    },
    end() {
      isEnded = true
    },
    close() {
      isEnded = true
    },
  }
  return { duplex, sent: () => Buffer.concat(sent), isEnded: () => isEnded }
}
