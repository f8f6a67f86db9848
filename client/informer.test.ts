import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiRequest, ApiResponse } from '@muster/api/message.ts'
import { answerJson } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { lineLogger } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { createClient } from './client.ts'
import { type Change, createInformer } from './informer.ts'

const PODS = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true }

/** A server of one collection whose streams the test opens and breaks. */
function fakeServer() {
  const lists: ApiRequest[] = []
  const watches: { request: ApiRequest; send: (event: unknown) => void; end: () => void }[] = []
  let page: { items: object[]; revision: string } = { items: [], revision: '1' }
  const send = async (request: ApiRequest): Promise<ApiResponse> => {
    if (request.query.get('watch') !== 'true') {
      lists.push(request)
      return answerJson(200, { items: page.items, metadata: { resourceVersion: page.revision } })
    }
    const queue: (Uint8Array | undefined)[] = []
    let wake = () => {}
    const push = (chunk: Uint8Array | undefined) => {
      queue.push(chunk)
      wake()
    }
    request.signal.addEventListener('abort', () => push(undefined))
    watches.push({
      request,
      send: (event) => push(new TextEncoder().encode(`${JSON.stringify(event)}\n`)),
      end: () => push(undefined),
    })
    async function* stream() {
      while (true) {
        while (queue.length > 0) {
          const chunk = queue.shift()
          if (!chunk) return
          yield chunk
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
    return { status: 200, headers: {}, body: { body: 'stream', stream: stream() } }
  }
  const setPage = (items: object[], revision: string) => {
    page = { items, revision }
  }
  return { send, lists, watches, setPage }
}

const pod = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', resourceVersion },
})

function start(items: object[] = [], revision = '1') {
  const clock = simClock()
  const server = fakeServer()
  server.setPage(items, revision)
  const told: string[] = []
  const log = lineLogger({ clock, level: 'error', write: () => {} })
  const resource = createClient({ send: server.send, userAgent: 'test' }).resource(PODS)
  const informer = createInformer(resource, {}, { clock, random: seededRandom(1), log })
  informer.onChange((change: Change<KubeObject>) => {
    const object = change.change === 'deleted' ? change.previous : change.object
    told.push(`${change.change} ${object.metadata.name}@${object.metadata.resourceVersion}`)
  })
  const stop = new AbortController()
  const running = informer.run(stop.signal)
  const wait = (length: Duration) => clock.advance(length)
  return { server, informer, told, wait, stop, running }
}

test('what is there comes first, then what changes, and a cut stream resumes where it was', async () => {
  const { server, informer, told, wait, stop, running } = start([pod('a', '3'), pod('b', '4')], '5')
  await wait(seconds(1))
  equal(informer.hasSynced, true)
  deepEqual(told, ['added a@3', 'added b@4'])

  server.watches[0]?.send({ type: 'MODIFIED', object: pod('a', '7') })
  server.watches[0]?.send({ type: 'BOOKMARK', object: pod('', '9') })
  await wait(seconds(1))
  server.watches[0]?.end()
  await wait(seconds(5))
  equal(server.watches[1]?.request.query.get('resourceVersion'), '9')
  server.watches[1]?.send({ type: 'DELETED', object: pod('b', '10') })
  await wait(seconds(1))
  deepEqual(told.slice(2), ['updated a@7', 'deleted b@4'])
  equal(server.lists.length, 1)
  stop.abort()
  await wait(seconds(1))
  await running
})

test('a revision that is no longer kept leads to a list, which is merged: no deletion that did not happen', async () => {
  const { server, told, wait, stop, running } = start([pod('a', '3'), pod('b', '4')], '5')
  await wait(seconds(1))
  server.setPage([pod('b', '4'), pod('c', '40')], '50')
  const expired = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Expired',
    code: 410,
    message: 'too old',
  }
  server.watches[0]?.send({ type: 'ERROR', object: expired })
  await wait(seconds(5))
  deepEqual(told.slice(2), ['deleted a@3', 'added c@40'])
  equal(server.watches[1]?.request.query.get('resourceVersion'), '50')
  stop.abort()
  await wait(seconds(1))
  await running
})

test('streams that end without news are opened ever more seldom; who waits for a list has it soon all the same', async () => {
  const { server, informer, wait, stop, running } = start()
  await wait(seconds(1))
  for (let ended = 0; server.watches.length < 10; ) {
    if (ended < server.watches.length) server.watches[ended++]?.end()
    await wait(seconds(0.1))
  }
  const opened = server.watches.length
  server.watches.at(-1)?.end()
  await wait(seconds(1))
  equal(server.watches.length, opened, 'it rests')
  let listed = 0
  for (let asked = 0; asked < 100; asked++) void informer.catchUp().then(() => listed++)
  await wait(seconds(0.1))
  deepEqual([listed, server.lists.length], [100, 2])
  stop.abort()
  await wait(seconds(1))
  await running
})

test('a stream that says nothing for a minute and a half is resumed', async () => {
  const { server, wait, stop, running } = start()
  await wait(seconds(1))
  equal(server.watches.length, 1)
  await wait(seconds(88))
  equal(server.watches.length, 1)
  await wait(seconds(5))
  equal(server.watches.length, 2)
  equal(server.lists.length, 1)
  stop.abort()
  await wait(seconds(1))
  await running
})

test('an older version never replaces a newer one, nor deletes it', async () => {
  const { server, informer, wait, stop, running } = start([pod('a', '30')], '30')
  await wait(seconds(1))
  server.watches[0]?.send({ type: 'MODIFIED', object: pod('a', '20') })
  server.watches[0]?.send({ type: 'DELETED', object: pod('a', '21') })
  await wait(seconds(1))
  equal(informer.inCluster('').get({ namespace: 'shop', name: 'a' })?.metadata.resourceVersion, '30')
  stop.abort()
  await wait(seconds(1))
  await running
})
