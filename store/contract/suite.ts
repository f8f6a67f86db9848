/**
 * The contract of store/store.ts as tests: the same for every engine, each named by the invariant that it holds the
 * engine to. Histories in comments are drawn as in store.ts.
 */
import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import {
  CAUSE_BYTES_MAX,
  COMMIT_BYTES_MAX,
  GUARDS_MAX,
  KEY_BYTES_MAX,
  LEASE_KEYS_MAX,
  RANGE_LIMIT_MAX,
  TOKEN_BYTES_MAX,
  WRITES_MAX,
} from '../limits.ts'
import type { Commit, Guard, Revision, Store } from '../store.ts'
import type { Engine, Place } from './engine.ts'
import {
  absent,
  at,
  commitOf,
  committed,
  del,
  freshToken,
  isAt,
  listed,
  put,
  show,
  showEvent,
  TTL,
  take,
  text,
  write,
} from './words.ts'

/** Adds the tests of one engine. */
export function storeContract(engine: Engine): void {
  const name = (what: string) => `store ${engine.name}: ${what}`

  /** A case with a store of its own. */
  const it = (what: string, run: (store: Store, place: Place) => Promise<void>) =>
    test(name(what), async () => {
      const place = await engine.place()
      const store = await place.open()
      try {
        await run(store, place)
      } finally {
        await store.close()
        await place.dispose()
      }
    })

  it('1 a commit that began after another was answered has a later revision', async (store) => {
    let latest = 0
    const writer = async (who: number) => {
      for (let round = 0; round < 20; round++) {
        const before = latest
        const revision = await write(store, put(`w${who}`, `${round}`))
        ok(revision > before, `${revision} is after ${before}`)
        latest = Math.max(latest, revision)
      }
    }
    await Promise.all(Array.from({ length: 16 }, (_, who) => writer(who)))
    equal((await store.status()).versions, 16 * 20)
  })

  it('1 of commits that race for one key, each round has one winner', async (store) => {
    for (let round = 0; round < 10; round++) {
      const commit = await commitOf(store, [put('crown', `${round}`)])
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, () => store.commit({ ...commit, token: freshToken() })),
      )
      equal(outcomes.filter(({ outcome }) => outcome === 'committed').length, 1)
      equal(outcomes.filter(({ outcome }) => outcome === 'conflict').length, 7)
    }
  })

  it('2 the writes of a commit have neighbouring revisions; what fails or changes nothing takes none', async (store) => {
    const first = committed(await store.commit(await commitOf(store, [put('a'), put('b'), put('c')])))
    const [a = at(0), b, c] = first.revisions
    deepEqual([b, c, first.revision], [a + 1, a + 2, a + 2])
    equal((await store.commit({ ...(await commitOf(store, [put('a')])), guards: [absent('a')] })).outcome, 'conflict')
    const nothing = committed(await store.commit(await commitOf(store, [del('z'), del('y')])))
    deepEqual(nothing.revisions, [undefined, undefined])
    equal((await store.status()).head, first.revision)
    const some = committed(await store.commit(await commitOf(store, [del('z'), put('d'), del('a')])))
    deepEqual(some.revisions, [undefined, first.revision + 1, first.revision + 2])
  })

  it('3 a repeated token is answered as at first, and writes once', async (store, place) => {
    const commit = await commitOf(store, [put('a'), del('none')])
    const first = await store.commit(commit)
    deepEqual(await store.commit(commit), first)
    await write(store, put('a', 'later'))
    deepEqual(await store.commit(commit), first)
    // At the same time, and after opening again.
    const other = await commitOf(store, [put('b')])
    const [one, two] = await Promise.all([store.commit(other), store.commit(other)])
    deepEqual(one, two)
    equal((await store.history('b')).length, 1)
    await store.close()
    const again = await place.open()
    deepEqual(await again.commit(commit), first)
    equal(text((await again.range('a')).entries[0]?.value ?? Buffer.of()), 'later')
    await again.close()
  })

  const guards: { name: string; guard: (a: Revision) => Guard; holds: boolean }[] = [
    { name: 'revision, the right one', guard: (a) => isAt('a', a), holds: true },
    { name: 'revision, an older one', guard: (a) => isAt('a', a - 1), holds: false },
    { name: 'revision of a key that is not there', guard: () => isAt('none', 1), holds: false },
    { name: 'revision 0 of a key that is not there', guard: () => isAt('none', 0), holds: true },
    { name: 'create-revision', guard: (a) => ({ guard: 'create-revision', key: 'a', equals: at(a - 1) }), holds: true },
    {
      name: 'create-revision, that of an update',
      guard: (a) => ({ guard: 'create-revision', key: 'a', equals: a }),
      holds: false,
    },
    { name: 'absent, of a key that is not there', guard: () => absent('none'), holds: true },
    { name: 'absent, of a key that is there', guard: () => absent('a'), holds: false },
    { name: 'absent, of a key that was deleted', guard: () => absent('gone'), holds: true },
    { name: 'prefix-empty, of an empty one', guard: () => ({ guard: 'prefix-empty', prefix: 'b/' }), holds: true },
    { name: 'prefix-empty, of a full one', guard: () => ({ guard: 'prefix-empty', prefix: 'dir/' }), holds: false },
    {
      name: 'prefix-empty, of one with deleted keys only',
      guard: () => ({ guard: 'prefix-empty', prefix: 'go' }),
      holds: true,
    },
  ]
  it('4 committed means that every guard held; conflict names one that did not', async (store) => {
    await write(store, put('gone'))
    await write(store, put('dir/x'), del('gone'))
    await write(store, put('a'))
    for (const { name, guard, holds } of guards) {
      const a = (await store.range('a')).entries[0]?.revision ?? at(0)
      const tested = guard(a)
      const commit = { ...(await commitOf(store, [put('t')])), guards: [absent('t'), tested] }
      const before = (await store.status()).head
      // `a` was created one revision before its last write, in each round.
      const outcome = await store.commit(
        name.startsWith('create-revision') ? await freshA(store, commit, guard) : commit,
      )
      equal(outcome.outcome, holds ? 'committed' : 'conflict', name)
      if (outcome.outcome === 'conflict') ok(outcome.guard.guard === tested.guard, name)
      else await write(store, del('t'))
      if (!holds && !name.startsWith('create-revision')) equal((await store.status()).head, before)
    }
  })

  it('4 a guard sees the writes of the commits before it, however close', async (store) => {
    const create = await commitOf(store, [put('a')])
    const first = store.commit(create)
    const second = store.commit({ ...create, token: freshToken() })
    const under = store.commit({
      ...create,
      token: freshToken(),
      guards: [absent('b'), { guard: 'prefix-empty', prefix: 'a' }],
      writes: [put('b')],
    })
    deepEqual(
      (await Promise.all([first, second, under])).map(({ outcome }) => outcome),
      ['committed', 'conflict', 'conflict'],
    )
  })

  it('5 a range at a revision is what was true then', async (store) => {
    //     1        2        3      4        5        6
    //     put a    put b    del a  put c    put a    put b
    const r1 = await write(store, put('a', '1'))
    const r2 = await write(store, put('b', '2'))
    const r3 = await write(store, del('a'))
    const r4 = await write(store, put('c', '4'))
    const r5 = await write(store, put('a', '5'))
    const r6 = await write(store, put('b', '6'))
    for (let time = 0; time < 2; time++) {
      deepEqual(await listed(store, '', at(0)), [])
      deepEqual(await listed(store, '', r1), [`a=1@${r1}`])
      deepEqual(await listed(store, '', r2), [`a=1@${r1}`, `b=2@${r2}`])
      deepEqual(await listed(store, '', r3), [`b=2@${r2}`])
      deepEqual(await listed(store, '', r4), [`b=2@${r2}`, `c=4@${r4}`])
      deepEqual(await listed(store, '', r5), [`a=5@${r5}`, `b=2@${r2}`, `c=4@${r4}`])
      deepEqual(await listed(store), [`a=5@${r5}`, `b=6@${r6}`, `c=4@${r4}`])
    }
    await rejects(store.range('', { at: at(r6 + 1) }), { code: 'RevisionAhead' })
    const [a] = (await store.range('a')).entries
    deepEqual([a?.createRevision, a?.version], [r5, 1])
  })

  it('5 keys come in the order of their UTF-8 bytes, page by page', async (store) => {
    // U+1F600 is two surrogates in UTF-16, which sort before U+FF5E; its bytes sort after.
    const keys = ['a', 'a/', 'a/b', 'aa', 'é', '\u{ff5e}', '\u{1f600}', '中']
    for (const key of keys) await write(store, put(key))
    const sorted = [...keys].sort((one, two) => Buffer.compare(Buffer.from(one), Buffer.from(two)))
    deepEqual(
      (await store.range('')).entries.map(({ key }) => key),
      sorted,
    )
    deepEqual(
      (await store.range('a/')).entries.map(({ key }) => key),
      ['a/', 'a/b'],
    )
    const head = (await store.status()).head
    await write(store, put('aaa'))
    const paged: string[] = []
    for (let from: string | undefined = ''; from !== undefined; ) {
      const page: Awaited<ReturnType<Store['range']>> = await store.range('', { at: head, from, limit: 3 })
      paged.push(...page.entries.map(({ key }) => key))
      from = page.next
    }
    deepEqual(paged, sorted)
  })

  it('6 a watch cut after any event goes on exactly there', async (store) => {
    const start = (await store.status()).head
    await store.commit(await commitOf(store, [put('a', '1'), put('b', '1'), put('x', '1')]))
    await write(store, put('a', '2'))
    await store.commit(await commitOf(store, [del('a'), put('b', '2')]))
    await write(store, put('a', '3'))
    const whole = (await take(store.watch('', start), 7)).map(showEvent)
    const all = await take(store.watch('', start), 7)
    for (let cut = 0; cut <= all.length; cut++) {
      const from = cut === 0 ? start : (all[cut - 1]?.revision ?? at(0))
      const rest = cut === all.length ? [] : await take(store.watch('', from), all.length - cut)
      deepEqual([...all.slice(0, cut), ...rest].map(showEvent), whole, `cut after ${cut}`)
    }
    const [first] = all
    equal(first?.commitRevision, (first?.revision ?? 0) + 2)
    const onlyB = (await take(store.watch('b', start), 2)).map(({ key }) => key)
    deepEqual(onlyB, ['b', 'b'])
  })

  it('6 a watch goes from history to life without a gap, at any distance', async (store) => {
    const start = (await store.status()).head
    let writing = true
    const writer = (async () => {
      for (let round = 0; round < 600; round++) await write(store, put(`k${round % 7}`, `${round}`))
      writing = false
    })()
    const readers = [0, 1, 2].map(async (delay) => {
      const watch = store.watch('', start)
      const seen: number[] = []
      while (seen.length < 600) {
        for (const event of (await watch.next()) ?? []) seen.push(event.revision)
        // The second reader is slow, the third slower.
        for (let turn = 0; turn < delay * 20 && writing; turn++) await null
      }
      watch.close()
      return seen
    })
    const [one = [], ...others] = await Promise.all(readers)
    await writer
    ok(one.every((revision, index) => index === 0 || revision > (one[index - 1] ?? 0)))
    for (const other of others) deepEqual(other, one)
  })

  it('6 a watch from a revision that is not reached or not kept says so', async (store) => {
    const revision = await write(store, put('a'))
    throws(() => store.watch('', at(revision + 1)), { code: 'RevisionAhead' })
    const lagging = store.watch('', at(0))
    await write(store, put('a', '2'))
    await write(store, put('a', '3'))
    await store.compact({ horizon: at(revision + 1) })
    await rejects(lagging.next(), { code: 'Gone' })
    throws(() => store.watch('', revision), { code: 'Gone' })
    deepEqual((await take(store.watch('', at(revision + 1)), 1)).map(showEvent), [
      `a=3@${revision + 2} was 2@${revision + 1}`,
    ])
  })

  it('7 a bookmark moves on with other keys, and never past what was not handed out', async (store) => {
    const start = (await store.status()).head
    const watch = store.watch('a', start)
    const other = await write(store, put('b'))
    equal(watch.revision, other)
    const mine = await write(store, put('a'))
    equal(watch.revision, other)
    await write(store, put('b', '2'))
    equal(watch.revision, other)
    deepEqual(
      (await take(watch, 1)).map(({ revision }) => revision),
      [mine],
    )
    equal(watch.revision, (await store.status()).head)
    watch.close()
    equal(await watch.next(), undefined)
  })

  it('6 a reader of the past is told where it ends, and does not wait for the future', async (store) => {
    const start = (await store.status()).head
    await write(store, put('a'))
    const head = await write(store, put('b'))
    equal(await store.head(), head)
    const watch = store.watch('a', start)
    deepEqual(
      (await watch.next(head))?.map(({ key }) => key),
      ['a'],
    )
    deepEqual(await watch.next(head), [])
    const nothing = store.watch('c', start)
    deepEqual(await nothing.next(head), [])
    // Without a bound it waits, also after it was told of the end.
    const waiting = nothing.next()
    await write(store, put('c'))
    deepEqual(
      (await waiting)?.map(({ key }) => key),
      ['c'],
    )
  })

  it('8 compaction changes no answer but to Gone, and the horizon only rises', async (store, place) => {
    const revisions: Revision[] = []
    for (let round = 0; round < 12; round++) revisions.push(await write(store, put(`k${round % 3}`, `${round}`)))
    revisions.push(await write(store, del('k0')))
    const before = new Map<Revision, string[]>()
    for (const revision of revisions) before.set(revision, await listed(store, '', revision))
    const horizon = revisions[8] ?? at(0)
    await store.compact({ horizon })
    const check = async (now: Store) => {
      for (const [revision, entries] of before) {
        if (revision < horizon) await rejects(now.range('', { at: revision }), { code: 'Gone' })
        else deepEqual(await listed(now, '', revision), entries)
      }
      await rejects(now.compact({ horizon: at(horizon - 1) }), { code: 'Invalid' })
      await rejects(now.compact({ horizon: at((await now.status()).head + 1) }), { code: 'Invalid' })
    }
    await check(store)
    await store.close()
    const again = await place.open()
    await check(again)
    equal((await again.status()).horizon, horizon)
    await again.close()
  })

  it('8 history below the horizon keeps what the longest matching rule says, and marks the gap', async (store, place) => {
    const last = new Map<string, Revision>()
    for (let round = 0; round < 6; round++) {
      for (const key of ['events/a', 'pods/a', 'pods/keep/a', 'secrets/a']) {
        last.set(key, await write(store, put(key, `${round}`)))
      }
    }
    const since = (await store.history('secrets/a'))[3]?.revision ?? at(0)
    await store.compact({
      horizon: (await store.status()).head,
      keep: [
        { prefix: 'pods/', versions: 2 },
        { prefix: 'pods/keep/', versions: 4 },
        { prefix: 'secrets/', since },
      ],
    })
    const check = async (now: Store) => {
      const kept = async (key: string) =>
        (await now.history(key)).map((version) => (version.version === 'put' ? text(version.entry.value) : '-'))
      deepEqual(await kept('events/a'), ['5'])
      deepEqual(await kept('pods/a'), ['4', '5'])
      deepEqual(await kept('pods/keep/a'), ['2', '3', '4', '5'])
      deepEqual(await kept('secrets/a'), ['3', '4', '5'])
      deepEqual(
        (await now.history('pods/a')).map(({ gapBefore }) => gapBefore),
        [true, false],
      )
    }
    await check(store)
    await store.close()
    const again = await place.open()
    await check(again)
    await again.close()
  })

  it('8 what is erased is gone from every answer, and that it was stays', async (store, place) => {
    const r1 = await write(store, put('secret', 'old-password'), put('other', 'kept'))
    const first = at(r1 - 1)
    const r2 = await write(store, put('secret', 'newer-password'))
    const r3 = await write(store, put('secret', 'live-password'))
    const watch = store.watch('', first)
    equal(await store.erase('secret'), 2)
    const check = async (asked: Store) => {
      const history = await asked.history('secret')
      deepEqual(
        history.map((version) => [
          version.revision,
          version.version === 'put' && [version.erased, text(version.entry.value)],
        ]),
        [
          [first, [true, '']],
          [r2, [true, '']],
          [r3, [undefined, 'live-password']],
        ],
      )
      equal(history[0]?.cause.actor, 'suite')
      deepEqual(await listed(asked, '', r2), [`other=kept@${r1}`])
      deepEqual(await listed(asked), [`other=kept@${r1}`, `secret=live-password@${r3}`])
      await rejects(asked.watch('', at(0)).next(), { code: 'Gone' })
    }
    await rejects(
      async () => {
        for (;;) await watch.next(r3)
      },
      { code: 'Gone' },
    )
    await check(store)
    equal(await store.erase('nothing'), 0)

    // It goes on to be written, is erased again, and stays so when it is opened again and when it is restored.
    await write(store, del('secret'))
    equal(await store.erase('secret'), 1 + 2)
    await write(store, put('secret', 'live-again'))
    const bytes: Uint8Array[] = []
    for await (const chunk of store.snapshot()) bytes.push(chunk)
    equal(Buffer.concat(bytes).includes('password'), false)
    await store.close()
    const again = await place.open()
    deepEqual(
      (await again.history('secret')).map((version) =>
        version.version === 'put' ? text(version.entry.value) : 'gone',
      ),
      ['', '', '', 'gone', 'live-again'],
    )
    await write(again, put('more'))
    await again.close()
  })

  it('9 the keys of a lease go together, not before its time, and they do go', async (store, place) => {
    const lease = await store.lease(TTL)
    const bound = await write(store, put('held/b', 'x', lease), put('held/a', 'x', lease), put('free'))
    await write(store, put('held/c', 'x', lease))
    await write(store, put('held/c', 'no longer'))
    const watch = store.watch('', (await store.status()).head)
    equal((await store.status()).leases, 1)
    for (let round = 0; round < 3; round++) {
      await place.pass(seconds(0.6))
      equal(await store.keepAlive(lease), TTL)
    }
    equal((await listed(store, 'held/')).length, 3)
    await place.pass(seconds(1.2))
    const gone = await take(watch, 2)
    deepEqual(
      gone.map(({ key }) => key),
      ['held/a', 'held/b'],
    )
    equal(gone[0]?.commitRevision, gone[1]?.commitRevision)
    ok((gone[0]?.revision ?? 0) > bound)
    deepEqual((await listed(store)).length, 2)
    await rejects(store.keepAlive(lease), { code: 'NotFound' })
    await rejects(store.revoke(lease), { code: 'NotFound' })
    await rejects(store.commit(await commitOf(store, [put('late', 'x', lease)])), { code: 'NotFound' })
    equal((await store.history('held/a')).at(-1)?.cause.actor, 'store')
  })

  it('9 a lease survives opening again with its full time, and revoking it takes its keys at once', async (store, place) => {
    const lease = await store.lease(TTL)
    const other = await store.lease(seconds(60))
    await write(store, put('mine', 'x', lease))
    await write(store, put('other', 'x', other))
    await store.close()
    const again = await place.open()
    equal((await again.status()).leases, 2)
    await again.revoke(other)
    deepEqual(
      (await again.range('')).entries.map(({ key }) => key),
      ['mine'],
    )
    const watch = again.watch('', (await again.status()).head)
    await place.pass(seconds(1.5))
    deepEqual(
      (await take(watch, 1)).map(({ key }) => key),
      ['mine'],
    )
    await again.close()
  })

  it('10 history tells every version of a key, deletions too, with who and why', async (store) => {
    const cause = (reason: string, after?: Revision) =>
      after === undefined ? { actor: 'ada', reason } : { actor: 'ada', reason, after, details: `{"by":"${reason}"}` }
    const commit = async (why: ReturnType<typeof cause>, ...writes: Parameters<typeof commitOf>[1]) =>
      committed(await store.commit(await commitOf(store, writes, { cause: why }))).revision
    const r1 = await commit(cause('new'), put('a', '1'))
    const r2 = await commit(cause('change', r1), put('a', '2'), put('b'))
    const r3 = await commit(cause('no more'), del('a'))
    const r4 = await commit(cause('back'), put('a', '4'))
    const history = await store.history('a')
    deepEqual(
      history.map((version) => [version.version, version.revision, version.cause]),
      [
        ['put', r1, cause('new')],
        ['put', at(r2 - 1), cause('change', r1)],
        ['deleted', r3, cause('no more')],
        ['put', r4, cause('back')],
      ],
    )
    ok(history.every(({ time }, index) => index === 0 || time >= (history[index - 1]?.time ?? 0)))
    ok(history.every(({ gapBefore }) => !gapBefore))
    deepEqual(
      (await store.history('a', { from: r2, to: r3 })).map(({ revision }) => revision),
      [r3],
    )
    deepEqual(
      (await store.history('a', { to: r3, last: 2 })).map(({ revision, gapBefore }) => [revision, gapBefore]),
      [
        [at(r2 - 1), false],
        [r3, false],
      ],
    )
    deepEqual(await store.history('never'), [])
    const [{ time = 0 } = {}] = history
    equal(await store.revisionAt(time as (typeof history)[0]['time']), r1)
  })

  it('11 a restored store is another one: above all revisions before, without leases', async (store, place) => {
    const lease = await store.lease(seconds(60))
    await write(store, put('a', '1'), put('fence', 'x', lease))
    const r2 = await write(store, put('a', '2'))
    await store.compact({ horizon: at(r2 - 1), keep: [{ prefix: '', versions: 10 }] })
    const bytes: Uint8Array[] = []
    for await (const chunk of store.snapshot()) bytes.push(chunk)
    const after = await write(store, put('a', 'lost'))
    const other = await engine.place()
    await other.restore(streamOf(bytes))
    const restored = await other.open()
    const status = await restored.status()
    ok(status.id !== (await store.status()).id)
    ok(status.head > after)
    equal(status.leases, 0)
    deepEqual((await restored.range('')).entries.map(show), [`a=2@${r2}`])
    deepEqual(
      (await restored.history('a')).map(({ revision }) => revision),
      [at(r2 - 2), r2],
    )
    throws(() => restored.watch('', after), { code: 'Gone' })
    await rejects(restored.range('', { at: after }), { code: 'Gone' })
    await rejects(restored.keepAlive(lease), { code: 'NotFound' })
    ok((await write(restored, put('b'))) > after)
    await restored.close()
    await rejects(other.restore(streamOf(bytes)), { code: 'AlreadyExists' })
    await other.dispose()
    const third = await engine.place()
    await rejects(third.restore(streamOf(bytes.slice(0, -1))), { code: 'StorageRefused' })
    await third.dispose()
    await place.pass(TTL)
  })

  it('11 a restored store can be read before anything is written to it', async (store) => {
    const revision = await write(store, put('a'))
    const bytes: Uint8Array[] = []
    for await (const chunk of store.snapshot()) bytes.push(chunk)
    const other = await engine.place()
    await other.restore(streamOf(bytes))
    const restored = await other.open()
    const { entries, revision: head } = await restored.range('')
    deepEqual(entries.map(show), [`a=a@${revision}`])
    const watch = restored.watch('', head)
    await write(restored, put('b'))
    equal((await take(watch, 1))[0]?.revision, head + 1)
    await restored.close()
    await other.dispose()
  })

  it('11 a store that is restored twice from one snapshot begins above all that came of the first time', async (store) => {
    await write(store, put('a'))
    const bytes: Uint8Array[] = []
    for await (const chunk of store.snapshot()) bytes.push(chunk)
    let last = 0
    for (let times = 1; times <= 3; times++) {
      const other = await engine.place()
      // Real time passes by itself; each simulated place has a clock of its own.
      await other.pass(milliseconds(20 * times))
      await other.restore(streamOf(bytes))
      const restored = await other.open()
      ok((await restored.head()) > last, `restore ${times} begins above ${last}`)
      for (let count = 0; count < 5; count++) last = await write(restored, put('a', `${times}/${count}`))
      await restored.close()
      await other.dispose()
    }
  })

  it('8 a snapshot that nobody reads on holds up compaction, not closing', async (store) => {
    const revision = await write(store, put('a'))
    const snapshot = store.snapshot()[Symbol.asyncIterator]()
    await snapshot.next()
    const compacted = store.compact({ horizon: revision }).catch(({ code }) => code)
    await write(store, put('a', '2'))
    equal((await store.status()).horizon, 0)
    await store.close()
    await snapshot.return?.()
    equal(await compacted, 'Unavailable')
  })

  const base: Commit = {
    token: 't',
    guards: [absent('a')],
    writes: [put('a')],
    cause: { actor: 'a', reason: 'r' },
  }
  const tooMany = <Item>(count: number, item: (index: number) => Item) =>
    Array.from({ length: count }, (_, index) => item(index))
  const limits: { name: string; fits: Commit; breaks: Commit; code?: string }[] = [
    {
      name: 'writes',
      fits: { ...base, writes: tooMany(WRITES_MAX, (n) => put(n === 0 ? 'a' : `w${n}`)) },
      breaks: { ...base, writes: tooMany(WRITES_MAX + 1, (n) => put(n === 0 ? 'a' : `w${n}`)) },
    },
    {
      name: 'guards',
      fits: { ...base, guards: tooMany(GUARDS_MAX, (n) => absent(n === 0 ? 'a' : `g${n}`)) },
      breaks: { ...base, guards: tooMany(GUARDS_MAX + 1, (n) => absent(n === 0 ? 'a' : `g${n}`)) },
    },
    { name: 'no writes', fits: base, breaks: { ...base, writes: [] } },
    { name: 'a key written twice', fits: base, breaks: { ...base, writes: [put('a'), del('a')] } },
    { name: 'no guard on a written key', fits: base, breaks: { ...base, guards: [absent('b')] } },
    {
      name: 'a key in bytes',
      fits: {
        ...base,
        guards: [absent('é'.repeat(KEY_BYTES_MAX / 2))],
        writes: [put('é'.repeat(KEY_BYTES_MAX / 2), 'x')],
      },
      breaks: {
        ...base,
        guards: [absent(`é${'é'.repeat(KEY_BYTES_MAX / 2)}`)],
        writes: [put(`é${'é'.repeat(KEY_BYTES_MAX / 2)}`, 'x')],
      },
    },
    { name: 'an empty key', fits: base, breaks: { ...base, guards: [absent('')], writes: [put('')] } },
    {
      name: 'half a surrogate pair',
      fits: base,
      breaks: { ...base, guards: [absent('\ud800')], writes: [put('\ud800')] },
    },
    {
      name: 'a token',
      fits: { ...base, token: 't'.repeat(TOKEN_BYTES_MAX) },
      breaks: { ...base, token: 't'.repeat(TOKEN_BYTES_MAX + 1) },
    },
    {
      name: 'a reason',
      fits: { ...base, cause: { actor: 'a', reason: 'r'.repeat(CAUSE_BYTES_MAX) } },
      breaks: { ...base, cause: { actor: 'a', reason: 'r'.repeat(CAUSE_BYTES_MAX + 1) } },
    },
    { name: 'no cause', fits: base, breaks: { ...base, cause: { actor: '', reason: 'r' } } },
    {
      name: 'bytes',
      // 10 of the token, 2 of the cause, 2 of the key in guard and write.
      fits: { ...base, token: 'bytes-fits', writes: [put('a', 'x'.repeat(COMMIT_BYTES_MAX - 14))] },
      breaks: { ...base, token: 'bytes-over', writes: [put('a', 'x'.repeat(COMMIT_BYTES_MAX - 13))] },
      code: 'TooLarge',
    },
  ]
  it('the limits are the same in every engine: what is at one fits, what is beyond is refused by name', async (store) => {
    for (const { name, fits, breaks, code = 'Invalid' } of limits) {
      const head = (await store.status()).head
      await rejects(
        store.commit({ ...breaks, token: breaks.token.length > 1 ? breaks.token : freshToken() }),
        { code },
        name,
      )
      equal((await store.status()).head, head, name)
      committed(await store.commit({ ...fits, token: fits.token.length > 1 ? fits.token : freshToken() }))
      for (const { key } of (await store.range('')).entries) await write(store, del(key))
    }
    await rejects(store.range('', { limit: RANGE_LIMIT_MAX + 1 }), { code: 'Invalid' })
    await rejects(store.range('', { limit: 0 }), { code: 'Invalid' })
    await rejects(store.lease(seconds(0.5)), { code: 'Invalid' })
    const lease = await store.lease(seconds(60))
    await store.commit(
      await commitOf(
        store,
        tooMany(LEASE_KEYS_MAX, (n) => put(`held${n}`, 'x', lease)),
      ),
    )
    await rejects(store.commit(await commitOf(store, [put('one more', 'x', lease)])), { code: 'Invalid' })
  })

  test(name('a closed store says so, whatever it is asked'), async () => {
    const place = await engine.place()
    const store = await place.open()
    const watch = store.watch('', at(0))
    const waiting = watch.next().catch(({ code }) => code)
    const last = store.commit(base)
    await store.close()
    committed(await last)
    equal(await waiting, 'Unavailable')
    await store.close()
    for (const call of [
      () => store.range(''),
      () => store.commit(base),
      () => store.lease(TTL),
      () => store.keepAlive('x'),
      () => store.revoke('x'),
      () => store.history('a'),
      () => store.compact({ horizon: at(0) }),
      () => store.status(),
      async () => store.watch('', at(0)),
    ]) {
      await rejects(call, { code: 'Unavailable' })
    }
    await place.dispose()
  })
}

/** Makes `a` anew, so that its creation lies one revision before its last write, and judges the guard then. */
async function freshA(store: Store, commit: Commit, guard: (a: Revision) => Guard): Promise<Commit> {
  await write(store, del('a'))
  await write(store, put('a'))
  const a = await write(store, put('a', '2'))
  return { ...commit, guards: [absent('t'), guard(a)] }
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}
