/**
 * Transactions while the control plane is killed, on the engine that keeps everything on a disk: each moves tokens from
 * one box to another and leaves a receipt. In the end the boxes hold what all receipts together say, every receipt that
 * was acknowledged is there, and nothing else.
 */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ApiRequest } from '@muster/api/message.ts'
import { parseQuery } from '@muster/api/message.ts'
import { between, chance, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { bytesOf } from '@muster/client/answer.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { startApi } from '../api-server/api-process.ts'
import { addressIn } from '../api-server/kubeconfig-address.ts'

const LIVES = 4
const CLIENTS = 8
const BOXES = 6
const TOKENS_IN_EACH = 100
const MAPS = '/api/v1/namespaces/default/configmaps'

const home = mkdtempSync(join(tmpdir(), 'muster-kill-'))
after(() => rmSync(home, { recursive: true, force: true }))

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
  readonly data: Readonly<Record<string, string>>
}

type Ask = (method: string, path: string, body?: object) => Promise<{ code: number; body: Record<string, unknown> }>

/** One life of the control plane; it ends by being killed, unless it is the last. */
async function life(end: 'kill' | 'stop', during: (ask: Ask) => Promise<void>): Promise<void> {
  const api = await startApi(home)
  const connection = connectTo(addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url), systemClock)
  const ask: Ask = async (method, path, body) => {
    const request: ApiRequest = {
      method,
      path,
      query: parseQuery(''),
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body ? JSON.stringify(body) : ''),
      signal: new AbortController().signal,
    }
    const response = await connection.send(request)
    return { code: response.status, body: JSON.parse(Buffer.from(await bytesOf(response)).toString('utf8')) }
  }
  try {
    await during(ask)
  } finally {
    await api[end]()
    connection.close()
  }
}

const configMap = (name: string, data: object) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
const transaction = (operations: readonly object[]) => ({
  apiVersion: 'muster.dev/v1',
  kind: 'Transaction',
  spec: { operations },
})
const target = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name })
const TRANSACTIONS = '/apis/muster.dev/v1/transactions'

async function boxes(ask: Ask): Promise<readonly ConfigMap[]> {
  const { body } = await ask('GET', MAPS)
  return (body.items as ConfigMap[]).filter(({ metadata }) => metadata.name.startsWith('box-'))
}

test('what a transaction does is all there or not at all, however often the control plane is killed', {
  timeout: 240_000,
}, async () => {
  const random = seededRandom(7)
  const acknowledged = new Set<string>()
  const refused = new Set<string>()
  let asked = 0

  const client = async (ask: Ask, goesOn: () => boolean) => {
    while (goesOn()) {
      const all = await boxes(ask)
      const from = all[between(random, 0, all.length - 1)]
      const to = all[between(random, 0, all.length - 1)]
      if (!from || !to || from === to) continue
      const name = `receipt-${++asked}`
      const tokens = between(random, 1, 9)
      const put = (box: ConfigMap, change: number) => ({
        verb: 'patch',
        target: target(box.metadata.name),
        patchType: 'merge',
        patch: { data: { tokens: `${Number(box.data.tokens) + change}` } },
        preconditions: { resourceVersion: box.metadata.resourceVersion },
      })
      const receipt = { from: from.metadata.name, to: to.metadata.name, tokens: `${tokens}` }
      const operations = [
        put(from, -tokens),
        { verb: 'create', object: configMap(name, receipt) },
        put(to, tokens),
        // Now and then one that may not be, at the end of all the others.
        ...(chance(random, 0.1) ? [{ verb: 'delete', target: target('never-there') }] : []),
      ]
      const { code } = await ask('POST', TRANSACTIONS, transaction(operations))
      if (code === 201) acknowledged.add(name)
      else if (code < 500) refused.add(name)
    }
  }

  for (let at = 1; at <= LIVES; at++) {
    await life('kill', async (ask) => {
      if (at === 1) {
        const first = Array.from({ length: BOXES }, (_, box) =>
          configMap(`box-${box}`, { tokens: `${TOKENS_IN_EACH}` }),
        )
        const made = await ask('POST', TRANSACTIONS, transaction(first.map((object) => ({ verb: 'create', object }))))
        equal(made.code, 201)
      }
      const before = acknowledged.size
      const enough = () => acknowledged.size >= before + 30
      // The last of them are on their way when it is killed.
      const clients = Array.from({ length: CLIENTS }, () => client(ask, () => true).catch(() => {}))
      while (!enough()) await new Promise((resolve) => setTimeout(resolve, 5))
      void Promise.all(clients)
    })
  }

  await life('stop', async (ask) => {
    const { body } = await ask('GET', MAPS)
    const maps = body.items as ConfigMap[]
    const receipts = maps.filter(({ metadata }) => metadata.name.startsWith('receipt-'))
    const expected = new Map(Array.from({ length: BOXES }, (_, box) => [`box-${box}`, TOKENS_IN_EACH]))
    for (const { data } of receipts) {
      const { from = '', to = '', tokens = '' } = data
      expected.set(from, (expected.get(from) ?? 0) - Number(tokens))
      expected.set(to, (expected.get(to) ?? 0) + Number(tokens))
    }
    const there = maps.filter(({ metadata }) => metadata.name.startsWith('box-'))
    deepEqual(new Map(there.map(({ metadata, data }) => [metadata.name, Number(data.tokens)])), expected)
    const names = new Set(receipts.map(({ metadata }) => metadata.name))
    for (const name of acknowledged) ok(names.has(name), `${name} was acknowledged and is not there`)
    for (const name of refused) ok(!names.has(name), `${name} was refused and is there`)
    ok(acknowledged.size >= LIVES * 30 && refused.size > 0)
  })
})
