/**
 * Elections over the real store, real HTTPS and real processes: a leader is stopped (SIGSTOP) until another leads, and goes
 * on; then the new one is killed; then the control plane is, again and again. What is written is written by who leads, which
 * the history of the counter shows.
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
import type { ObjectHistory, ObjectVersion } from '@muster/api/history/types.ts'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { createClient } from '@muster/client/client.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { startRestartable } from '../ecosystem/restartable.ts'
import { addressIn } from './kubeconfig-address.ts'

const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'
const MAPS = '/api/v1/namespaces/default/configmaps'
/** In which the control plane is killed under the replicas. */
const ROUNDS = 5
const WITHIN: Duration = seconds(30)

test('a leader that was stopped writes nothing when it goes on; one that is killed is followed; a control plane may be killed', {
  timeout: 120_000,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), 'muster-elections-'))
  const api = await startRestartable(home)
  const address = addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url)
  const connection = connectTo(address, systemClock)
  const client = createClient({ send: connection.send, userAgent: 'test' })
  const random = seededRandom(7)
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
  const counted = async () => {
    const asked = client.call({ method: 'GET', path: `${MAPS}/counter` }) as Promise<{ data?: Record<string, string> }>
    // While nobody is there, nobody counts.
    return (await asked.catch(() => undefined))?.data
  }
  const by = async () => {
    return (await counted())?.by
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

    const outages: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      await systemClock.sleep(milliseconds(between(random, 50, 900)))
      const gone = await api.killAndStart()
      const before = (await counted())?.at
      const again = await until('somebody counts again', async () => {
        const now = await counted()
        return now !== undefined && now.at !== before
      })
      outages.push(`${gone}+${Math.round(again)}`)
    }
    console.log(
      `the control plane was killed with -9: ms without it, and until somebody counted: ${outages.join(', ')}`,
    )

    const versions: ObjectVersion[] = []
    for (let next: string | undefined = ''; next !== undefined; ) {
      const query = { limit: '500', ...(next === '' ? {} : { continue: next }) }
      const page = (await client.call({ method: 'GET', path: `${MAPS}/counter/history`, query })) as ObjectHistory
      versions.push(...page.versions)
      next = page.metadata.continue
    }
    let newer = Number.POSITIVE_INFINITY
    const fenced = versions.filter(({ by: account }) => account.fence !== undefined)
    ok(fenced.length > 20, `${fenced.length} writes`)
    for (const { by: account } of fenced) {
      const term = Number(account.fence?.split('@')[1])
      ok(term <= newer, 'terms never go back')
      newer = term
    }
    equal(versions.filter(({ by: account, change }) => change === 'updated' && !account.fence).length, 0)
  } finally {
    for (const child of replicas.values()) child.kill('SIGKILL')
    connection.close()
    await api.stop()
    rmSync(home, { recursive: true, force: true })
  }
})
