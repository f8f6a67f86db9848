/** The store server over HTTP/1.1: reads bodies up to a limit, writes replies as fast as the reader takes them. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from '@muster/base/log.ts'
import { failure } from '../store-api/failure.ts'
import { handle, type StoreServerDeps } from './handle.ts'
import { type ApiReply, json } from './request.ts'

/** A commit of 1 MiB grows by a third in base64; text with much to escape grows more and should be base64. */
export const BODY_BYTES_MAX = 2 * 1024 * 1024

/** An HTTP server that is not listening yet. Failures of the server itself are logged; its callers get a Status. */
export function storeHttpServer(deps: StoreServerDeps, log: Logger): Server {
  return createServer((incoming, outgoing) => {
    answer(deps, incoming, outgoing).catch((error: unknown) => {
      if (!outgoing.destroyed) log.warn('reply cut', { path: incoming.url, error })
      // The head is gone by now, so a broken connection is the only way left to say that the body is not whole.
      outgoing.destroy()
    })
  })
}

async function answer(deps: StoreServerDeps, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController()
  outgoing.once('close', () => gone.abort())
  const body = await bodyOf(incoming)
  if (body === 'too-large') {
    outgoing.setHeader('connection', 'close')
    const status = failure('TooLarge', `body: more than ${BODY_BYTES_MAX} bytes; send large values as base64`)
    return send(json(status, status.code), outgoing, gone.signal)
  }
  const url = URL.parse(incoming.url ?? '/', 'http://store')
  if (!url) return send(json(failure('BadRequest', 'the path is no path'), 400), outgoing, gone.signal)
  const { host, origin } = incoming.headers
  const request = {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: { host, origin, 'content-type': incoming.headers['content-type'] },
    body,
    gone: gone.signal,
  }
  await send(await handle(deps, request), outgoing, gone.signal)
}

async function bodyOf(incoming: IncomingMessage): Promise<Uint8Array | 'too-large'> {
  if (Number(incoming.headers['content-length'] ?? 0) > BODY_BYTES_MAX) return 'too-large'
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of incoming) {
    length += chunk.length
    if (length > BODY_BYTES_MAX) return 'too-large'
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

async function send(reply: ApiReply, outgoing: ServerResponse, gone: AbortSignal): Promise<void> {
  outgoing.writeHead(reply.status, { 'content-type': reply.contentType, 'cache-control': 'no-store' })
  if (typeof reply.body === 'string') {
    outgoing.end(reply.body)
    return
  }
  for await (const block of reply.body) {
    if (gone.aborted) return
    if (!outgoing.write(block)) await once(outgoing, 'drain', { signal: gone })
  }
  outgoing.end()
}
