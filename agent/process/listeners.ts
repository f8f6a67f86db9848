/** Who listens where on this machine, as far as the system tells: Linux, TCP, and processes of the same user. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A socket that listens. */
export interface Listener {
  /** `127.65.0.2`; `0.0.0.0` and `::` are every address. Of other addresses of IPv6 only the table's own form. */
  readonly address: string
  readonly port: number
  readonly inode: string
}

/** True for one that leaves no address of this machine to anybody else. */
export const isEverywhere = ({ address }: Listener): boolean => address === '0.0.0.0' || address === '::'

/** All that listen; none where the system does not tell. */
export const readListeners = (): readonly Listener[] =>
  process.platform === 'linux' ? ['tcp', 'tcp6'].flatMap((name) => listenersIn(read(`/proc/net/${name}`))) : []

/** Those of a table of the kernel. Source of its form: proc_pid_net(5), tcp. */
export function listenersIn(table: string): readonly Listener[] {
  return table.split('\n').flatMap((line): Listener[] => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/)
    const [address = '', port = ''] = local.split(':')
    return state === LISTEN ? [{ address: addressOf(address), port: Number.parseInt(port, 16), inode }] : []
  })
}

/** Those whose sockets one of these processes has. */
export function listenersOf(pids: readonly number[]): readonly Listener[] {
  const inodes = new Set(pids.flatMap(socketsOf))
  return readListeners().filter(({ inode }) => inodes.has(inode))
}

/** Whose a socket is: `pid 4312 (k3s)`; undefined for one of another user. */
export function holderOf({ inode }: Listener): string | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || !socketsOf(Number(name)).includes(inode)) continue
    return `pid ${name} (${read(`/proc/${name}/comm`).trim() || '?'})`
  }
  return undefined
}

const LISTEN = '0A'

/** The bytes as they lie in memory: the last one of each four first. */
function addressOf(hex: string): string {
  if (hex.length === 8)
    return (hex.match(/../g) ?? [])
      .map((byte) => Number.parseInt(byte, 16))
      .reverse()
      .join('.')
  return /^0+$/.test(hex) ? '::' : hex
}

function socketsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((handle) => socketAt(`/proc/${pid}/fd/${handle}`) ?? [])
  } catch {
    // Gone, or of somebody else.
    return []
  }
}

function socketAt(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1]
  } catch {
    // Closed meanwhile.
    return undefined
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone, or of a system without IPv6.
    return ''
  }
}
