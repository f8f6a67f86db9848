/**
 * One client cannot starve the others, over real HTTPS: users who ask for everything, all the time, and one who asks for
 * one thing at a time, as kubectl does.
 */
import { equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { startApi } from './api-process.ts'
import type { GreedyOrder, GreedyReport } from './greedy-worker.ts'
import { addressIn } from './kubeconfig-address.ts'

const MODEST_REQUESTS = 60
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'

/** Long lists are sent in blocks and hold their seats; short ones are answered in one go, and only the thread is short. */
const loads = [
  { what: 'long lists and few seats', objects: 300, flags: ['--max-requests-inflight', '20'] },
  { what: 'short lists and many seats', objects: 60, flags: [] },
]
for (const { what, objects, flags } of loads) {
  test(`a modest user is answered soon while greedy ones wait for each other: ${what}`, { timeout: 180_000 }, () =>
    compete(objects, flags),
  )
}

async function compete(objects: number, flags: readonly string[]): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'muster-fairness-'))
  const api = await startApi(home, ...flags)
  const address = addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url)
  const own = connectTo(address, systemClock)
  const ask = (method: string, path: string, body?: object, user?: string) =>
    own.send({
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
  try {
    const bound = await ask('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'all-view' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'system:authenticated' }],
    })
    equal(bound.status, 201)
    for (let at = 0; at < objects; at++)
      await ask('POST', CONFIG_MAPS, { metadata: { name: `c-${at}` }, data: { text: 'x'.repeat(1500) } })
    const order: GreedyOrder = { address, path: CONFIG_MAPS, users: 6, atOnce: 120 }
    const greedy = new Worker(new URL('./greedy-worker.ts', import.meta.url), { workerData: order })
    await systemClock.sleep(seconds(3))
    const modest: number[] = []
    for (let at = 0; at < MODEST_REQUESTS; at++) {
      const began = systemClock.elapsed()
      const response = await ask('GET', `${CONFIG_MAPS}/c-7`, undefined, 'modest')
      modest.push(systemClock.elapsed() - began)
      equal(response.status, 200)
      ok(response.headers['x-kubernetes-pf-flowschema-uid'], 'says which schema it was taken for')
    }
    const ended = once(greedy, 'message')
    greedy.postMessage('end')
    const [report] = await ended
    const { waits, refused }: GreedyReport = report
    const [ofModest, ofGreedy] = [middle(modest), middle(waits)]
    console.log(
      `modest: median ${ofModest.toFixed(0)} ms, longest ${Math.max(...modest).toFixed(0)} ms; ` +
        `greedy: median ${ofGreedy.toFixed(0)} ms of ${waits.length}, ${refused} refused`,
    )
    ok(waits.length > 50, 'the greedy are served too')
    ok(ofModest < ofGreedy / 5, 'the modest user waits a fraction of what the greedy wait')
    ok(Math.max(...modest) < ofGreedy, 'and never as long as they mostly do')
  } finally {
    own.close()
    await api.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

const middle = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
