/** A process that holds many open HTTP streams and counts the bytes that come. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { milliseconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { serveParent } from '../harness/child.ts'

/** More than a server needs to hand over what it has written already, on any machine that can run this at all. */
const DELIVERY_MS_MAX = 30_000

let received = 0

async function open({ port, streams }: { readonly port: number; readonly streams: number }): Promise<void> {
  received = 0
  await Promise.all(
    Array.from({ length: streams }, async () => {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.on('data', (chunk) => {
        received += chunk.length
      })
      await once(socket, 'connect')
      socket.write('GET / HTTP/1.1\r\nHost: bench\r\n\r\n')
      await once(socket, 'data')
    }),
  )
}

/** Resolves once exactly so many bytes have come, heads included, over all streams. */
async function arrived({ bytes }: { readonly bytes: number }): Promise<void> {
  const end = performance.now() + DELIVERY_MS_MAX
  while (received < bytes && performance.now() < end) await systemClock.sleep(milliseconds(1))
  assert(received === bytes, `all that was written arrives once: ${bytes} bytes written, ${received} came`)
}

const calls = { open, received: arrived }

/** What the parent may call. */
export type StreamLoadCalls = typeof calls

serveParent(calls)
