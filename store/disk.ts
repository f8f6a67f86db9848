/**
 * One file of bytes as an engine sees it, so that the simulator can lose what was not synced.
 * Not for SQLite, which keeps its files to itself.
 */
export interface Disk {
  /** What is in the file, written though perhaps not yet synced. */
  size(): Promise<number>
  read(offset: number, length: number): Promise<Uint8Array>
  /** Puts bytes at an offset, at most the present size. Durable only after {@link sync}. Throws StorageFull, writing nothing. */
  write(offset: number, bytes: Uint8Array): Promise<void>
  /** Resolves once all that was written before is durable. Any error leaves that in doubt. */
  sync(): Promise<void>
  truncate(size: number): Promise<void>
}
