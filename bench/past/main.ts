/**
 * What the past costs: a million revisions with causes, and questions about them beside a full load of writes.
 *
 *     node bench/past/main.ts [REVISIONS [DIRECTORY]]
 *
 * With a directory the store stays there, and is grown only where there is none: what is to be measured alone can be
 * prepared beforehand.
 *
 * The revisions are committed to a store on disk, each with the cause that the API keeps with a write; then an API server
 * opens that store, closed-loop writers keep it busy through the API, and questions are asked one at a time.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseQuery, piecesOf } from '@muster/api/message.ts'
import { seconds } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { formatKey } from '@muster/server/storage/key.ts'
import { openTestApi, type TestApi } from '@muster/server/testing/open-test-api.ts'
import { openSqliteStore } from '@muster/store/sqlite/open.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import { samples, spread } from '../harness/statistics.ts'

const REVISIONS = Number(process.argv[2] ?? 1_000_000)
const OBJECTS = 10_000
const NAMESPACES = 100
const COMMITTERS = 256
const WRITERS = 32
const QUESTIONS = 400
const MIB = 2 ** 20

const kept = process.argv[3]
const directory = kept ?? join(mkdtempSync(join(tmpdir(), 'muster-past-')), 'store')
const random = seededRandom(1)
const namespaceOf = (object: number) => `ns-${object % NAMESPACES}`
const nameOf = (object: number) => `web-${object}`
const keyOf = (object: number) =>
  formatKey({
    group: '',
    resource: 'configmaps',
    cluster: 'default',
    namespace: namespaceOf(object),
    name: nameOf(object),
  })

/** About a kibibyte, as a small Deployment has. */
const value = (object: number, turn: number) =>
  Buffer.from(
    JSON.stringify({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: {
        name: nameOf(object),
        namespace: namespaceOf(object),
        uid: `uid-${object}`,
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
      data: { turn: String(turn), filler: 'x'.repeat(800) },
    }),
  )

/** Writes all of it; each write states as its cause the newest version of the object before it, which makes chains. */
async function grow(store: Store): Promise<number> {
  const revisions = new Float64Array(OBJECTS)
  let next = 0
  const began = performance.now()
  const committer = async () => {
    while (next < REVISIONS) {
      const write = next++
      const object = write % OBJECTS
      const key = keyOf(object)
      const at = revisions[object] as Revision
      const trigger = object % 5 === 0 ? undefined : object - 1
      const of = trigger === undefined ? 0 : (revisions[trigger] ?? 0)
      const details = JSON.stringify({
        client: 'deployment-controller',
        ...(trigger === undefined || of === 0
          ? {}
          : { object: `/configmaps/${namespaceOf(trigger)}/${nameOf(trigger)}@${of}` }),
      })
      const outcome = await store.commit({
        token: `grow-${write}`,
        guards: [at === 0 ? { guard: 'absent', key } : { guard: 'revision', key, equals: at }],
        writes: [{ write: 'put', key, value: value(object, write) }],
        cause: {
          actor: 'system:muster',
          reason: 'update configmaps',
          details,
          ...(of === 0 ? {} : { after: of as Revision }),
        },
      })
      assert(outcome.outcome === 'committed', 'nobody else writes')
      revisions[object] = outcome.revision
    }
  }
  await Promise.all(Array.from({ length: COMMITTERS }, committer))
  return (REVISIONS / (performance.now() - began)) * 1000
}

async function ask(api: TestApi, method: string, path: string, body?: object): Promise<number> {
  const [at = '', query = ''] = path.split('?')
  const { status, body: answer } = await api.handle({
    method,
    path: at,
    query: parseQuery(query),
    headers: {
      authorization: `Bearer ${api.adminToken}`,
      'user-agent': 'bench',
      ...(body ? { 'content-type': 'application/merge-patch+json' } : {}),
    },
    body: body ? Buffer.from(JSON.stringify(body)) : new Uint8Array(0),
    signal: new AbortController().signal,
  })
  let bytes = 0
  for await (const chunk of piecesOf(answer)) bytes += chunk.length
  assert(status === 200, `${method} ${path} was answered with ${status}`)
  return bytes
}

const row = (...cells: readonly (string | number)[]) =>
  console.log(
    cells
      .map((cell) => String(cell).padEnd(52))
      .join('')
      .trimEnd(),
  )
const ms = (of: number) => `${of.toFixed(1)} ms`

try {
  if (!existsSync(directory)) {
    const first = await openSqliteStore({ clock: systemClock, random: systemRandom, directory })
    row('grown', `${Math.round(await grow(first))} revisions/s`)
    const { fileBytes } = await first.status()
    row('file for each million revisions', `${Math.round((fileBytes / MIB / REVISIONS) * 1e6)} MiB`)
    await first.close()
  }

  const began = performance.now()
  const store = await openSqliteStore({ clock: systemClock, random: systemRandom, directory })
  row('opened', `${((performance.now() - began) / 1000).toFixed(1)} s`)
  row('resident after that', `${Math.round(process.memoryUsage.rss() / MIB)} MiB`)
  const api = await openTestApi({ clock: systemClock, store })
  for (let at = 0; at < NAMESPACES; at++) await createNamespace(api, `ns-${at}`)

  const load: { is: 'off' | 'on' | 'over' } = { is: 'off' }
  let writes = 0
  const writer = async (_one: unknown, writer: number) => {
    for (let turn = 0; load.is !== 'over'; turn++) {
      if (load.is === 'off') await systemClock.sleep(seconds(0.05))
      else {
        const object = between(random, 0, OBJECTS - 1)
        const path = `/api/v1/namespaces/${namespaceOf(object)}/configmaps/${nameOf(object)}`
        await ask(api, 'PATCH', path, { data: { turn: `${writer}-${turn}` } })
        writes++
      }
    }
  }
  const writers = Array.from({ length: WRITERS }, writer)
  const head = await store.head()
  const oldest = Math.round(head / 100)
  const questions: Readonly<Record<string, () => Promise<number>>> = {
    'get of one object as of a revision': () => {
      const object = between(random, 0, OBJECTS - 1)
      const at = between(random, OBJECTS + 100, head)
      return ask(
        api,
        'GET',
        `/api/v1/namespaces/${namespaceOf(object)}/configmaps/${nameOf(object)}?resourceVersion=${at}&resourceVersionMatch=Exact`,
      )
    },
    'list of a namespace (100 objects) as of a revision': () => {
      const at = between(random, Math.max(oldest, OBJECTS + 100), head)
      return ask(
        api,
        'GET',
        `/api/v1/namespaces/ns-${between(random, 0, NAMESPACES - 1)}/configmaps?resourceVersion=${at}&resourceVersionMatch=Exact`,
      )
    },
    'history, a page of 20': () => {
      const object = between(random, 0, OBJECTS - 1)
      return ask(api, 'GET', `/api/v1/namespaces/${namespaceOf(object)}/configmaps/${nameOf(object)}/history?limit=20`)
    },
    'why, up to five links': () => {
      const object = between(random, 0, OBJECTS / 5 - 1) * 5 + 4
      return ask(api, 'GET', `/api/v1/namespaces/${namespaceOf(object)}/configmaps/${nameOf(object)}/why`)
    },
    'get of one object as it is now': () => {
      const object = between(random, 0, OBJECTS - 1)
      return ask(api, 'GET', `/api/v1/namespaces/${namespaceOf(object)}/configmaps/${nameOf(object)}`)
    },
  }
  for (const isLoaded of [false, true]) {
    load.is = isLoaded ? 'on' : 'off'
    await systemClock.sleep(seconds(1))
    console.log(`\n${isLoaded ? `beside ${WRITERS} closed-loop writers through the same API` : 'on its own'}`)
    for (const [what, question] of Object.entries(questions)) {
      const times = samples()
      const [before, from] = [writes, performance.now()]
      for (let turn = 0; turn < QUESTIONS; turn++) {
        const asked = performance.now()
        await question()
        times.add(performance.now() - asked)
      }
      const { p50, p99, max } = spread(times)
      const rate = ((writes - before) / (performance.now() - from)) * 1000
      row(what, `p50 ${ms(p50)}, p99 ${ms(p99)}, max ${ms(max)}${isLoaded ? `, ${Math.round(rate)} writes/s` : ''}`)
    }
  }
  load.is = 'over'
  await Promise.all(writers)
  api.close()
  await store.close()
} finally {
  if (kept === undefined) rmSync(directory, { recursive: true, force: true })
}

async function createNamespace(api: TestApi, name: string): Promise<void> {
  await api.handle({
    method: 'POST',
    path: '/api/v1/namespaces',
    query: new URLSearchParams(),
    headers: { authorization: `Bearer ${api.adminToken}`, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ metadata: { name } })),
    signal: new AbortController().signal,
  })
}
