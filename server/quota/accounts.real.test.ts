/** Quotas over the engine that keeps everything on a disk: many clients at once, and what is left when it opens again. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { openSqliteStore } from '@muster/store/sqlite/open.ts'
import { openAsk } from '../testing/ask.ts'

const SPACE = '/api/v1/namespaces/default'
const CLIENTS = 64
const EACH = 4
const LIMIT = 100

async function open(t: TestContext, directory: string) {
  const store = await openSqliteStore({ clock: systemClock, random: systemRandom, directory })
  const { api, ask } = await openAsk({ clock: systemClock, store })
  let isOpen = true
  const close = async () => {
    if (!isOpen) return
    isOpen = false
    api.close()
    await store.close()
  }
  t.after(close)
  return { ask, close }
}

test('64 clients share a quota on a disk to the last, and it is the same when it opens again', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-quota-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const first = await open(t, directory)
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { secrets: `${LIMIT}` } },
  }
  equal((await first.ask('POST', `${SPACE}/resourcequotas`, quota)).status, 201)
  const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } })
  const made: string[] = []
  const statuses = new Map<number, number>()
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let at = 0; at < EACH; at++) {
        const name = `s-${client}-${at}`
        const { status } = await first.ask('POST', `${SPACE}/secrets`, secret(name))
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        if (status === 201) made.push(name)
      }
    }),
  )
  deepEqual([...statuses].sort(), [
    [201, LIMIT],
    [403, CLIENTS * EACH - LIMIT],
  ])
  await Promise.all(made.slice(0, LIMIT / 2).map((name) => first.ask('DELETE', `${SPACE}/secrets/${name}`)))
  await first.close()

  const again = await open(t, directory)
  const { body } = await again.ask('GET', `${SPACE}/resourcequotas/q`)
  deepEqual(body.status, { hard: { secrets: `${LIMIT}` }, used: { secrets: `${LIMIT / 2}` } })
  equal((await again.ask('POST', `${SPACE}/secrets`, secret('one-more'))).status, 201)
  const list = await again.ask('GET', `${SPACE}/secrets`)
  ok(Array.isArray(list.body.items) && list.body.items.length === LIMIT / 2 + 1)
})
