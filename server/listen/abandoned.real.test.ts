/** A client that is gone before its answer begins: whoever would have answered hears of it. */
import { equal } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { request } from 'node:https'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ApiResponse } from '@muster/api/message.ts'
import { systemClock } from '@muster/base/system.ts'
import { makeServing } from '../auth/identities.ts'
import { whenOver } from '../http/when-over.ts'
import { listen } from './listener.ts'

test('the stream of an answer that nobody waits for is let go', async (t) => {
  const entropy = (count: number) => new Uint8Array(randomBytes(count))
  const { authority, server } = await makeServing(['127.0.0.1'], { now: systemClock.now(), entropy })
  let asked = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  let answer = (_response: ApiResponse) => {}
  let lettingGo = 0
  const tls = { key: server.privateKey, certificate: server.certificate, clientCa: authority.certificate }
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls,
    clock: systemClock,
    handle: () => {
      asked()
      return new Promise((resolve) => {
        answer = resolve
      })
    },
  })
  t.after(() => listener.close())
  const sent = request({ host: '127.0.0.1', port: listener.port, ca: authority.certificate, path: '/watch' })
  sent.on('error', () => {})
  sent.end()
  await isAsked
  sent.destroy()
  await delay(100)
  const endless: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }
  const stream = whenOver(endless, () => {
    lettingGo++
  })
  answer({ status: 200, headers: {}, body: { body: 'stream', stream } })
  await delay(50)
  equal(lettingGo, 1)
})
