/** A connection to a member, as its kubeconfig says: certificates, tokens, files of tokens, and programs that make them. */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'
import { type Clock, type Instant, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { type Connection, connectTo } from '@muster/client/http/connection.ts'
import type { ExecPlugin, Way } from './kubeconfig.ts'

/** Who asks, and until when that is good. */
interface Proof {
  readonly token?: string
  readonly certificate?: string
  readonly key?: string
  readonly until?: Instant
}

/** What a token file says is read anew after this long, as client-go does. */
const TOKEN_FILE_GOOD_FOR = minutes(1)
/** A plugin is asked again this long before what it gave expires. */
const EARLY = seconds(10)

/** Opens nothing until the first request. */
export function connectToMember(way: Way, clock: Clock): Connection {
  // A server may be below a path, as each logical cluster of Muster is.
  const below = new URL(way.server).pathname.replace(/\/$/, '')
  let proof: Promise<Proof> | undefined
  let opened: { readonly connection: Connection; readonly certificate: string | undefined } | undefined

  const prove = async (): Promise<Proof> => {
    const known = await proof?.catch(() => undefined)
    if (known && (known.until === undefined || known.until - EARLY > clock.now())) return known
    proof = proveAnew(way, clock)
    return proof
  }
  const connectionWith = ({ certificate, key }: Proof): Connection => {
    if (opened && opened.certificate === certificate) return opened.connection
    opened?.connection.close()
    const { server: url, authority: ca, insecure, servername } = way
    const connection = connectTo(
      {
        url,
        insecure,
        ...(ca === undefined ? {} : { ca }),
        ...(servername === undefined ? {} : { servername }),
        ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
      },
      clock,
    )
    opened = { connection, certificate }
    return connection
  }
  const sendOnce = async (request: ApiRequest): Promise<ApiResponse> => {
    const found = await prove()
    const headers =
      found.token === undefined ? request.headers : { ...request.headers, authorization: `Bearer ${found.token}` }
    return connectionWith(found).send({ ...request, headers, path: `${below}${request.path}` })
  }
  return {
    async send(request) {
      const answered = await sendOnce(request)
      if (answered.status !== 401 || (way.exec === undefined && way.tokenFile === undefined)) return answered
      // What was good a moment ago is so no more: asked for once again.
      proof = undefined
      return sendOnce(request)
    },
    close: () => opened?.connection.close(),
  }
}

async function proveAnew(way: Way, clock: Clock): Promise<Proof> {
  const { certificate, key, token, tokenFile, exec } = way
  if (exec) return runPlugin(way.name, exec)
  if (tokenFile !== undefined) {
    return { token: (await readFile(tokenFile, 'utf8')).trim(), until: (clock.now() + TOKEN_FILE_GOOD_FOR) as Instant }
  }
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
  }
}

/** Source: client-go plugin/pkg/client/auth/exec. */
async function runPlugin(context: string, { apiVersion, command, args, env }: ExecPlugin): Promise<Proof> {
  const asked = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } }
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]))
  const fail = (why: string, cause?: unknown) =>
    new ControlError(
      'Unauthorized',
      `context "${context}": the exec plugin ${command} gave no credential: ${why}`,
      cause,
    )
  const out = await new Promise<string>((resolve, reject) => {
    const child = spawn(command, args ?? [], {
      env: { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(asked) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      said.out += piece
    })
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      said.err += piece
    })
    child.once('error', (cause) => reject(fail(cause.message, cause)))
    child.once('close', (exit) =>
      exit === 0 ? resolve(said.out) : reject(fail(said.err.trim() || `it ended with ${exit}`)),
    )
  })
  let status: Readonly<Record<string, unknown>> | undefined
  try {
    ;({ status } = JSON.parse(out) as { status?: Readonly<Record<string, unknown>> })
  } catch (cause) {
    throw fail('what it printed is no JSON', cause)
  }
  if (!status) throw fail('what it printed has no status')
  const { token, clientCertificateData: certificate, clientKeyData: key, expirationTimestamp } = status
  const until = typeof expirationTimestamp === 'string' ? (Date.parse(expirationTimestamp) as Instant) : undefined
  return {
    ...(typeof token === 'string' ? { token } : {}),
    ...(typeof certificate === 'string' && typeof key === 'string' ? { certificate, key } : {}),
    ...(until === undefined ? {} : { until }),
  }
}
