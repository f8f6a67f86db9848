/** Two servers over one store, in one process: what they answer to clients. */

import type { KubeObject } from '@muster/api/object.ts'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { assert, ControlError, hasCode } from '@muster/base/errors.ts'
import { between, chance, fork } from '@muster/base/random.ts'
import type { Grounds } from '@muster/server/storage/decide.ts'
import { formatKey } from '@muster/server/storage/key.ts'
import type { openStorage, Storage } from '@muster/server/storage/storage.ts'
import { parseObject } from '@muster/server/storage/stored-object.ts'
import type { Disk } from '@muster/store/disk.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import { type Served, type ServerName, seenBy } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { decode, ENCODING } from './lines.ts'
import { reside } from './residents.ts'
import type { Answer, Call, Line, Place, Question } from './wire.ts'
import { ACCOUNT, account, attributesOf, countOf, namespace, namespaceKey, pod, podKey, VIEWS } from './words.ts'

/** What the servers of one life are made of. */
export interface ServerDeps {
  readonly process: Process
  readonly disk: Disk
  readonly audit: Audit
  readonly openStorage: typeof openStorage
  /** Where a watch that is asked for after a revision begins: there, unless a mistake is planted. */
  readonly resumeAt: (revision: number) => number
}

/** So few that watchers fall out of memory and go back to the log. */
const RECENT_CHANGES_MAX = 15

/** Opens the store and the servers over it. */
export async function openServers(deps: ServerDeps): Promise<Served<Question, Answer>> {
  const { process, disk, audit, openStorage, resumeAt } = deps
  const { clock, random } = deps.process
  const store = await openMemoryStore({ clock, random, disk })
  await audit.open(process, store)
  const open = (server: ServerName) =>
    openStorage({
      store: seenBy(server, store, process),
      clock,
      random: fork(random),
      attributesOf,
      indexedField: ({ resource }) => (resource === 'pods' ? 'spec.nodeName' : undefined),
      recentChangesMax: RECENT_CHANGES_MAX,
    })
  const servers = {
    near: await open('near'),
    far: await open('far'),
  }
  // In other lives a resource is read when the first client asks for it, while it is written.
  for (const [server, storage] of Object.entries(chance(random, 0.3) ? servers : {})) {
    for (const [index, view] of [...VIEWS, VIEWS[0]].entries()) {
      const told = audit.follower(`resident ${index} of ${server} in life ${process.life}`)
      reside({ process, storage, told, view }).catch(process.fail)
    }
  }
  return {
    store,
    answer: ({ server, call }) => answer({ process, store, storage: servers[server], resumeAt }, call),
  }
}

interface Desk {
  readonly process: Process
  readonly store: Store
  readonly storage: Storage
  readonly resumeAt: (revision: number) => number
}

async function answer(desk: Desk, call: Call): Promise<Answer> {
  const { storage, store, process } = desk
  const request = (id: string) => ({ id, cause: { actor: 'client', reason: call.call } })
  switch (call.call) {
    case 'put': {
      const { id, at } = call
      const asked = { ...request(id), grounds: () => groundsOf(storage, at) }
      if (call.how === 'create')
        return written(keyOf(at), await storage.create(keyOf(at), pod(at.name, id, call.look), asked))
      const change = (current: KubeObject | undefined) => pod(at.name, id, call.look, countOf(current) + 1)
      return written(keyOf(at), await storage.update(keyOf(at), { ...asked, createIfAbsent: true, change }))
    }
    case 'paint': {
      const change = (current: KubeObject | undefined) => {
        assert(current, 'what is painted is there')
        current.metadata.labels = { by: call.id, color: call.color }
        return { ...current, count: countOf(current) + 1 }
      }
      return written(keyOf(call.at), await storage.update(keyOf(call.at), { ...request(call.id), change }))
    }
    case 'rewrite': {
      const change = (current: KubeObject | undefined) => {
        assert(current, 'what is written again is there')
        const { metadata, ...rest } = current
        const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).toReversed())
        return { ...rest, metadata: { ...metadata, labels } }
      }
      return written(keyOf(call.at), await storage.update(keyOf(call.at), { ...request(call.id), change }))
    }
    case 'delete': {
      const options = { ...request(call.id), options: {}, rules: {} }
      return written(keyOf(call.at), await storage.remove(keyOf(call.at), options))
    }
    case 'open': {
      const key = namespaceKey(call.at.cluster, call.at.namespace)
      const change = () => namespace(call.at.namespace, call.id, call.isOpen)
      return written(key, await storage.update(key, { ...request(call.id), createIfAbsent: true, change }))
    }
    case 'get': {
      const found = await storage.find(keyOf(call.at))
      return { answer: 'found', key: formatKey(keyOf(call.at)), revision: found?.revision }
    }
    case 'list': {
      const { scope, selection } = viewOf(call.view)
      const page = await storage.list(scope, { ...call, ...(selection && { selection }) })
      const items = page.items.map(({ key, revision }) => [key, revision] as const)
      return { answer: 'listed', items, revision: page.revision, continue: page.continue }
    }
    case 'watch':
      return { answer: 'watched', lines: await watchLines(desk, call) }
    case 'compact': {
      const head = await store.head()
      await store.compact({ horizon: Math.max(0, head - call.lag) as Revision }).catch((error) => {
        // Another compaction has been further already.
        if (!hasCode(error, 'Invalid')) throw error
      })
      process.log(`is compacted up to ${head - call.lag}`)
      return { answer: 'done' }
    }
    default:
      return call satisfies never
  }
}

const keyOf = ({ cluster, namespace: within, name }: Place) => podKey(cluster, within, name)
const viewOf = (index: number) => VIEWS[index] ?? VIEWS[0]

const written = (
  key: ReturnType<typeof podKey>,
  { outcome, object }: Awaited<ReturnType<Storage['create']>>,
): Answer => ({
  answer: 'written',
  outcome,
  key: formatKey(key),
  revision: object.revision,
})

/** A pod is written while its namespace is open, and its namespace's account is written with it. */
async function groundsOf(storage: Storage, { cluster, namespace: within }: Place): Promise<Grounds> {
  const key = namespaceKey(cluster, within)
  const home = await storage.get(key)
  if (parseObject(home).isOpen !== true) throw new ControlError('Forbidden', `namespace ${within} is closed`)
  const accountKey = podKey(cluster, within, ACCOUNT)
  const kept = await storage.find(accountKey)
  const count = countOf(kept && parseObject(kept))
  return {
    guards: [{ guard: 'revision', key: formatKey(key), equals: home.revision }],
    also: [{ key: accountKey, from: kept?.revision ?? (0 as Revision), object: account(count + 1) }],
  }
}

/** Reads a watch for a while, now and then slowly, and cuts it after any line. */
async function watchLines(desk: Desk, call: Extract<Call, { call: 'watch' }>): Promise<Line[]> {
  const { storage, resumeAt } = desk
  const { clock, random } = desk.process
  const { scope, selection } = viewOf(call.view)
  const { resourceVersion, sendInitialEvents, lasts } = call
  const isLater = resourceVersion !== '' && resourceVersion !== '0' && !sendInitialEvents
  const stream = await storage.watch(scope, {
    resourceVersion: isLater ? String(resumeAt(Number(resourceVersion))) : resourceVersion,
    sendInitialEvents,
    allowWatchBookmarks: true,
    timeout: lasts,
    encoding: ENCODING,
    ...(selection && { selection }),
  })
  // What was promised at the start is kept, however late the first pull.
  if (chance(random, 0.3)) await clock.sleep(milliseconds(between(random, 1, 500)))
  const lines: Line[] = []
  const wanted = chance(random, 0.5) ? between(random, 1, 10) : Number.POSITIVE_INFINITY
  for await (const block of stream) {
    lines.push(...decode(block))
    if (lines.length >= wanted) break
    if (chance(random, 0.3)) await clock.sleep(milliseconds(between(random, 1, 500)))
  }
  return lines.slice(0, wanted)
}

/** The longest that a client lets a watch last. */
export const WATCH_LASTS_MAX: Duration = seconds(3)
