/**
 * Invariant 11 on the real store, over HTTPS: a control plane whose store was put back from a snapshot begins above all that it
 * had issued, and knows no term, page or stream of what was lost.
 */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { systemClock as clock, systemRandom as random } from '@muster/base/system.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { openSqliteStore, restoreSqliteStore } from '@muster/store/sqlite/open.ts'
import { placeOf } from '../control-plane/place.ts'
import { startRestartable } from '../ecosystem/restartable.ts'
import { addressIn } from './kubeconfig-address.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'

interface Made {
  readonly metadata: { readonly resourceVersion: string }
}

test('a control plane over a store that was put back keeps nothing of what was lost', async () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-restored-'))
  const directory = join(placeOf(home).data, 'store')
  const file = join(home, 'before.snapshot')
  const api = await startRestartable(home)
  const connection = connectTo(addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url), clock)
  const client = createClient({ send: connection.send, userAgent: 'test' })
  const make = (name: string, of: Client = client) =>
    of.call({ method: 'POST', path: MAPS, body: { metadata: { name } } }) as Promise<Made>
  try {
    for (const name of ['a', 'b', 'c']) await make(name)
    const election = { metadata: { name: 'lead' }, spec: { sessionSeconds: 3600 } }
    await client.call({ method: 'POST', path: `${GROUP}/elections`, body: election })
    const seat = { metadata: { name: 'lead.a' }, spec: { election: 'lead', identity: 'a' } }
    const { metadata } = (await client.call({ method: 'POST', path: `${GROUP}/candidates`, body: seat })) as Made
    const fence = `default/lead@${metadata.resourceVersion}`
    const inTerm = (name: string) =>
      client.call({ method: 'POST', path: MAPS, query: { fence }, body: { metadata: { name } } })
    await inTerm('in-term')
    await api.stop()
    const before = await openSqliteStore({ directory, clock, random })
    await pipeline(before.snapshot(), createWriteStream(file))
    await before.close()
    const lived = await startRestartable(home)
    const later = connectTo(addressIn(readFileSync(lived.kubeconfig, 'utf8'), lived.url), clock)
    const living = createClient({ send: later.send, userAgent: 'test' })
    const lost = await make('lost', living)
    const page = (await living.call({ method: 'GET', path: MAPS, query: { limit: '2' } })) as {
      metadata: { continue: string }
    }
    later.close()
    await lived.stop()

    rmSync(directory, { recursive: true })
    await restoreSqliteStore({ directory, clock, random }, createReadStream(file), { clock, random })
    const again = await startRestartable(home)
    const last = connectTo(addressIn(readFileSync(again.kubeconfig, 'utf8'), again.url), clock)
    const restored = createClient({ send: last.send, userAgent: 'test' })
    const refusal = (deed: Promise<unknown>) =>
      deed.then(
        () => 'answered',
        ({ code }: { code: string }) => code,
      )
    const asked = (query: Record<string, string>) => refusal(restored.call({ method: 'GET', path: MAPS, query }))
    try {
      const fresh = await make('fresh', restored)
      const [then, now] = [lost, fresh].map((one) => Number(one.metadata.resourceVersion))
      ok(Number(now) > Number(then), `${now} is above ${then}, which was issued and lost`)
      const { items } = (await restored.call({ method: 'GET', path: MAPS })) as {
        items: { metadata: { name: string } }[]
      }
      deepEqual(
        items.map((one) => one.metadata.name),
        ['a', 'b', 'c', 'fresh', 'in-term', 'kube-root-ca.crt'],
      )
      const body = { metadata: { name: 'late' } }
      equal(await refusal(restored.call({ method: 'POST', path: MAPS, query: { fence }, body })), 'Deposed')
      equal(await asked({ limit: '2', continue: page.metadata.continue }), 'Gone')
      equal(await asked({ resourceVersion: `${then}`, resourceVersionMatch: 'Exact' }), 'Gone')
      equal(await asked({ resourceVersion: `${then}`, watch: 'true', timeoutSeconds: '1' }), 'Gone')
    } finally {
      last.close()
      await again.stop()
    }
  } finally {
    connection.close()
    await api.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
