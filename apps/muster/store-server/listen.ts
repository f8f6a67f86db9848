/** A listening store server, and how it stops. */
import type { AddressInfo } from 'node:net'
import { type Duration, seconds } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { isLoopback } from './caller.ts'
import type { StoreServerDeps } from './handle.ts'
import { storeHttpServer } from './http.ts'

/** Where to listen. Port 0 takes a free one. */
export interface ListenWishes {
  readonly listen: string
  readonly port: number
  /** Whether somebody accepted that others can reach a server without authentication. */
  readonly anywhere: boolean
}

/** A server that listens. */
export interface Listening {
  readonly url: string
  /** Stops listening, ends watches by closing the store, waits a little for calls under way, then cuts them. */
  stop(): Promise<void>
}

/** How long calls under way are waited for when the server stops. */
const STOP_PATIENCE: Duration = seconds(5)

/** Idle readers of a watch hear from the server so often. */
const BOOKMARK_EVERY: Duration = seconds(10)

/** Throws MUS0103 when others could reach the address and nobody accepted that. */
export function checkListen({ listen, anywhere }: ListenWishes): void {
  if (anywhere || isLoopback(listen)) return
  throw trouble('MUS0103', {
    what: text(`will not listen on ${listen}: other machines could reach it`, `拒绝监听 ${listen}：其他机器可以访问它`),
    why: text('the store server has no authentication yet', '存储服务器目前没有身份认证'),
    next: ['muster store serve', `muster store serve --listen ${listen} --listen-anywhere`],
  })
}

/** Serves a store; throws MUS0003 when the port is taken. */
export async function listen(
  { store, clock }: Pick<StoreServerDeps, 'store' | 'clock'>,
  wishes: ListenWishes,
  log: Logger,
): Promise<Listening> {
  checkListen(wishes)
  const server = storeHttpServer({ store, clock, bookmarkEvery: BOOKMARK_EVERY, anyHost: wishes.anywhere }, log)
  const address = await new Promise<AddressInfo | string | null>((resolve, reject) => {
    server.once('error', (cause) => reject(portTrouble(wishes, cause)))
    server.listen(wishes.port, wishes.listen.replace(/^\[|\]$/g, ''), () => resolve(server.address()))
  })
  const port = typeof address === 'object' && address ? address.port : wishes.port
  const host = wishes.listen.includes(':') && !wishes.listen.startsWith('[') ? `[${wishes.listen}]` : wishes.listen
  return {
    url: `http://${host}:${port}`,
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()))
      await store.close()
      const late = new AbortController()
      clock.sleep(STOP_PATIENCE, late.signal).then(
        () => server.closeAllConnections(),
        () => {},
      )
      await stopped
      late.abort()
    },
  }
}

function portTrouble({ listen, port }: ListenWishes, cause: Error): Error {
  if (!('code' in cause) || cause.code !== 'EADDRINUSE') return cause
  return trouble(
    'MUS0003',
    {
      what: text(`port ${port} is in use`, `端口 ${port} 已被占用`),
      where: text(`${listen}:${port}`, `${listen}:${port}`),
      next: ['muster store status', 'muster store serve --port 0'],
    },
    cause,
  )
}
