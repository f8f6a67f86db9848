/**
 * Invariant 5 for objects: what is answered as of a revision is the fold of the log up to it, at every revision, while
 * others write; and history tells each version once. Planted faults are found.
 */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { milliseconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { between, chance, fork, type Random, seededRandom } from '@muster/base/random.ts'
import { formatKey, type ObjectKey } from '@muster/server/storage/key.ts'
import { openStorage, type Storage } from '@muster/server/storage/storage.ts'
import { parseObject } from '@muster/server/storage/stored-object.ts'
import { plainStore } from '@muster/server/storage/testbed.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import { type SimClock, simClock } from '../clock.ts'
import { sliceOf } from '../scenario.ts'

const [FIRST, LAST] = sliceOf({ count: 300, environment: process.env })
const NAMES = ['web', 'web-1', 'db', 'we']
const NAMESPACES = ['shop', 'shops']
const MAPS = { group: '', resource: 'configmaps' }

/** Writes as people do, at random. */
async function writer(storage: Storage, clock: SimClock, random: Random, name: string): Promise<void> {
  for (let at = 0; at < 15; at++) {
    await clock.sleep(milliseconds(between(random, 0, 20)))
    const key: ObjectKey = {
      ...MAPS,
      cluster: 'default',
      namespace: NAMESPACES[between(random, 0, NAMESPACES.length - 1)] ?? '',
      name: NAMES[between(random, 0, NAMES.length - 1)] ?? '',
    }
    const request = { id: `${name}-${at}`, cause: { actor: name, reason: 'writes' } }
    const change = (current: KubeObject | undefined): KubeObject =>
      ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: current?.metadata ?? { name: key.name, namespace: key.namespace },
        data: { x: `${name}-${at}` },
      }) as KubeObject
    const write = chance(random, 0.3)
      ? storage.remove(key, { ...request, options: {}, rules: {} })
      : storage.update(key, { ...request, createIfAbsent: true, change })
    await write.catch((error) => {
      if (!hasCode(error, 'NotFound') && !hasCode(error, 'Conflict')) throw error
    })
  }
}

/** What the log folds to, at each of its revisions. */
async function foldsOf(store: Store): Promise<Map<Revision, ReadonlyMap<string, string>>> {
  const folds = new Map<Revision, ReadonlyMap<string, string>>()
  const state = new Map<string, string>()
  const head = await store.head()
  const watch = store.watch('', 0 as Revision)
  for (let events = await watch.next(head); events && events.length > 0; events = await watch.next(head)) {
    for (const event of events) {
      if (event.event === 'put') state.set(event.key, `${Buffer.from(event.entry.value)}@${event.revision}`)
      else state.delete(event.key)
      folds.set(event.revision, new Map([...state].filter(([key]) => key.startsWith('core/configmaps/'))))
    }
    if (watch.revision >= head) break
  }
  watch.close()
  return folds
}

const shown = ({ bytes, revision }: { bytes: Uint8Array; revision: Revision }) => `${Buffer.from(bytes)}@${revision}`

async function run(seed: number, plant: (store: Store) => Store = (store) => store): Promise<number> {
  const clock = simClock()
  const random = seededRandom(seed)
  const store = await openMemoryStore({ clock, random: fork(random) })
  const storage = await openStorage({
    store: plant(store),
    clock,
    random: fork(random),
    attributesOf: ({ metadata }) => ({ labels: metadata.labels ?? {}, fields: {} }),
  })
  const writers = ['ada', 'bob', 'eve'].map((name) => writer(storage, clock, fork(random), name))
  await clock.runUntilIdle({ max: milliseconds(60_000) })
  await Promise.all(writers)

  const folds = await foldsOf(store)
  let compared = 0
  for (const [revision, fold] of folds) {
    for (const namespace of [undefined, ...NAMESPACES]) {
      const scope = { ...MAPS, cluster: 'default', ...(namespace === undefined ? {} : { namespace }) }
      const limit = between(random, 0, 3)
      const items: string[] = []
      let token = ''
      do {
        const page = await storage.list(scope, {
          limit,
          continue: token,
          resourceVersion: token === '' ? String(revision) : '',
          resourceVersionMatch: token === '' ? 'Exact' : '',
        })
        items.push(...page.items.map(shown))
        token = page.continue ?? ''
      } while (token !== '')
      const prefix = `core/configmaps/default/${namespace === undefined ? '' : `${namespace}/`}`
      const wanted = [...fold]
        .filter(([key]) => key.startsWith(prefix))
        .sort(([one], [other]) => (one < other ? -1 : 1))
      deepEqual(
        items,
        wanted.map(([, value]) => value),
        `seed ${seed}: list of ${namespace} as of ${revision}`,
      )
      compared += items.length
    }
    for (const namespace of NAMESPACES) {
      for (const name of NAMES) {
        const key = { ...MAPS, cluster: 'default', namespace, name }
        const found = await storage.findAt(key, revision)
        equal(found && shown(found), fold.get(formatKey(key)), `seed ${seed}: ${namespace}/${name} as of ${revision}`)
      }
    }
  }
  for (const namespace of NAMESPACES) {
    for (const name of NAMES) {
      const key = { ...MAPS, cluster: 'default', namespace, name }
      const versions = await storage.versions(key, {})
      for (const [at, version] of versions.entries()) {
        const said = version.object && shown(version.object)
        equal(said, folds.get(version.revision)?.get(formatKey(key)), `seed ${seed}: history of ${name}`)
        ok(version.revision > (versions[at - 1]?.revision ?? 0), `seed ${seed}: history ascends`)
        if (version.object) equal(parseObject(version.object).metadata.name, name)
      }
    }
  }
  storage.close()
  await store.close()
  return compared
}

test('answers as of a revision are the fold of the log, at every revision', async () => {
  let compared = 0
  for (let seed = FIRST; seed <= LAST; seed++) compared += await run(seed)
  ok(compared > (LAST - FIRST + 1) * 50, `${compared} objects were compared`)
})

test('planted faults are found within a few seeds', async () => {
  const later = (store: Store): Store => {
    const planted: Store = Object.create(store)
    planted.range = (prefix, options = {}) =>
      store.range(
        prefix,
        options.at && options.at % 5 === 0 ? { ...options, at: (options.at - 1) as Revision } : options,
      )
    return planted
  }
  const careless = (store: Store): Store => {
    const planted: Store = Object.create(store)
    planted.history = async (key, options) =>
      (await store.history(key, options))
        .filter(({ version }) => version === 'put')
        .map((version, at, all) => (at === 1 ? (all[0] ?? version) : version))
    return planted
  }
  const bound = (plant: (store: Store) => Store) => (store: Store) => plant(plainStore(store))
  for (const plant of [later, careless]) {
    await rejects(async () => {
      for (let seed = 1; seed <= 5; seed++) await run(seed, bound(plant))
    }, /seed \d+: /)
  }
})
