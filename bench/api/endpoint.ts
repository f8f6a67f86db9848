/** An API server as its kubeconfig says how to reach it, asked over HTTP/2 with as little in between as can be. */
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { assert, ControlError } from '@muster/base/errors.ts'
import type { ServerAddress } from '@muster/client/http/connection.ts'
import { parse } from 'yaml'

/** A way in. */
export interface Endpoint {
  readonly url: string
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  /** How both sides prove who they are, as Muster's own client takes it. */
  readonly address: ServerAddress
  /** One more connection. */
  session(): ClientHttp2Session
}

interface Kubeconfig {
  readonly clusters: {
    readonly cluster: {
      server: string
      'certificate-authority-data'?: string
      'certificate-authority'?: string
      'insecure-skip-tls-verify'?: boolean
    }
  }[]
  readonly users: {
    readonly user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string }
  }[]
}

/** The first cluster and user of a kubeconfig. Files that it names must be given with their whole path. */
export function endpointOf(file: string): Endpoint {
  const config: Kubeconfig = parse(readFileSync(file, 'utf8'))
  const [cluster] = config.clusters
  const [user] = config.users
  if (!cluster || !user) throw new ControlError('Invalid', `${file} names no cluster and user`)
  const { server, 'certificate-authority': authorityFile, 'certificate-authority-data': authority } = cluster.cluster
  const { token, 'client-certificate-data': certificate, 'client-key-data': key } = user.user
  const ca = authority ? Buffer.from(authority, 'base64') : authorityFile && readFileSync(authorityFile)
  return {
    url: server,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    address: {
      url: server,
      ca: String(ca),
      ...(certificate && key ? { certificate: plain(certificate), key: plain(key) } : {}),
    },
    session: () =>
      connect(server, {
        rejectUnauthorized: !cluster.cluster['insecure-skip-tls-verify'],
        ...(ca ? { ca } : {}),
        ...(certificate && key ? { cert: Buffer.from(certificate, 'base64'), key: Buffer.from(key, 'base64') } : {}),
      }).on('error', () => {}),
  }
}

const plain = (base64: string): string => Buffer.from(base64, 'base64').toString()

/** One request. Its answer goes to `take` in the pieces in which it comes. Throws for an answer of 400 and above. */
export function ask(
  { headers }: Endpoint,
  session: ClientHttp2Session,
  request: { readonly method: string; readonly path: string; readonly body?: Buffer; readonly signal?: AbortSignal },
  take: (chunk: Buffer) => void = () => {},
): Promise<void> {
  const { method, path, body, signal } = request
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        ':method': method,
        ':path': path,
        accept: 'application/json',
        'user-agent': 'bench',
        ...headers,
        ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
      },
      { endStream: !body, ...(signal ? { signal } : {}) },
    )
    let refused: Buffer[] | undefined
    let status = 0
    stream.on('response', (answer) => {
      status = Number(answer[':status'])
      if (status >= 400) refused = []
    })
    stream.on('data', (chunk: Buffer) => (refused ? refused.push(chunk) : take(chunk)))
    stream.on('error', reject)
    stream.on('end', () => {
      if (refused === undefined && status > 0) return resolve()
      const said = refused ? Buffer.concat(refused).toString('utf8', 0, 300) : 'no answer'
      reject(new ControlError('Unavailable', `${method} ${path}: ${status} ${said}`))
    })
    if (body) stream.end(body)
  })
}

/** The same, with the whole answer at once. */
export async function askWhole(...[endpoint, session, request]: Parameters<typeof ask>): Promise<Buffer> {
  const chunks: Buffer[] = []
  await ask(endpoint, session, request, (chunk) => chunks.push(chunk))
  return Buffer.concat(chunks)
}

/** Sessions that are shared in turn. Disposing closes them. */
export function openSessions(
  endpoint: Endpoint,
  count: number,
): Disposable & { of(client: number): ClientHttp2Session } {
  const sessions = Array.from({ length: count }, () => endpoint.session())
  return {
    of(client) {
      const session = sessions[client % count]
      assert(session !== undefined, 'there is at least one session')
      return session
    },
    [Symbol.dispose]() {
      for (const session of sessions) session.close()
    },
  }
}
