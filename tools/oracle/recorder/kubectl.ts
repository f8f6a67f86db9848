/** Records what kubectl asks: it runs against a server on loopback that hands each request on and remembers it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import {
  type Json,
  type OracleCase,
  type OracleRequest,
  type OracleStep,
  type OracleTopic,
  verbOf,
} from '@muster/server/oracle/case.ts'
import { normaliser, parseBody } from '@muster/server/oracle/normalise.ts'
import { prepare } from '@muster/server/oracle/replay.ts'
import type { Binaries } from './build.ts'
import { type Command, SESSIONS, type Session } from './cases/kubectl-commands.ts'
import type { Cluster } from './cluster.ts'
import type { ByteResponse } from './connection.ts'
import { BODY_CHARACTERS_MAX, keptResponse } from './record.ts'

/** Records every session as a case of the topic `kubectl`. */
export async function recordKubectl({ kubectl }: Binaries, cluster: Cluster): Promise<OracleTopic> {
  const seen: Exchange[] = []
  const server = createServer((request, response) => void handOn(request, response, cluster, seen))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const cases: OracleCase[] = []
  try {
    for (const session of SESSIONS) {
      const namespace = `kubectl-${session.name.replaceAll(' ', '-')}`
      const refused = await prepare({ namespace }, new Map(), cluster.connection.send)
      if (refused) throw new ControlError('Invalid', `${namespace}: ${JSON.stringify(refused)}`)
      const flags = [
        `--server=http://127.0.0.1:${port}`,
        `--cache-dir=${join(cluster.folder, 'cache')}`,
        `-n=${namespace}`,
      ]
      cases.push(await recordSession(session, namespace, seen, (command) => runCommand(kubectl, flags, command)))
    }
  } finally {
    server.closeAllConnections()
    server.close()
  }
  return { topic: 'kubectl', kubernetes: KUBERNETES_VERSION, cases }
}

/** One request of kubectl and the answer it got. */
interface Exchange {
  readonly request: OracleRequest
  readonly response: ByteResponse
}

/** What kubectl says of itself that is neither the same at each run nor read by a server. */
const DROPPED_HEADERS = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'host',
  'kubectl-command',
  'kubectl-session',
])

async function handOn(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  cluster: Cluster,
  seen: Exchange[],
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      DROPPED_HEADERS.has(name) ? [] : [[name, String(value)]],
    ),
  )
  const { method = '', url: path = '' } = incoming
  const sent = body.length > 0 ? body : undefined
  const response = await cluster.connection.exchange({ method, path, headers, identity: 'admin', body: sent })
  seen.push({ request: { method, path, headers, ...(sent && bodyOf(headers['content-type'] ?? '', sent)) }, response })
  outgoing.writeHead(response.status, { ...response.headers, 'content-length': response.body.length })
  outgoing.end(response.body)
}

const bodyOf = (contentType: string, body: Buffer): Pick<OracleRequest, 'base64' | 'text'> =>
  contentType.includes('protobuf') ? { base64: body.toString('base64') } : { text: body.toString('utf8') }

/** A moment for kube-apiserver to notice what the command before did: a new kind, a new role. */
const BETWEEN_COMMANDS_MS = 300

async function recordSession(
  { name, commands }: Session,
  namespace: string,
  seen: Exchange[],
  runOne: (command: Command) => Promise<void>,
): Promise<OracleCase> {
  const normalise = normaliser()
  const volatile = new Map<string, string>()
  const steps: OracleStep[] = []
  for (const command of commands) {
    seen.length = 0
    const pauseMs = command.pauseMs ?? BETWEEN_COMMANDS_MS
    await sleep(pauseMs)
    await runOne(command)
    for (const [index, { request, response }] of seen.filter(isReplayable).entries()) {
      const stepName = `s${steps.length + 1}`
      const raw = { ...response, body: response.body.toString('utf8') }
      const templated = withTemplates(request, volatile)
      steps.push({
        name: stepName,
        ...(index === 0 && { command: `kubectl ${command.words}`, pauseMs }),
        verb: verbOf(request),
        request: templated,
        response: keptResponse(raw, normalise(raw), documentLimit(request)),
      })
      const contentType = String(response.headers['content-type'] ?? '')
      for (const document of parseBody(contentType, raw.body)?.documents ?? [])
        learnVolatile(document, stepName, volatile)
    }
  }
  return { name, kind: 'kubectl', namespace, steps }
}

/** What kubectl asks with the ETag of its cache can only be answered by the server that made the ETag. */
const isReplayable = ({ response }: Exchange): boolean => response.status !== 304

/** Discovery and OpenAPI are asked for by each command; the topic `discovery` keeps what they say. */
const documentLimit = (request: OracleRequest): number => (verbOf(request) === 'path' ? 3_000 : BODY_CHARACTERS_MAX)

/** Remembers where an answer said a uid or a version, so that later requests can be told to take it from there. */
function learnVolatile(value: Json, path: string, volatile: Map<string, string>): void {
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) learnVolatile(item, `${path}.${index}`, volatile)
  if (!isObject(value)) return
  for (const [key, field] of Object.entries(value)) {
    const isVolatile = typeof field === 'string' && (key === 'uid' || key === 'resourceVersion')
    // Keys of other forms cannot stand in a template; what is volatile lies under none.
    if (isVolatile) volatile.set(field, `{{${path}.${key}}}`)
    else if (/^[\w-]+$/.test(key)) learnVolatile(field, `${path}.${key}`, volatile)
  }
}

function withTemplates(request: OracleRequest, volatile: ReadonlyMap<string, string>): OracleRequest {
  const fill = (text: string): string =>
    text
      .replace(/(resourceVersion(?:=|\\?":\s*\\?"|","value":"))(\d+)/g, (whole, said, version) => {
        const template = volatile.get(version)
        return template ? `${said}${template}` : whole
      })
      // Each server has hashes of its own.
      .replace(/hash=[0-9A-F]+&?/, '')
      .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uid) => volatile.get(uid) ?? uid)
  return { ...request, path: fill(request.path), ...(request.text !== undefined && { text: fill(request.text) }) }
}

/** Whatever kubectl thinks of the answers, it has asked. */
async function runCommand(kubectl: string, flags: readonly string[], { words, input }: Command): Promise<void> {
  const child = spawn(kubectl, [...words.split(' '), ...flags], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent', KUBECONFIG: '/dev/null' },
  })
  child.stdin.end(input ?? '')
  await once(child, 'exit')
}
