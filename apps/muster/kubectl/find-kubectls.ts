/** Finds every kubectl of this machine: on the PATH, and those that the recorder of the oracle has built. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

/** One kubectl 1.x. */
export interface Kubectl {
  readonly path: string
  readonly minor: number
}

/** Oldest first, one of each version. */
export async function findKubectls(): Promise<readonly Kubectl[]> {
  const cache = join(process.env.MUSTER_CACHE ?? join(homedir(), '.cache', 'muster'), 'oracle')
  const built = existsSync(cache) ? readdirSync(cache).map((version) => join(cache, version, 'bin')) : []
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...built]
  const paths = folders.map((folder) => join(folder, 'kubectl')).filter((path) => existsSync(path))
  const found = new Map<number, Kubectl>()
  for (const path of new Set(paths)) {
    const minor = await minorOf(path)
    if (minor !== undefined && !found.has(minor)) found.set(minor, { path, minor })
  }
  return [...found.values()].sort((one, other) => one.minor - other.minor)
}

async function minorOf(path: string): Promise<number | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['version', '--client', '-o', 'json'])
    const { clientVersion } = JSON.parse(stdout) as { clientVersion?: { minor?: string } }
    return Number.parseInt(clientVersion?.minor ?? '', 10)
  } catch {
    return undefined
  }
}
