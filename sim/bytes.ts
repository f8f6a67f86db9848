/** Bytes that grow as a file does: what is skipped over is zero. */
export interface GrowableBytes {
  readonly size: number
  /** A copy of at most `length` bytes; fewer at the end. */
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
  truncate(size: number): void
}

/** Doubling from one page, so that appending costs O(1) a byte. */
const FIRST_BYTES = 4096

/** Bytes that start as a copy of `content`. */
export function growableBytes(content: Uint8Array = new Uint8Array()): GrowableBytes {
  let room = new Uint8Array(Math.max(FIRST_BYTES, content.length))
  let size = content.length
  room.set(content)
  const reserve = (end: number) => {
    if (end <= room.length) return
    const larger = new Uint8Array(Math.max(end, 2 * room.length))
    larger.set(room)
    room = larger
  }
  return {
    get size() {
      return size
    },
    read: (offset, length) => room.slice(offset, Math.min(size, offset + length)),
    write(offset, bytes) {
      reserve(offset + bytes.length)
      room.set(bytes, offset)
      size = Math.max(size, offset + bytes.length)
    },
    truncate(to) {
      reserve(to)
      // What is cut off reads as zero if the file grows again.
      if (to < size) room.fill(0, to, size)
      size = to
    },
  }
}
