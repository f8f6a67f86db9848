/**
 * Where an installation keeps what it is: `~/.muster`, or what MUSTER_HOME says.
 *
 *     store/              the truth
 *     keys/               what Secrets are sealed with: without it they cannot be read
 *     identities/         keys and certificates: for their owner's eyes alone
 *     NAME/kubeconfig     the way in for the administrator of each logical cluster
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The directory of an installation. */
export const homeDirectory = (env: Readonly<Record<string, string | undefined>>): string =>
  env.MUSTER_HOME ?? join(homedir(), '.muster')

/** A file of JSON below the home; undefined when there is none. */
export async function readJson(home: string, ...path: readonly string[]): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(home, ...path), 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Writes a file below the home, whole or not at all, for its owner's eyes alone. Answers where it is. */
export async function writeSecret(text: string, home: string, ...path: readonly string[]): Promise<string> {
  const file = join(home, ...path)
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  await writeFile(`${file}.new`, text, { mode: 0o600 })
  await rename(`${file}.new`, file)
  return file
}
