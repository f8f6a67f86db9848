/** The few verbs that the agent needs of files. Paths are absolute, with `/`. */

/** What is at a path, links followed. */
export type FileKind = 'file' | 'directory' | 'socket' | 'character-device' | 'block-device' | 'other'

/** A file system. What goes wrong in it is thrown as it came from the system. */
export interface FileSystem {
  /** The last so many bytes of a file, all of it by default; undefined when there is no such file. */
  read(path: string, lastBytes?: number): Promise<Uint8Array | undefined>
  /** Writes a file anew, with these permissions. */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>
  /** Makes a directory, and those above it; one that is there stays as it is. */
  makeDirectory(path: string, mode?: number): Promise<void>
  /** Makes a symbolic link to a target, which need not exist. */
  link(path: string, target: string): Promise<void>
  /** What a link says; undefined for all else. */
  readLink(path: string): Promise<string | undefined>
  /** Gives it another name, in place of what has that name: nobody ever sees neither. */
  rename(from: string, to: string): Promise<void>
  /** Removes it with all that is in it; does nothing when it is not there. A link is removed, not what it says. */
  remove(path: string): Promise<void>
  /** The names in a directory, in order; none when there is no such directory. */
  list(path: string): Promise<readonly string[]>
  kindOf(path: string): Promise<FileKind | undefined>
}
