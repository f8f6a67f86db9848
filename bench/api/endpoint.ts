/** An API server as its kubeconfig says how to reach it, asked over HTTP/2 with as little in between as can be. */
import { readFileSync } from 'node:fs'
import { type ClientHttp2Session, connect } from 'node:http2'
import { parse } from 'yaml'

/** A way in. */
export interface Endpoint {
  readonly name: string
  readonly url: string
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
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

/** The first cluster and user of a kubeconfig. */
export function endpointOf(file: string): Endpoint {
  const config: Kubeconfig = parse(readFileSync(file, 'utf8'))
  const [cluster] = config.clusters
  const [user] = config.users
  if (!cluster || !user) throw new TypeError(`${file} names no cluster and user`)
  const { server } = cluster.cluster
  const decode = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text, 'base64'))
  const ca = decode(cluster.cluster['certificate-authority-data'])
  const cert = decode(user.user['client-certificate-data'])
  const key = decode(user.user['client-key-data'])
  const { token } = user.user
  return {
    name: file,
    url: server,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    session: () =>
      connect(server, {
        ...(ca ? { ca } : { rejectUnauthorized: false }),
        ...(cert && key ? { cert, key } : {}),
      }),
  }
}

/** One request, and the whole of its answer. Throws for an answer of 400 and above. */
export function ask(
  endpoint: Endpoint,
  session: ClientHttp2Session,
  method: string,
  path: string,
  body?: Buffer,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        ':method': method,
        ':path': path,
        accept: 'application/json',
        'user-agent': 'bench',
        ...endpoint.headers,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      { endStream: !body },
    )
    const chunks: Buffer[] = []
    let status = 0
    stream.on('response', (headers) => {
      status = Number(headers[':status'])
    })
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', reject)
    stream.on('end', () => {
      const whole = Buffer.concat(chunks)
      if (status >= 400) reject(new TypeError(`${method} ${path}: ${status} ${whole.toString('utf8').slice(0, 300)}`))
      else resolve(whole)
    })
    if (body) stream.end(body)
  })
}
