/** What tells our files from others', and this format from later ones. */

/** 'MSTR', as SQLite keeps it in the header of a file. */
export const APPLICATION_ID = 0x4d535452

/** Raised when a file of this Muster cannot be read by the one before. */
export const FORMAT_VERSION = 1

export const MANIFEST_FILE = 'muster.db'

export const segmentFile = (number: number): string => `log-${String(number).padStart(8, '0')}.db`

export const SEGMENT_FILE_PATTERN = /^log-\d{8}\.db(-wal|-shm|-journal)?$/
