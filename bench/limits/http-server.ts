/** A plain node:http server on loopback, for as long as a scope lasts. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { assert } from '@muster/base/errors.ts'

/** Disposing closes it and every connection to it. */
export interface HttpServer extends AsyncDisposable {
  readonly port: number
}

/** Listens on a free port of the loopback address. */
export async function serveHttp(listener: RequestListener): Promise<HttpServer> {
  const server = createServer({ noDelay: true, keepAliveTimeout: 60_000 }, listener)
  // All watchers of the fan-out dial at once; the default backlog of 511 would make some of them wait a second.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
  await once(server, 'listening')
  const address = server.address()
  assert(address !== null && typeof address === 'object', 'a TCP server has a port')
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
