/** Small files of an installation: read when they are there, written whole or not at all. */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'

/** A file of JSON below a directory; undefined when there is none. */
export async function readJson(directory: string, ...path: readonly string[]): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(directory, ...path), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file below a directory, whole or not at all, for its owner's eyes alone. Answers where it is. */
export async function writeSecret(text: string, directory: string, ...path: readonly string[]): Promise<string> {
  const file = join(directory, ...path)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  const fresh = await open(`${file}.new`, 'w', 0o600)
  await fresh.writeFile(text)
  // Before it takes the name: after a power cut there is the old file or this one, and never an empty one.
  await fresh.datasync()
  await fresh.close()
  await rename(`${file}.new`, file)
  return file
}
