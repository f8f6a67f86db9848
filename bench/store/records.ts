/**
 * Keys and values that can be told from all others: a value is made from its key's number and the number of its write,
 * so whoever knows those two knows every byte.
 *
 *     value   [ key number u32 ][ write number u32 ][ ...bytes of the pool, from a place that both numbers choose ]
 */
import { seededRandom } from '@muster/base/random.ts'

/** All keys of the workloads start with this. */
export const PREFIX = 'bench/'

const DIGITS = 8
const POOL_BYTES = 1 << 20
// Fixed, so that the process that verifies knows the bytes that another process wrote.
const random = seededRandom(20_161)
const pool = Buffer.from(Uint32Array.from({ length: POOL_BYTES / 4 }, () => random.next() * 2 ** 32).buffer)

/** Byte order of keys is the order of their numbers. */
export const keyOf = (index: number): string => PREFIX + String(index).padStart(DIGITS, '0')

/** `sequence` names the write: no two writes of one run share it. */
export function valueFor(index: number, sequence: number, bytes: number): Buffer {
  const value = Buffer.allocUnsafe(bytes)
  const from = (index * 7_919 + sequence * 104_729) % (POOL_BYTES - bytes)
  pool.copy(value, 0, from, from + bytes)
  value.writeUInt32LE(index, 0)
  value.writeUInt32LE(sequence, 4)
  return value
}

/** The number of the key that a value was made for. */
export const indexOf = (value: Uint8Array): number => uint32At(value, 0)

/** The number of the write that made a value. */
export const sequenceOf = (value: Uint8Array): number => uint32At(value, 4)

const uint32At = (value: Uint8Array, at: number): number =>
  ((value[at] ?? 0) | ((value[at + 1] ?? 0) << 8) | ((value[at + 2] ?? 0) << 16)) + (value[at + 3] ?? 0) * 2 ** 24
