/** The shop as real processes on this machine, for tests: each service at a port of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'

/** One process of the shop. */
export interface ServiceProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly ended: Promise<number | null>
}

/** Every service, in the order in which they are started here; any other order would do. */
export const SERVICES = ['db', 'catalog', 'cart', 'stock', 'payment', 'orders', 'ratings', 'web'] as const

/** The Python of this machine, or undefined. */
export function findPython(): string | undefined {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' })
    return 'python3'
  } catch {
    return undefined
  }
}

/** Ports that were free a moment ago, one for each service. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  const ports: number[] = []
  for (const server of servers) {
    if (!server.listening) await once(server, 'listening')
    const address = server.address()
    ports.push(typeof address === 'object' && address ? address.port : 0)
  }
  for (const server of servers) server.close()
  return ports
}

/** Starts one service and waits until it listens. */
export async function startService(
  name: string,
  env: Readonly<Record<string, string>>,
  python?: string,
): Promise<ServiceProcess> {
  const file = join(import.meta.dirname, 'services', python ? `${name}.py` : `${name}.js`)
  const child = spawn(python ?? process.execPath, [file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  for await (const line of createInterface({ input: child.stdout })) {
    const said: { listening?: string } = JSON.parse(line)
    if (said.listening) {
      child.stdout.resume()
      return { url: said.listening, child, ended }
    }
  }
  throw new TypeError(`${name} ended before it listened`)
}
