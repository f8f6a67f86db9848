/** Bytes in both directions as a stream of Node, for what speaks HTTP over those. */
import { Duplex } from 'node:stream'
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'

/** The stream. To destroy it is to close what it stands on. */
export function nodeStream(duplex: ByteDuplex): Duplex {
  const pieces = duplex.received[Symbol.asyncIterator]()
  return new Duplex({
    read() {
      pieces.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error) => this.destroy(error),
      )
    },
    write(bytes: Uint8Array, _encoding, done) {
      duplex.send(bytes).then(() => done(), done)
    },
    final(done) {
      duplex.end()
      done()
    },
    destroy(error, done) {
      duplex.close()
      done(error)
    },
  })
}
