/** What tells our files from others', and this format from later ones. */

/** 'MSTR', as SQLite keeps it in the header of a file. */
export const APPLICATION_ID = 0x4d535452

/** Raised when a file of this Muster cannot be read by the one before. */
export const FORMAT_VERSION = 1

/** The name of the manifest in the directory of a store. */
export const MANIFEST_FILE = 'muster.db'

/** The name of the file of one part. */
export const segmentFile = (number: number): string => `log-${String(number).padStart(8, '0')}.db`

/** Files of parts, and what SQLite keeps beside them. Nothing else in the directory is ever removed. */
export const SEGMENT_FILE_PATTERN = /^log-\d{8}\.db(-wal|-shm|-journal)?$/
