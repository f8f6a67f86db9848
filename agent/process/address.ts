/** Where the keeper of a directory listens. */
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'

/** What systems take for the path of a socket, without its last zero: 104 on macOS and the BSDs, 108 on Linux. */
const SOCKET_PATH_BYTES_MAX = 103

/** The address of a keeper, and the name by which it is the only one; see KeeperSettings. */
export interface KeeperAddress {
  readonly socket: string
  readonly lock: string | undefined
}

/** The address for a directory, given by its real path. Only its owner can reach it. */
export function keeperAddress(directory: string): KeeperAddress {
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 32)
  if (platform() === 'win32') return { socket: `\\\\.\\pipe\\muster-keeper-${name}`, lock: undefined }
  const beside = join(directory, 'keeper.sock')
  return {
    socket: beside.length <= SOCKET_PATH_BYTES_MAX ? beside : join(privateFolder(), `${name}.sock`),
    // An abstract socket: it has no file, and goes with its process however that ends.
    lock: platform() === 'linux' ? `\0muster-keeper-${name}` : undefined,
  }
}

/** For sockets of directories with long paths. Throws Forbidden when somebody else has made it. */
function privateFolder(): string {
  const uid = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `muster-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid: owner, mode } = lstatSync(folder)
  if (owner === uid && (mode & 0o077) === 0) return folder
  throw new ControlError(
    'Forbidden',
    `${folder} is open to others: remove it, or choose a state directory with a shorter path`,
  )
}
