/** Who listens on a port of this machine, as far as the system tells: Linux, and processes of the same user. */
import { readdir, readFile, readlink } from 'node:fs/promises'

/** `pid 4312 (k3s)`, or undefined; `host`: of this IPv4 address only. Source of the table's form: proc_pid_net(5), tcp. */
export async function portHolder(port: number, host?: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const inodes = new Set(tables.flatMap((table) => listenersIn(table, port, host)))
  if (inodes.size === 0) return undefined
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const handles = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const handle of handles) {
      const target = await readlink(`/proc/${pid}/fd/${handle}`).catch(() => '')
      if (!inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? '')) continue
      const name = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '?')).trim()
      return `pid ${pid} (${name})`
    }
  }
  return undefined
}

/** The inodes of the sockets that listen on a port, at one IPv4 address or at any. */
export function listenersIn(table: string, port: number, host?: string): readonly string[] {
  const LISTEN = '0A'
  const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, '0')
  // Addresses are printed as the bytes lie in memory: the last one first.
  const address =
    host
      ?.split('.')
      .map((byte) => hex(Number(byte), 2))
      .reverse()
      .join('') ?? ''
  const wanted = `${address}:${hex(port, 4)}`
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    return fields[1]?.endsWith(wanted) && fields[3] === LISTEN ? (fields[9] ?? []) : []
  })
}
