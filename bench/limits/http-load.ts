/**
 * A process that asks one HTTP request over and over: one at a time on each connection, as fast as answers come.
 *
 * It speaks HTTP/1.1 over bare sockets and reads no more of an answer than its length, because a client library
 * costs more CPU than the server that is to be measured.
 */
import { once } from 'node:events'
import { connect } from 'node:net'
import { assert } from '@muster/base/errors.ts'
import { serveParent } from '../harness/child.ts'
import { samples, spread } from '../harness/statistics.ts'

/** What to ask, how often at once, and for how long. */
export interface HttpLoad {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** Head and body, as they go out. All answers to it must have one length. */
  readonly request: string
}

/** What came back. */
export interface HttpRate {
  readonly answersPerSecond: number
  readonly bytesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

async function run({ port, connections, seconds, request }: HttpLoad): Promise<HttpRate> {
  const sockets = Array.from({ length: connections }, () => connect({ port, host: '127.0.0.1', noDelay: true }))
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const asked = Buffer.from(request, 'latin1')
  const waits = samples()
  const start = performance.now()
  const end = start + seconds * 1000
  let bytes = 0
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          let head = Buffer.alloc(0)
          let answerBytes = 0
          let received = 0
          let askedAt = performance.now()
          socket.on('data', (chunk) => {
            bytes += chunk.length
            received += chunk.length
            if (answerBytes === 0) {
              head = Buffer.concat([head, chunk])
              answerBytes = lengthOfAnswer(head)
              if (answerBytes === 0) return
            }
            if (received < answerBytes) return
            if (received > answerBytes) return reject(new Error('an answer is longer than the first one'))
            const now = performance.now()
            waits.add(now - askedAt)
            received = 0
            if (now >= end) return resolve()
            askedAt = now
            socket.write(asked)
          })
          socket.once('error', reject)
          socket.once('close', () => reject(new Error('the server closed a connection')))
          socket.write(asked)
        }),
    ),
  )
  const elapsed = (performance.now() - start) / 1000
  for (const socket of sockets) socket.destroy()
  const { p50, p99 } = spread(waits)
  return { answersPerSecond: waits.count / elapsed, bytesPerSecond: bytes / elapsed, p50Ms: p50, p99Ms: p99 }
}

/** Bytes of the whole first answer, or 0 while its head is not complete. */
function lengthOfAnswer(head: Buffer): number {
  const end = head.indexOf('\r\n\r\n')
  if (end < 0) return 0
  const text = head.toString('latin1', 0, end)
  assert(text.startsWith('HTTP/1.1 200 '), `the server answers 200, not ${text.slice(0, 40)}`)
  const length = /content-length: (\d+)/i.exec(text)
  assert(length !== null, 'the server says how long its answer is')
  return end + 4 + Number(length[1])
}

const calls = { run }

/** What the parent may call. */
export type HttpLoadCalls = typeof calls

serveParent(calls)
