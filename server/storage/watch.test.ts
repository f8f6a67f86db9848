import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest } from '@muster/api/status.ts'
import { milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Revision } from '@muster/store/store.ts'
import type { Scope } from './key.ts'
import type { Attributes } from './selection.ts'
import type { Storage, WatchRequest } from './storage.ts'
import {
  fielded,
  labelled,
  linesOf,
  listing,
  openStorageOver,
  openTestbed,
  PODS,
  plainStore,
  pod,
  podKey,
  readWatch,
  request,
  watching,
} from './testbed.ts'
import type { WatchEncoding } from './watch-encoding.ts'

const SHOP: Scope = { ...PODS, cluster: 'main', namespace: 'shop' }
const at = (revision: number) => revision as Revision

const put = (storage: Storage, object: KubeObject, cluster = 'main') =>
  storage.update(podKey(object.metadata.name ?? '', object.metadata.namespace, cluster), {
    ...request(),
    createIfAbsent: true,
    change: () => object,
  })
const remove = (storage: Storage, name: string) =>
  storage.remove(podKey(name), { ...request(), options: {}, rules: {} })

/** What a watch tells until now. */
async function told(storage: Storage, scope: Scope, more: Partial<WatchRequest>) {
  const stream = await storage.watch(scope, watching(more))
  const reader = readWatch(stream)
  await settled()
  await stream.return()
  return reader.lines
}

test('a watch tells what happens after its revision, in order', async () => {
  const { storage } = await openTestbed(simClock())
  await put(storage, pod('a'))
  const reader = readWatch(await storage.watch(SHOP, watching({ resourceVersion: '2' })))
  await put(storage, pod('b'))
  await put(storage, pod('a', { x: '1' }))
  await remove(storage, 'b')
  await put(storage, pod('b'))
  await settled()
  deepEqual(reader.lines, ['ADDED b@3', 'MODIFIED a@4', 'DELETED b@5', 'ADDED b@6'])
  deepEqual(await told(storage, SHOP, { resourceVersion: '4' }), ['DELETED b@5', 'ADDED b@6'])
})

/** Pods a and b in shop at 2 and 3; the head is at 4, where something else was written. */
async function started() {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  await put(storage, pod('b'))
  await put(storage, pod('a'))
  await put(storage, pod('a', {}, '', 'bank'))
  return { clock, storage, store }
}

const starts: readonly (readonly [string, Partial<WatchRequest>, readonly string[]])[] = [
  ['no version, without initial events: from now on', {}, []],
  ['version 0, without initial events: from now on', { resourceVersion: '0' }, []],
  ['a version: what came after', { resourceVersion: '2' }, ['ADDED a@3']],
  ['the version of now: nothing', { resourceVersion: '4' }, []],
  ['initial events', { sendInitialEvents: true }, ['ADDED a@3', 'ADDED b@2']],
  ['initial events of any version', { sendInitialEvents: true, resourceVersion: '0' }, ['ADDED a@3', 'ADDED b@2']],
  [
    'initial events not older than a version, and their end',
    { sendInitialEvents: true, resourceVersion: '2', allowWatchBookmarks: true },
    ['ADDED a@3', 'ADDED b@2', 'BOOKMARK @4 end'],
  ],
  [
    'initial events that are none, and their end',
    { sendInitialEvents: true, allowWatchBookmarks: true, selection: labelled('no', 'such') },
    ['BOOKMARK @4 end'],
  ],
]

for (const [what, more, lines] of starts) {
  test(`a watch begins as it was asked to: ${what}`, async () => {
    const { storage } = await started()
    const reader = readWatch(await storage.watch(SHOP, watching(more)))
    await settled()
    deepEqual(reader.lines, lines)
    await put(storage, pod('later'))
    await settled()
    deepEqual(reader.lines.slice(lines.length), more.selection ? [] : ['ADDED later@5'])
  })
}

test('a watch is refused before it begins when its version is gone, ahead, or none', async () => {
  const { clock, storage, store } = await started()
  await store.compact({ horizon: at(3) })
  // What is in memory is told all the same; what is not, is not.
  deepEqual(await told(storage, SHOP, { resourceVersion: '2' }), ['ADDED a@3'])
  const again = await openStorageOver(store, clock)
  await rejects(again.watch(SHOP, watching({ resourceVersion: '2' })), {
    code: 'Gone',
    message: 'too old resource version: 2 (3)',
  })
  await rejects(storage.watch(SHOP, watching({ resourceVersion: 'x' })), {
    code: 'Invalid',
    message: 'pods "" is invalid: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  })
  const ahead = rejects(storage.watch(SHOP, watching({ resourceVersion: '99' })), { code: 'RevisionAhead' })
  await clock.advance(seconds(3))
  await ahead
})

test('who comes and goes by a selection is added and deleted, as it was last', async () => {
  const { storage } = await openTestbed(simClock())
  await put(storage, pod('a', { app: 'web' }))
  const chosen = readWatch(await storage.watch(SHOP, watching({ selection: labelled('app', 'web') })))
  const stream = await storage.watch(SHOP, watching({ selection: labelled('app', 'web') }))
  await put(storage, pod('b', { app: 'db' }))
  await put(storage, pod('a', { app: 'web', x: '1' }))
  await put(storage, pod('a', { app: 'db' }))
  const { value = new Uint8Array() } = await stream.next()
  await put(storage, pod('b', { app: 'web' }))
  await remove(storage, 'b')
  await remove(storage, 'a')
  await settled()
  deepEqual(chosen.lines, ['MODIFIED a@4', 'DELETED a@5', 'ADDED b@6', 'DELETED b@7'])
  // The object that has left is shown as it was while it was chosen, at the revision of the change.
  const [, left = ''] = Buffer.from(value).toString().split('\n')
  deepEqual(JSON.parse(left).object.metadata.labels, { app: 'web', x: '1' })
})

test('a watch sees its scope alone, over one namespace, one cluster or all', async () => {
  const { storage } = await openTestbed(simClock())
  const scopes: readonly (readonly [string, Scope, Partial<WatchRequest>, readonly string[]])[] = [
    ['namespace', SHOP, {}, ['a@2', 'b@5']],
    ['cluster', { ...PODS, cluster: 'main' }, {}, ['a@2', 'a@3', 'b@5']],
    ['all', PODS, {}, ['a@2', 'a@3', 'a@4', 'b@5']],
    ['namespace over all clusters', { ...PODS, namespace: 'shop' }, {}, ['a@2', 'a@4', 'b@5']],
    ['one name', SHOP, { selection: fielded('metadata.name', 'a') }, ['a@2']],
    [
      'one name in all namespaces',
      { ...PODS, cluster: 'main' },
      { selection: fielded('metadata.name', 'a') },
      ['a@2', 'a@3'],
    ],
    ['one node', PODS, { selection: fielded('spec.nodeName', 'n1') }, ['a@4', 'b@5']],
    ['one node of a namespace', SHOP, { selection: fielded('spec.nodeName', 'n1') }, ['b@5']],
    ['another resource', { ...SHOP, resource: 'nodes' }, {}, []],
  ]
  const readers = await Promise.all(
    scopes.map(async ([, scope, more]) => readWatch(await storage.watch(scope, watching(more)))),
  )
  await put(storage, pod('a'))
  await put(storage, pod('a', {}, '', 'bank'))
  await put(storage, pod('a', {}, 'n1'), 'other')
  await put(storage, pod('b', {}, 'n1'))
  await settled()
  for (const [index, [what, , , lines]] of scopes.entries()) {
    deepEqual(
      readers[index]?.lines,
      lines.map((line) => `ADDED ${line}`),
      what,
    )
  }
  equal(storage.status().watches, scopes.length)
})

test('an event costs those whom it concerns: others are not even asked', async () => {
  const { storage } = await openTestbed(simClock())
  let asked = 0
  const onNode = (node: string) => {
    const selection = fielded('spec.nodeName', node)
    return {
      ...selection,
      matches: (attributes: Attributes) => {
        asked++
        return selection.matches(attributes)
      },
    }
  }
  const readers = await Promise.all(
    Array.from({ length: 500 }, async (_, node) =>
      readWatch(await storage.watch({ ...PODS, cluster: 'main' }, watching({ selection: onNode(`n${node}`) }))),
    ),
  )
  await put(storage, pod('a', {}, 'n7'))
  await settled()
  equal(asked, 1)
  // It moves, which two nodes learn.
  await put(storage, pod('a', {}, 'n8'))
  await settled()
  equal(asked, 1 + 4)
  deepEqual(
    [readers[7]?.lines, readers[8]?.lines, readers[9]?.lines],
    [['ADDED a@2', 'DELETED a@3'], ['ADDED a@3'], []],
  )
})

test('what waits for one stream leaves at once, and what many are told is made once', async () => {
  const { storage } = await openTestbed(simClock())
  const json = watching().encoding
  let encoded = 0
  const encoding: WatchEncoding = {
    ...json,
    event(type, object) {
      encoded++
      return json.event(type, object)
    },
  }
  const readers = await Promise.all(
    Array.from({ length: 50 }, async () => readWatch(await storage.watch(SHOP, watching({ encoding })))),
  )
  await Promise.all(Array.from({ length: 20 }, (_, index) => put(storage, pod(`p${index}`))))
  await settled()
  for (const { lines } of readers) equal(lines.length, 20)
  equal(encoded, 20)
  // Twenty writes at once are two groups in the store.
  ok((readers[0]?.blocks ?? 20) <= 2, `${readers[0]?.blocks} blocks`)
})

test('watchers that take the same block share its bytes', async () => {
  const { storage } = await openTestbed(simClock())
  const streams = await Promise.all([1, 2, 3].map(() => storage.watch(SHOP, watching())))
  const nexts = streams.map((stream) => stream.next())
  await Promise.all(['a', 'b'].map((name) => put(storage, pod(name))))
  const [one, two, three] = await Promise.all(nexts)
  equal(one?.value, two?.value)
  equal(one?.value, three?.value)
})

test('bookmarks come every minute, move on when nothing happens, and come again at the end', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  await put(storage, pod('a'))
  const reader = readWatch(await storage.watch(SHOP, watching({ allowWatchBookmarks: true, timeout: seconds(150) })))
  const without = readWatch(await storage.watch(SHOP, watching({ timeout: seconds(150) })))
  await put(storage, pod('x', {}, '', 'bank'))
  await clock.advance(seconds(59))
  deepEqual(reader.lines, [])
  await clock.advance(seconds(2))
  deepEqual(reader.lines, ['BOOKMARK @3'])
  await put(storage, pod('b'))
  await put(storage, pod('y', {}, '', 'bank'))
  await clock.advance(minutes(1))
  deepEqual(reader.lines, ['BOOKMARK @3', 'ADDED b@4', 'BOOKMARK @5'])
  await put(storage, pod('z', {}, '', 'bank'))
  await clock.advance(seconds(28))
  equal(reader.hasEnded, false)
  await clock.advance(seconds(2))
  deepEqual([reader.lines.slice(3), reader.hasEnded], [['BOOKMARK @6'], true])
  deepEqual([without.lines, without.hasEnded], [['ADDED b@4'], true])
  equal(storage.status().watches, 0)
  // Nobody waits for a time any more.
  equal(await clock.runUntilIdle({ max: minutes(9) }), 'idle')
})

test('a bookmark says no more than was handed out', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  const stream = await storage.watch(SHOP, watching({ allowWatchBookmarks: true, timeout: seconds(90) }))
  const first = stream.next()
  await put(storage, pod('a'))
  const lines = linesOf((await first).value ?? new Uint8Array())
  // Its reader is busy when the bookmark is due, and more has happened.
  await put(storage, pod('b'))
  await clock.advance(seconds(61))
  for (let more = await stream.next(); !more.done; more = await stream.next()) {
    lines.push(...linesOf(more.value))
    if (lines.length === 3) break
  }
  deepEqual(lines, ['ADDED a@2', 'ADDED b@3', 'BOOKMARK @3'])
  // At the end it is told of what it has, though there is more: it will come back for that.
  await put(storage, pod('c'))
  await clock.advance(seconds(60))
  deepEqual(linesOf((await stream.next()).value ?? new Uint8Array()), ['BOOKMARK @3'])
  equal((await stream.next()).done, true)
})

test('initial events come block by block, as of one moment, and then what happened meanwhile', async () => {
  const { storage } = await openTestbed(simClock())
  const large = (name: string) => pod(name, { data: 'x'.repeat(100_000) })
  for (let index = 0; index < 8; index++) await put(storage, large(`p${index}`))
  const stream = await storage.watch(SHOP, watching({ sendInitialEvents: true, allowWatchBookmarks: true }))
  const first = linesOf((await stream.next()).value ?? new Uint8Array())
  ok(first.length < 8, 'one block does not hold all')
  await put(storage, large('p0'))
  await remove(storage, 'p7')
  const reader = readWatch(stream)
  await settled()
  deepEqual(
    [...first, ...reader.lines],
    [...Array.from({ length: 8 }, (_, index) => `ADDED p${index}@${index + 2}`), 'BOOKMARK @9 end', 'DELETED p7@10'],
  )
})

test('a watch that comes back after a restart is told what it missed from history', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  for (let round = 0; round < 600; round++) await put(storage, pod(`p${round % 7}`, { round: String(round) }))
  await remove(storage, 'p3')
  const again = await openStorageOver(store, clock)
  const expected = (await told(storage, SHOP, { resourceVersion: '1' })) satisfies string[]
  equal(expected.length, 601)
  for (const from of [1, 2, 300, 599, 601, 602]) {
    deepEqual(await told(again, SHOP, { resourceVersion: String(from) }), expected.slice(from - 1), `from ${from}`)
  }
  // Nothing of another resource, and it does not wait for something to happen before it begins.
  deepEqual(await told(again, { ...SHOP, resource: 'nodes' }, { resourceVersion: '2' }), [])
  const selected = await told(again, SHOP, { resourceVersion: '300', selection: labelled('round', '500') })
  deepEqual(selected, ['ADDED p3@502', 'DELETED p3@509'])
})

test('what is read from history goes no further than the server itself has come, and comes once', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  for (let round = 0; round < 20; round++) await put(storage, pod('p', { round: String(round) }))
  // A server that hears of changes late, and reads the past at once.
  let isLate = false
  const again = await openStorageOver(
    {
      ...plainStore(store),
      watch(prefix, after) {
        const watch = store.watch(prefix, after)
        const next = watch.next.bind(watch)
        watch.next = async (upTo) => {
          const events = await next(upTo)
          while (isLate && prefix === '') await clock.sleep(milliseconds(100))
          return events
        }
        return watch
      },
    },
    clock,
  )
  await again.list(PODS, listing())
  isLate = true
  for (let round = 20; round < 25; round++) await put(storage, pod('p', { round: String(round) }))
  const reader = readWatch(await again.watch(SHOP, watching({ resourceVersion: '11' })))
  await settled()
  equal(reader.lines.at(-1), 'MODIFIED p@21')
  isLate = false
  await clock.advance(seconds(1))
  deepEqual(
    reader.lines,
    Array.from({ length: 15 }, (_, index) => `MODIFIED p@${12 + index}`),
  )
})

test('many that come back at once are told from the same pages', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  for (let round = 0; round < 1000; round++) await put(storage, pod('p', { round: String(round) }))
  let opened = 0
  let read = 0
  const again = await openStorageOver(
    {
      ...plainStore(store),
      watch: (prefix, after) => {
        if (prefix !== '') opened++
        const watch = store.watch(prefix, after)
        const { next } = watch
        watch.next = async (upTo) => {
          if (prefix !== '') read++
          return next.call(watch, upTo)
        }
        return watch
      },
    },
    clock,
  )
  const readers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) =>
      readWatch(await again.watch(SHOP, watching({ resourceVersion: String(2 + index) }))),
    ),
  )
  for (let turn = 0; turn < 50; turn++) await settled()
  for (const [index, { lines }] of readers.entries()) equal(lines.length, 999 - index)
  ok(opened <= 3, `${opened} cursors into the log`)
  ok(read <= 12, `${read} pages read`)
})

test('a watch whose history is compacted away under it ends with an error, and never with silence', async () => {
  const clock = simClock()
  const { storage, store } = await openTestbed(clock)
  for (let round = 0; round < 600; round++) await put(storage, pod('p', { round: String(round) }))
  const again = await openStorageOver(store, clock)
  const stream = await again.watch(SHOP, watching({ resourceVersion: '2' }))
  equal(linesOf((await stream.next()).value ?? new Uint8Array()).length, 256)
  await store.compact({ horizon: at(590) })
  const lines: string[] = []
  for await (const block of stream) lines.push(...linesOf(block))
  equal(lines.at(-1), 'ERROR 410 Expired')
  equal(again.status().watches, 0)
})

test('a slow watcher holds nothing, and is disconnected when what it has missed is no longer in memory', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock, undefined, { recentChangesMax: 10 })
  const streams = await Promise.all([1, 2, 3].map(() => storage.watch(SHOP, watching())))
  const firsts = streams.map((stream) => stream.next())
  await put(storage, pod('a'))
  for (const first of firsts) equal((await first).done, false)
  const [slow, late, gone] = streams
  // As many as are kept: who comes back now has missed nothing.
  for (let round = 0; round < 10; round++) await put(storage, pod('b', { round: String(round) }))
  equal(linesOf((await late?.next())?.value ?? new Uint8Array()).length, 10)
  await put(storage, pod('b', { round: 'one more' }))
  equal((await slow?.next())?.done, true)
  equal(storage.status().watches, 2)
  // One that never comes back is forgotten all the same.
  await clock.advance(minutes(61))
  equal(storage.status().watches, 0)
  equal((await gone?.next())?.done, true)
})

test('a watcher that has not caught up yet may be as slow as it likes: it is told from history', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock, undefined, { recentChangesMax: 10 })
  await put(storage, pod('a'))
  const stream = await storage.watch(SHOP, watching({ sendInitialEvents: true }))
  equal(linesOf((await stream.next()).value ?? new Uint8Array()).length, 1)
  for (let round = 0; round < 50; round++) await put(storage, pod('b', { round: String(round) }))
  const reader = readWatch(stream)
  await settled()
  equal(reader.lines.length, 50)
  await put(storage, pod('c'))
  await settled()
  equal(reader.lines.at(-1), 'ADDED c@53')
})

test('many are told in slices, and others have their turn between them', async () => {
  let pauses = 0
  const pause = async () => {
    pauses++
    await settled()
  }
  const { storage } = await openTestbed(simClock(), undefined, { pause })
  const readers = await Promise.all(
    Array.from({ length: 600 }, async () => readWatch(await storage.watch(SHOP, watching()))),
  )
  await put(storage, pod('a'))
  // While they are told of the first, a second happens.
  await put(storage, pod('b'))
  for (let turn = 0; turn < 10; turn++) await settled()
  for (const { lines } of readers) deepEqual(lines, ['ADDED a@2', 'ADDED b@3'])
  ok(pauses >= 2 && pauses <= 6, `${pauses} pauses`)
})

test('when a kind changes, its watches end after what is left to tell', async () => {
  const { storage } = await openTestbed(simClock())
  const scopes = [SHOP, { ...SHOP, cluster: 'other' }, PODS, { ...SHOP, resource: 'nodes' }]
  const readers = await Promise.all(scopes.map(async (scope) => readWatch(await storage.watch(scope, watching()))))
  const busy = await storage.watch(SHOP, watching())
  await put(storage, pod('a'))
  storage.kindChanged(PODS, 'main')
  await settled()
  deepEqual(
    readers.map(({ hasEnded }) => hasEnded),
    [true, false, true, false],
  )
  deepEqual(readers[0]?.lines, ['ADDED a@2'])
  deepEqual(linesOf((await busy.next()).value ?? new Uint8Array()), ['ADDED a@2'])
  equal((await busy.next()).done, true)
  equal(storage.status().watches, 2)
})

test('when a kind changes, what selectors may ask is worked out anew', async () => {
  let field = 'one'
  const attributesOf = ({ metadata }: KubeObject) => ({ labels: {}, fields: { which: `${field} ${metadata.name}` } })
  const { storage } = await openTestbed(simClock(), undefined, { attributesOf })
  await put(storage, pod('a'))
  const count = async (value: string) =>
    (await storage.list(SHOP, listing({ selection: fielded('which', value) }))).items.length
  deepEqual([await count('one a'), await count('two a')], [1, 0])
  field = 'two'
  storage.kindChanged(PODS)
  deepEqual([await count('one a'), await count('two a')], [0, 1])
})

test('the first event of a stream may be sent in another way', async () => {
  const { storage } = await openTestbed(simClock())
  const { encoding } = watching()
  const table: WatchEncoding = {
    ...encoding,
    key: 'table',
    firstEvent: (type, object) => encoding.event(type, { ...object, revision: at(1000 + object.revision) }),
  }
  await put(storage, pod('a'))
  await put(storage, pod('b'))
  const readers = await Promise.all(
    [
      { sendInitialEvents: true },
      {},
      { resourceVersion: '2' },
      { sendInitialEvents: true, selection: labelled('x', '1') },
    ].map(async (more) => readWatch(await storage.watch(SHOP, watching({ encoding: table, ...more })))),
  )
  await put(storage, pod('c', { x: '1' }))
  await put(storage, pod('d', { x: '1' }))
  await settled()
  deepEqual(
    readers.map(({ lines }) => lines),
    [
      ['ADDED a@1002', 'ADDED b@3', 'ADDED c@4', 'ADDED d@5'],
      ['ADDED c@1004', 'ADDED d@5'],
      ['ADDED b@1003', 'ADDED c@4', 'ADDED d@5'],
      ['ADDED c@1004', 'ADDED d@5'],
    ],
  )
})

test('an object that cannot be shown ends the watch with an error, and no other', async () => {
  const { storage } = await openTestbed(simClock())
  const { encoding } = watching()
  const broken: WatchEncoding = {
    ...encoding,
    key: 'broken',
    event() {
      throw badRequest('conversion failed')
    },
  }
  const bad = readWatch(await storage.watch(SHOP, watching({ encoding: broken })))
  const good = readWatch(await storage.watch(SHOP, watching()))
  await put(storage, pod('a'))
  await settled()
  deepEqual([bad.lines, bad.hasEnded], [['ERROR 400 BadRequest'], true])
  deepEqual([good.lines, good.hasEnded], [['ADDED a@2'], false])
})

test('what is put into the store by hand and is no object is not there, and breaks nothing', async () => {
  const { storage, store } = await openTestbed(simClock())
  const reader = readWatch(await storage.watch(SHOP, watching()))
  let tokens = 0
  const putByHand = async (key: string, value: string) => {
    const { entries } = await store.range(key)
    const equals = entries.find((entry) => entry.key === key)?.revision ?? at(0)
    await store.commit({
      token: `by hand ${++tokens}`,
      guards: [{ guard: 'revision', key, equals }],
      writes: [{ write: 'put', key, value: Buffer.from(value) }],
      cause: { actor: 'test', reason: 'by hand' },
    })
  }
  await putByHand('core/pods/main/shop/a', 'no object')
  await putByHand('core/pods', 'no key')
  await putByHand('elsewhere', 'no resource')
  await put(storage, pod('b'))
  await putByHand('core/pods/main/shop/b', 'no object any more')
  await settled()
  deepEqual(reader.lines, ['ADDED b@5', 'DELETED b@6'])
  deepEqual((await storage.list(SHOP, listing())).items, [])
})

test('when compaction passes the server itself, its watches end with an error and its reads go on', async () => {
  const clock = simClock()
  let isStuck = false
  const { storage, store } = await openTestbed(clock, (opened) => ({
    ...plainStore(opened),
    watch(prefix, after) {
      const watch = opened.watch(prefix, after)
      const next = watch.next.bind(watch)
      watch.next = async (upTo) => {
        while (isStuck) await clock.sleep(milliseconds(100))
        return next(upTo)
      }
      return watch
    },
  }))
  await put(storage, pod('a'))
  const reader = readWatch(await storage.watch(SHOP, watching()))
  await put(storage, pod('b'))
  await settled()
  isStuck = true
  // What it waits for now comes, and the next does not.
  await put(storage, pod('c'))
  const lost = put(storage, pod('d'))
  await clock.advance(seconds(1))
  await lost
  const head = await store.head()
  await store.compact({ horizon: head })
  isStuck = false
  await clock.advance(seconds(10))
  equal(reader.lines.at(-1), 'ERROR 410 Expired')
  equal(reader.hasEnded, true)
  deepEqual(
    (await storage.list(SHOP, listing())).items.map(({ key }) => key.slice(-1)),
    ['a', 'b', 'c', 'd'],
  )
  const after = readWatch(await storage.watch(SHOP, watching({ sendInitialEvents: true })))
  await put(storage, pod('e'))
  await settled()
  deepEqual(after.lines, ['ADDED a@2', 'ADDED b@3', 'ADDED c@4', 'ADDED d@5', 'ADDED e@6'])
})

test('so many may watch and no more, until one leaves', async () => {
  const { storage } = await openTestbed(simClock(), undefined, { watchesMax: 2 })
  const [one] = await Promise.all([storage.watch(SHOP, watching()), storage.watch(SHOP, watching())])
  await rejects(storage.watch(SHOP, watching()), {
    code: 'TooManyRequests',
    message: 'Too many requests: 2 watches are open, please try again later',
  })
  await one.return()
  await one.return()
  await storage.watch(SHOP, watching())
  equal(storage.status().watches, 2)
})

test('storage that is closed ends its watches and waits for nothing', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  const reader = readWatch(await storage.watch(SHOP, watching({ allowWatchBookmarks: true })))
  const idle = await storage.watch(SHOP, watching({ allowWatchBookmarks: true }))
  await put(storage, pod('a'))
  storage.close()
  await settled()
  deepEqual([reader.lines, reader.hasEnded], [['ADDED a@2'], true])
  equal(await clock.runUntilIdle({ max: minutes(9) }), 'idle')
  equal((await idle.next()).done, false)
  equal((await idle.next()).done, true)
})
