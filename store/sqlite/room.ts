/** How much room a disk has left. */
import { statfsSync } from 'node:fs'

/** With less than this, even the small files that SQLite makes now and then may find no room. */
const ROOM_MIN_BYTES = 1024 * 1024

/** Bytes that may still be written to the file system of a directory. */
export function roomIn(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

/** Whether a failure there is most likely for want of room, whatever name SQLite gives it. */
export const isOutOfRoom = (directory: string): boolean => roomIn(directory) < ROOM_MIN_BYTES
