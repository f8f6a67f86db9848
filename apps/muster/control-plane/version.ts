/** `muster version`: of this command, and of the server when one answers. */
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import type { Clock } from '@muster/base/clock.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { VERSION } from '../version.ts'
import type { Place } from './place.ts'
import { findRunning } from './run-file.ts'
import { wayIn } from './way-in.ts'

/** Which, and how to tell. */
export interface VersionDeps {
  readonly terminal: Terminal
  readonly place: Place
  readonly clock: Clock
  /** The server is not asked. */
  readonly clientOnly: boolean
  readonly json: boolean
}

interface ServerVersion {
  readonly muster: string
  readonly kubernetes: string
  readonly node: string
}

/** Prints them. A server that does not run is no error. */
export async function version(deps: VersionDeps): Promise<ExitCode> {
  const { terminal, json } = deps
  const client = { muster: VERSION, kubernetes: KUBERNETES_VERSION, node: process.versions.node }
  const server = deps.clientOnly ? undefined : await serverVersion(deps)
  if (json) {
    terminal.data.line(JSON.stringify({ client, ...(server ? { server } : {}) }))
    return EXIT.ok
  }
  const { say } = terminal
  const line = (who: string, one: ServerVersion) =>
    terminal.data.line(`${who} muster ${one.muster} · Kubernetes ${one.kubernetes} · Node ${one.node}`)
  line(say(text('client: ', '客户端：')), client)
  if (server) line(say(text('server: ', '服务器：')), server)
  else if (!deps.clientOnly) terminal.data.line(say(text('server:  none runs', '服务器：没有运行')))
  return EXIT.ok
}

async function serverVersion({ place, clock }: VersionDeps): Promise<ServerVersion | undefined> {
  const found = await findRunning(place)
  if (found.state !== 'running') return undefined
  const { run } = found
  const { client, close } = await wayIn(place, run.url, 'default', clock)
  try {
    const { gitVersion = '' } = (await client.call({ method: 'GET', path: '/version' })) as { gitVersion?: string }
    return { muster: run.version, kubernetes: gitVersion, node: run.node }
  } finally {
    close()
  }
}
