/** A disk of 64 MB in memory, which only the process that is run on it can see. */
import { spawnSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'

const MOUNT = 'mount -t tmpfs -o size=64m none "$0" && exec "$@"'

/** Root may mount as it is; others as the root of a user namespace of their own. */
const WAYS = [
  ['unshare', '-m'],
  ['unshare', '-Urm'],
]

/** What runs a program with a small disk at a directory; undefined where the machine allows neither way. */
export function onSmallDisk(directory: string): readonly string[] | undefined {
  return WAYS.map((way) => [...way, 'sh', '-c', MOUNT, directory]).find(
    ([command = '', ...rest]) => spawnSync(command, [...rest, 'true']).status === 0,
  )
}

/** What is free on the disk of a directory. */
export const freeBytes = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

/** Takes room away until only so much is free, and gives back what gives it back. */
export function takeRoom(path: string, directory: string, leave: number): () => void {
  const file = openSync(path, 'w')
  const block = Buffer.alloc(1024 * 1024, 1)
  for (let left = freeBytes(directory) - leave; left > 0; left = freeBytes(directory) - leave) {
    writeSync(file, block.subarray(0, Math.min(left, block.length)))
  }
  closeSync(file)
  return () => rmSync(path)
}
