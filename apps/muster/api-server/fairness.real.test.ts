/**
 * One client cannot starve the others, over real HTTPS: users who ask for everything, all the time, and one who asks for
 * one thing at a time, as kubectl does.
 */
import { equal, ok } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ApiResponse } from '@muster/api/message.ts'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { startApi } from './api-process.ts'
import { addressIn } from './kubeconfig-address.ts'

const GREEDY_USERS = 6
/** Requests that each of them has on their way at a time. */
const AT_ONCE = 120
const MODEST_REQUESTS = 60

test('a modest user is answered soon while greedy ones wait for each other', { timeout: 180_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-fairness-'))
  const api = await startApi(home, '--max-requests-inflight', '20')
  const address = addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url)
  const connections = Array.from({ length: GREEDY_USERS + 1 }, () => connectTo(address, systemClock))
  const [own] = connections
  ok(own)
  const ask = async (method: string, path: string, body?: object, user?: string, connection = own) => {
    const response = await connection.send({
      method,
      path,
      query: new URLSearchParams(),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(user ? { 'impersonate-user': user } : {}),
      },
      body: body ? Buffer.from(JSON.stringify(body)) : new Uint8Array(0),
      signal: new AbortController().signal,
    })
    await readAll(response)
    return response
  }
  try {
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' }
    const bound = await ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      ...rbac,
      metadata: { name: 'all-view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }],
    })
    equal(bound.status, 201)
    for (let at = 0; at < 300; at++) {
      await ask('POST', '/api/v1/namespaces/default/configmaps', {
        metadata: { name: `c-${at}` },
        data: { text: 'x'.repeat(1500) },
      })
    }
    let isOver = false
    const waits: number[] = []
    const refusals: ApiResponse[] = []
    const greedy = Array.from({ length: GREEDY_USERS * AT_ONCE }, async (_, at) => {
      const number = at % GREEDY_USERS
      while (!isOver) {
        const began = systemClock.elapsed()
        const list = '/api/v1/namespaces/default/configmaps'
        const response = await ask('GET', list, undefined, `greedy-${number}`, connections[number + 1])
        if (response.status === 429) {
          refusals.push(response)
          await systemClock.sleep(seconds(0.2))
        } else waits.push(systemClock.elapsed() - began)
      }
    })
    await systemClock.sleep(seconds(2))
    const modest: number[] = []
    for (let at = 0; at < MODEST_REQUESTS; at++) {
      const began = systemClock.elapsed()
      const response = await ask('GET', '/api/v1/namespaces/default/configmaps/c-7', undefined, 'modest')
      modest.push(systemClock.elapsed() - began)
      equal(response.status, 200)
      ok(response.headers['x-kubernetes-pf-flowschema-uid'], 'says which schema it was taken for')
    }
    isOver = true
    await Promise.all(greedy)
    const [ofModest, ofGreedy] = [middle(modest), middle(waits)]
    console.log(
      `modest: median ${ofModest.toFixed(0)} ms, longest ${Math.max(...modest).toFixed(0)} ms; greedy: median ${ofGreedy.toFixed(0)} ms of ${waits.length}, ${refusals.length} refused`,
    )
    ok(waits.length > 50, 'the greedy are served too')
    ok(ofModest < ofGreedy / 5, 'the modest user waits a fraction of what the greedy wait')
    ok(Math.max(...modest) < ofGreedy, 'and never as long as they mostly do')
  } finally {
    for (const connection of connections) connection.close()
    await api.stop()
    rmSync(home, { recursive: true, force: true })
  }
})

async function readAll({ body }: ApiResponse): Promise<void> {
  if (body.body === 'bytes') return
  for await (const _chunk of body.body === 'blocks' ? body.blocks : body.stream);
}

const middle = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
