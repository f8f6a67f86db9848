/** A single etcd of its own: one process, its data beside that of the store, fsync on as it is by default. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { seconds } from '@muster/base/clock.ts'
import { assert, ControlError } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { onEnd } from '../harness/cleanup.ts'
import { etcdClient } from './client.ts'

/** A server that answers. Disposing kills it. */
export interface EtcdServer extends AsyncDisposable {
  readonly port: number
  readonly pid: number
  /** SIGKILL, and waits until the process is gone. */
  kill(): Promise<void>
}

/** Where the PATH has etcd; undefined when it has none. */
export function findEtcd(path: string | undefined = process.env.PATH): string | undefined {
  return (path ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, 'etcd'))
    .find(isProgram)
}

/** etcd refuses writes at 2 GiB by default; a store without that limit must not win by its absence. */
const QUOTA_BYTES = 32 * 2 ** 30

const READY_WITHIN = seconds(30)

/** Starts etcd on the data in `directory`, which may be that of a server that was killed. Throws Unavailable when it does not come up. */
export async function startEtcd(program: string, directory: string): Promise<EtcdServer> {
  const [port, peerPort] = await freePorts()
  const url = `http://127.0.0.1:${port}`
  const peerUrl = `http://127.0.0.1:${peerPort}`
  const flags = {
    name: 'bench',
    'data-dir': join(directory, 'etcd'),
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `bench=${peerUrl}`,
    logger: 'zap',
    'log-level': 'fatal',
    'quota-backend-bytes': String(QUOTA_BYTES),
  }
  const server = spawn(
    program,
    Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const exited = once(server, 'exit')
  const forget = onEnd(() => server.kill('SIGKILL'))
  const running = () => server.exitCode === null && server.signalCode === null
  const kill = async () => {
    if (running()) server.kill('SIGKILL')
    await exited
    forget()
  }
  try {
    await answers(port, running)
  } catch (error) {
    await kill()
    throw error
  }
  assert(server.pid !== undefined, 'a process that answers has a number')
  return { port, pid: server.pid, kill, [Symbol.asyncDispose]: kill }
}

async function answers(port: number, running: () => boolean): Promise<void> {
  const client = etcdClient({ port, channels: 1 })
  const until = systemClock.elapsed() + READY_WITHIN
  try {
    while (running() && systemClock.elapsed() < until) {
      try {
        await client.range({ key: 'ready' })
        return
      } catch {
        await systemClock.sleep(seconds(0.02))
      }
    }
    throw new ControlError('Unavailable', `etcd does not answer on port ${port}`)
  } finally {
    client.close()
  }
}

/** Two ports that were free a moment ago. Held together, so that they differ. */
async function freePorts(): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()]
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert(address !== null && typeof address === 'object', 'a TCP server has a port')
    ports.push(address.port)
  }
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return [ports[0] ?? 0, ports[1] ?? 0]
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
