/** The files of the machine. */
import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import type { FileKind, FileSystem } from './file-system.ts'

/** Those of the machine that this process runs on. */
export const nodeFileSystem: FileSystem = {
  async read(path, lastBytes) {
    const file = await orUndefined(open(path))
    if (!file) return undefined
    try {
      const { size } = await file.stat()
      const length = Math.min(size, lastBytes ?? size)
      const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, size - length)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  },
  async write(path, bytes, mode) {
    await writeFile(path, bytes, { mode })
    // The mask of the process does not count, nor the mode of a file that was there.
    await chmod(path, mode)
  },
  async makeDirectory(path, mode) {
    const first = await mkdir(path, { recursive: true, ...(mode === undefined ? {} : { mode }) })
    if (first !== undefined && mode !== undefined) await chmod(path, mode)
  },
  link: (path, target) => symlink(target, path),
  readLink: async (path) =>
    (await orUndefined(lstat(path)))?.isSymbolicLink() ? await orUndefined(readlink(path)) : undefined,
  rename,
  remove: (path) => rm(path, { recursive: true, force: true }),
  list: async (path) => ((await orUndefined(readdir(path))) ?? []).toSorted(),
  async kindOf(path) {
    const found = await orUndefined(stat(path))
    return found && kindOf(found)
  },
}

function kindOf(found: Stats): FileKind {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  if (found.isSocket()) return 'socket'
  if (found.isCharacterDevice()) return 'character-device'
  return found.isBlockDevice() ? 'block-device' : 'other'
}

/** What is not there is no trouble; all else is. */
async function orUndefined<Found>(asked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw error
  }
}
