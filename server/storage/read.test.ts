import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import { statusOf } from '@muster/api/status.ts'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import type { ListRequest } from './read.ts'
import type { Storage } from './storage.ts'
import {
  fielded,
  labelled,
  listing,
  openStorageOver,
  openTestbed,
  PODS,
  plainStore,
  pod,
  podKey,
  request,
  type Testbed,
} from './testbed.ts'

const SHOP = { ...PODS, cluster: 'main', namespace: 'shop' }
const at = (revision: number) => revision as Revision

/** Pods a to e in `shop`, a in `bank`, and a in another logical cluster: revisions 2 to 8. */
async function filled(clock = simClock()): Promise<Testbed> {
  const testbed = await openTestbed(clock)
  for (const name of ['e', 'c', 'a', 'd', 'b']) {
    await testbed.storage.create(podKey(name), pod(name, { odd: String('ace'.includes(name)) }), request())
  }
  await testbed.storage.create(podKey('a', 'bank'), pod('a', {}, '', 'bank'), request())
  await testbed.storage.create(podKey('a', 'shop', 'other'), pod('a'), request())
  return testbed
}

const names = async (storage: Storage, scope = SHOP, more: Partial<ListRequest> = {}) => {
  const page = await storage.list(scope, listing(more))
  return page.items.map(({ key }) => key.slice('core/pods/'.length))
}

test('a get finds what was just acknowledged, and says when there is nothing', async () => {
  const { storage } = await filled()
  equal((await storage.get(podKey('c'))).revision, 3)
  equal((await storage.find(podKey('zzz'))) === undefined, true)
  await rejects(storage.get(podKey('zzz')), { code: 'NotFound', message: 'pods "zzz" not found' })
  await rejects(storage.get(podKey('zzz'), '3'), { code: 'NotFound' })
  await rejects(storage.get(podKey('a/b')), { code: 'BadRequest' })
})

test('a list holds its scope, in order', async () => {
  const { storage } = await filled()
  const shop = ['a', 'b', 'c', 'd', 'e'].map((name) => `main/shop/${name}`)
  deepEqual(await names(storage), shop)
  deepEqual(await names(storage, { ...PODS, cluster: 'main' } as typeof SHOP), ['main/bank/a', ...shop])
  deepEqual(await names(storage, PODS as typeof SHOP), ['main/bank/a', ...shop, 'other/shop/a'])
  deepEqual(await names(storage, { ...PODS, namespace: 'shop' } as typeof SHOP), [...shop, 'other/shop/a'])
  deepEqual(await names(storage, { ...SHOP, resource: 'nodes' }), [])
  equal((await storage.list(SHOP, listing())).revision, 8)
})

test('a selection chooses, and names in it narrow the scope', async () => {
  const { storage } = await filled()
  const inMain = { ...PODS, cluster: 'main' } as typeof SHOP
  deepEqual(await names(storage, SHOP, { selection: labelled('odd', 'false') }), ['main/shop/b', 'main/shop/d'])
  deepEqual(await names(storage, SHOP, { selection: fielded('metadata.name', 'b') }), ['main/shop/b'])
  deepEqual(await names(storage, inMain, { selection: fielded('metadata.name', 'a') }), ['main/bank/a', 'main/shop/a'])
  deepEqual(await names(storage, inMain, { selection: fielded('metadata.namespace', 'bank') }), ['main/bank/a'])
  deepEqual(await names(storage, SHOP, { selection: fielded('metadata.namespace', 'bank') }), [])
  deepEqual(await names(storage, SHOP, { selection: fielded('metadata.name', 'a/b') }), [])
  deepEqual(await names(storage, SHOP, { selection: fielded('metadata.name', '') }), [])
})

/** All pages of a list: names and what is said of the rest. */
async function pages(storage: Storage, more: Partial<ListRequest>, between = async () => {}) {
  const seen: string[] = []
  const said: unknown[] = []
  let request = listing(more)
  for (;;) {
    const page = await storage.list(SHOP, request)
    seen.push(page.items.map(({ key }) => key.slice(-1)).join(''))
    said.push([page.revision, page.remaining])
    if (page.continue === undefined) return { seen, said }
    request = {
      ...listing({ limit: request.limit, continue: page.continue }),
      ...(more.selection && { selection: more.selection }),
    }
    await between()
  }
}

test('pages are of one moment, whatever happens between them', async () => {
  const { storage } = await filled()
  deepEqual(await pages(storage, { limit: 2 }), {
    seen: ['ab', 'cd', 'e'],
    said: [
      [8, 3],
      [8, 1],
      [8, undefined],
    ],
  })
  const between = async () => {
    await storage.remove(podKey('d'), { ...request(), options: {}, rules: {} }).catch(() => {})
    await storage.create(podKey('bb'), pod('bb'), request()).catch(() => {})
    await storage.update(podKey('c'), { ...request(), change: () => pod('c', { changed: 'yes' }) })
  }
  deepEqual(await pages(storage, { limit: 2 }, between), {
    seen: ['ab', 'cd', 'e'],
    said: [
      [8, 3],
      [8, 1],
      [8, undefined],
    ],
  })
  // What is shown is as it was then.
  const old = await storage.list(SHOP, listing({ resourceVersion: '8', resourceVersionMatch: 'Exact' }))
  deepEqual(
    old.items.map(({ revision }) => revision),
    [4, 6, 3, 5, 2],
  )
})

test('a page whose list is a multiple of the limit is the last one', async () => {
  const { storage } = await filled()
  deepEqual((await pages(storage, { limit: 5 })).seen, ['abcde'])
  deepEqual((await pages(storage, { limit: 1 })).seen, ['a', 'b', 'c', 'd', 'e'])
})

test('pages of a selection hold what it chooses, and do not say what is left', async () => {
  const { storage } = await filled()
  const asked = { limit: 1, selection: labelled('odd', 'true') }
  const expected = (revision: number) => ({
    seen: ['a', 'c', 'e'],
    said: [1, 2, 3].map(() => [revision, undefined]),
  })
  deepEqual(await pages(storage, asked), expected(8))
  const between = async () => {
    await storage.update(podKey('e'), { ...request(), change: () => pod('e', { changed: 'yes' }) })
  }
  deepEqual(await pages(storage, asked, between), expected(8))
})

test('a list at a revision is of that revision', async () => {
  const { storage, store } = await filled()
  await storage.remove(podKey('a'), { ...request(), options: {}, rules: {} })
  const exactly = (resourceVersion: string, more: Partial<ListRequest> = {}) =>
    storage.list(SHOP, listing({ resourceVersion, resourceVersionMatch: 'Exact', ...more }))
  const shown = async (page: Promise<{ items: readonly { key: string }[]; revision: Revision }>) => {
    const { items, revision } = await page
    return [items.map(({ key }) => key.slice(-1)).join(''), revision]
  }
  deepEqual(await shown(exactly('3')), ['ce', 3])
  deepEqual(await shown(exactly('8')), ['abcde', 8])
  deepEqual(await shown(exactly('9')), ['bcde', 9])
  deepEqual(await shown(exactly('8', { selection: labelled('odd', 'true') })), ['ace', 8])
  // With a limit, a version without a match is exact.
  deepEqual(await shown(storage.list(SHOP, listing({ resourceVersion: '8', limit: 2 }))), ['ab', 8])
  deepEqual(await shown(storage.list(SHOP, listing({ resourceVersion: '8' }))), ['bcde', 9])

  await store.compact({ horizon: at(9) })
  deepEqual(await shown(exactly('9')), ['bcde', 9])
  await rejects(exactly('8'), {
    code: 'Gone',
    message: 'The resourceVersion for the provided list is too old.',
  })
})

test('a token whose revision is no longer kept is answered with one that reads on without', async () => {
  const { storage, store } = await filled()
  const first = await storage.list(SHOP, listing({ limit: 2 }))
  await storage.create(podKey('cc'), pod('cc'), request())
  await store.compact({ horizon: at(9) })
  const { continue: token = '' } = first
  const expired = await storage.list(SHOP, listing({ limit: 2, continue: token })).catch(statusOf)
  const { code, reason, metadata } = 'metadata' in expired ? expired : { code: 0, reason: '', metadata: {} }
  deepEqual([code, reason], [410, 'Expired'])
  const second = await storage.list(SHOP, listing({ limit: 2, continue: metadata.continue ?? '' }))
  deepEqual([second.items.map(({ key }) => key.slice(-2)), second.revision], [['/c', 'cc'], 9])
  const third = await storage.list(SHOP, listing({ limit: 2, continue: second.continue ?? '' }))
  deepEqual([third.items.map(({ key }) => key.slice(-2)), third.revision], [['/d', '/e'], 9])
})

test('a token opens nothing beside its own list', async () => {
  const { storage } = await filled()
  const { continue: token = '' } = await storage.list(PODS, listing({ limit: 1 }))
  const fields = JSON.parse(Buffer.from(token, 'base64url').toString())
  for (const start of ['../../other/shop/', '/', 'zzz', '\0']) {
    const forged = Buffer.from(JSON.stringify({ ...fields, start })).toString('base64url')
    const page = await storage.list(SHOP, listing({ continue: forged }))
    equal(
      page.items.every(({ key }) => key.startsWith('core/pods/main/shop/')),
      true,
      start,
    )
  }
})

test('a version that is ahead is waited for, and then refused', async () => {
  const clock = simClock()
  const { storage } = await filled(clock)
  const reads = [
    storage.get(podKey('a'), '10'),
    storage.list(SHOP, listing({ resourceVersion: '10' })),
    storage.list(SHOP, listing({ resourceVersion: '10', resourceVersionMatch: 'Exact' })),
  ]
  await clock.advance(milliseconds(2_999))
  await storage.create(podKey('f'), pod('f'), request())
  await storage.create(podKey('g'), pod('g'), request())
  const [one, list, exact] = await Promise.all(reads)
  deepEqual(
    [one, list, exact].map((read) => read?.revision),
    [4, 10, 10],
  )

  const refused = storage.get(podKey('a'), '99').catch(statusOf)
  await clock.advance(seconds(3))
  deepEqual(await refused, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'Timeout: Too large resource version: 99, current: 10',
    reason: 'Timeout',
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
    code: 504,
  })
})

test('a list of an empty store has a version that is not 0, and can be watched from', async () => {
  const { storage } = await openTestbed(simClock())
  const { items, revision } = await storage.list(PODS, listing())
  deepEqual([items, revision > 0], [[], true])
})

/** A store whose events come late: by this much, each time. */
function lateStore(store: Store, wait: () => Promise<void>): Store {
  return {
    ...plainStore(store),
    watch(prefix, after) {
      const watch = store.watch(prefix, after)
      return {
        ...{ close: () => watch.close(), [Symbol.asyncIterator]: () => watch[Symbol.asyncIterator]() },
        get revision() {
          return watch.revision
        },
        async next(upTo) {
          const events = await watch.next(upTo)
          await wait()
          return events
        },
      }
    },
  }
}

test('a server that is behind waits for what another has acknowledged, and says so when it cannot catch up', async () => {
  const clock = simClock()
  const near = await openTestbed(clock)
  let isOpen = true
  const wait = async () => {
    while (!isOpen) await clock.sleep(milliseconds(100))
  }
  const far = await openStorageOver(lateStore(near.store, wait), clock)
  await far.list(SHOP, listing())
  isOpen = false
  await near.storage.create(podKey('a'), pod('a'), request())
  await settled()
  // What is at hand does not have it; what is asked for without a version must.
  equal(await far.find(podKey('a'), '0'), undefined)
  const fresh = far.get(podKey('a'))
  const listed = far.list(SHOP, listing())
  await clock.advance(seconds(1))
  isOpen = true
  await clock.advance(seconds(1))
  equal((await fresh).revision, 2)
  deepEqual([(await listed).items.length, (await listed).revision], [1, 2])

  isOpen = false
  await near.storage.create(podKey('b'), pod('b'), request())
  const never = far.get(podKey('b')).catch(statusOf)
  await clock.advance(seconds(4))
  const status = await never
  deepEqual(['code' in status && status.code, 'reason' in status && status.reason], [504, 'Timeout'])
})

test('a list that has much to parse lets others have their turn, and is of one moment all the same', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  const put = (name: string, odd: string) =>
    storage.update(podKey(name), { ...request(), createIfAbsent: true, change: () => pod(name, { odd }) })
  await Promise.all(Array.from({ length: 2_200 }, (_, index) => put(`p${10_000 + index}`, String(index % 2))))
  const head = await store.head()
  let pauses = 0
  let meanwhile = async () => {}
  const pause = async () => {
    pauses++
    await meanwhile()
    await settled()
  }
  const again = await openStorageOver(store, clock, { pause })
  // It is read into memory in slices, while it changes.
  meanwhile = async () => {
    await put(`p${10_000 + pauses}`, 'changed')
  }
  equal((await again.list(SHOP, listing())).items.length, 2_200)
  equal(pauses, 2)
  deepEqual(
    (await again.list(SHOP, listing())).items.slice(0, 4).map(({ revision }) => revision > head),
    [false, true, true, false],
  )
  pauses = 0
  // And parsed in slices, while it changes back.
  meanwhile = async () => {
    await put(`p${10_000 + pauses}`, String(pauses % 2))
  }
  const chosen = await again.list(SHOP, listing({ selection: labelled('odd', '1') }))
  equal(chosen.items.length, 1_099)
  equal(
    chosen.items.every(({ revision }) => revision <= chosen.revision),
    true,
  )
  equal(pauses, 4)
  meanwhile = async () => {}
  // What was parsed once is not parsed again.
  pauses = 0
  equal((await again.list(SHOP, listing({ selection: labelled('odd', '1') }))).items.length, 1_100)
  const first = await again.list(SHOP, listing({ limit: 10, selection: labelled('odd', '0') }))
  deepEqual([first.items.length, first.continue !== undefined, pauses], [10, true, 0])
})

test('a page whose selection is found late goes on after the last that it holds', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  const put = (name: string, odd: string) => storage.create(podKey(name), pod(name, { odd }), request())
  await Promise.all(
    Array.from({ length: 1_600 }, (_, index) => put(`p${10_000 + index}`, index % 400 === 399 ? '1' : '0')),
  )
  const again = await openStorageOver(store, clock, { pause: () => settled() })
  const asked = { limit: 2, selection: labelled('odd', '1') }
  const seen: string[] = []
  for (let token: string | undefined = ''; token !== undefined; ) {
    const page = await again.list(SHOP, { ...listing(asked), continue: token })
    seen.push(page.items.map(({ key }) => key.slice(-5)).join())
    token = page.continue
  }
  deepEqual(seen, ['10399,10799', '11199,11599'])
})
