/**
 * Elections over the real store, real HTTPS and real processes: a leader is stopped (SIGSTOP) until another leads, and goes
 * on; then the new one is killed. What is written is written by who leads, which the history of the counter shows.
 */
import { equal, ok } from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Election } from '@muster/api/elections/election.ts'
import type { ObjectHistory } from '@muster/api/history/types.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import { createClient } from '@muster/client/client.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { startApi } from './api-process.ts'
import { addressIn } from './kubeconfig-address.ts'

const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'
const MAPS = '/api/v1/namespaces/default/configmaps'
const WITHIN: Duration = seconds(30)

test('a leader that was stopped writes nothing when it goes on; one that is killed is followed', {
  timeout: 120_000,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-elections-'))
  const api = await startApi(home)
  const address = addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url)
  const connection = connectTo(address, systemClock)
  const client = createClient({ send: connection.send, userAgent: 'test' })
  const replicas = new Map<string, ChildProcess>()
  const start = async (identity: string) => {
    const file = fileURLToPath(new URL('./elected-worker.ts', import.meta.url))
    const child = spawn(process.execPath, [file, JSON.stringify({ address, identity })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    replicas.set(identity, child)
    await once(child.stdout, 'data')
  }
  const leader = async () => {
    const election = (await client.call({ method: 'GET', path: `${GROUP}/elections/count` }).catch(() => undefined)) as
      | Election
      | undefined
    return election?.status?.leader
  }
  const until = async (what: string, holds: () => Promise<boolean>): Promise<Duration> => {
    const began = systemClock.elapsed()
    while (!(await holds())) {
      ok(systemClock.elapsed() - began < WITHIN, `${what} within ${WITHIN} ms`)
      await systemClock.sleep(20 as Duration)
    }
    return (systemClock.elapsed() - began) as Duration
  }
  const by = async () => {
    const { data = {} } = (await client.call({ method: 'GET', path: `${MAPS}/counter` })) as { data?: { by?: string } }
    return data.by
  }
  try {
    await client.call({ method: 'POST', path: MAPS, body: { metadata: { name: 'counter' } } })
    await start('one')
    await until('one counts', async () => (await by()) === 'one')
    await start('two')
    await start('three')
    const first = await leader()
    equal(first?.identity, 'one')

    replicas.get('one')?.kill('SIGSTOP')
    const paused = await until('another counts', async () => (await by()) !== 'one')
    replicas.get('one')?.kill('SIGCONT')
    const second = await by()
    await systemClock.sleep(seconds(1.5))

    replicas.get(second ?? '')?.kill('SIGKILL')
    const killed = await until('a third counts', async () => ![second].includes(await by()))
    console.log(
      `followed ${Math.round(paused)} ms after SIGSTOP and ${Math.round(killed)} ms after kill -9, sessions of 2 s`,
    )

    const history = (await client.call({
      method: 'GET',
      path: `${MAPS}/counter/history`,
      query: { limit: '500', object: 'true' },
    })) as ObjectHistory
    let newer = Number.POSITIVE_INFINITY
    const fenced = history.versions.filter(({ by: account }) => account.fence !== undefined)
    ok(fenced.length > 20, `${fenced.length} writes`)
    for (const { by: account } of fenced) {
      const term = Number(account.fence?.split('@')[1])
      ok(term <= newer, 'terms never go back')
      newer = term
    }
    equal(history.versions.filter(({ by: account, change }) => change === 'updated' && !account.fence).length, 0)
  } finally {
    for (const child of replicas.values()) child.kill('SIGKILL')
    connection.close()
    await api.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
