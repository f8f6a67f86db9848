/** A tar archive of a few small files. Source of the form: POSIX.1-1988 ustar. */

/** One file of an archive. */
export interface TarFile {
  /** At most 100 bytes. */
  readonly name: string
  readonly content: Uint8Array
}

const BLOCK = 512

/** The archive, uncompressed. */
export function tarOf(files: readonly TarFile[], at: Date): Uint8Array {
  const blocks = files.flatMap(({ name, content }) => [header(name, content.length, at), padded(content)])
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)])
}

function header(name: string, size: number, at: Date): Uint8Array {
  const bytes = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  bytes.write(name, 0, 100)
  bytes.write(octal(0o600, 7), 100)
  bytes.write(octal(0, 7), 108)
  bytes.write(octal(0, 7), 116)
  bytes.write(octal(size, 11), 124)
  bytes.write(octal(Math.floor(at.getTime() / 1000), 11), 136)
  bytes.write(' '.repeat(8), 148)
  bytes.write('0', 156)
  bytes.write('ustar\x0000', 257)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return bytes
}

const padded = (content: Uint8Array): Uint8Array =>
  Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)])
