// What is sealed, what opens it, and what is erased.
import { deepEqual, equal, match, notDeepEqual, ok, rejects, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Commit, Event, Revision, Store } from '@muster/store/store.ts'
import { reseal } from '../storage/reseal.ts'
import { type Sealer, sealedStore } from '../storage/sealed-store.ts'
import { readEncryption } from './configuration.ts'
import { type KeyFile, openDataKeys } from './data-keys.ts'
import { createSealer } from './sealer.ts'

const SECRET = Buffer.alloc(32, 1).toString('base64')
const OTHER = Buffer.alloc(32, 2).toString('base64')
const KEY = 'core/secrets/default/shop/db'

const file = (providers: string) =>
  Buffer.from(`
apiVersion: apiserver.config.k8s.io/v1
kind: EncryptionConfiguration
resources:
- resources: [secrets, '*.apps']
  providers:
${providers}`)
const aes = (kind: string, ...keys: string[]) =>
  `  - ${kind}: { keys: [${keys.map((secret, at) => `{ name: key${keys.length - at}, secret: ${secret} }`).join(', ')}] }\n`
const IDENTITY = '  - identity: {}\n'

const sealerOf = (providers: string) => createSealer(readEncryption(file(providers)), randomBytes)
const value = (text: string, uid = 'u1') => Buffer.from(JSON.stringify({ metadata: { uid }, data: text }))

function keyFile(): KeyFile & { text: string } {
  const kept = {
    text: '',
    read: async () => kept.text,
    async append(text: string) {
      kept.text += text
    },
    async replace(text: string) {
      kept.text = text
    },
  }
  return kept
}

async function erasableSealer(on: KeyFile, ...keys: string[]) {
  const configuration = readEncryption(file(aes('erasable', ...keys) + IDENTITY))
  const [first] = configuration
  const [provider] = first?.providers ?? []
  ok(provider?.provider === 'erasable')
  return createSealer(configuration, randomBytes, await openDataKeys(on, provider.keys, randomBytes))
}

for (const kind of ['aesgcm', 'aescbc']) {
  test(`${kind}: sealed differently each time, and opened again`, async () => {
    const sealer = sealerOf(aes(kind, SECRET) + IDENTITY)
    const plain = value('hunter2')
    const [one, other] = [await sealer.seal(KEY, plain), await sealer.seal(KEY, plain)]
    notDeepEqual(one, other)
    ok(!Buffer.from(one).includes('hunter2'))
    match(Buffer.from(one).toString('latin1'), new RegExp(`^k8s:enc:${kind}:v1:key1:`))
    deepEqual(Buffer.from(sealer.open(KEY, one)), plain)
  })
}

test('what is not named stays in plain; what was in plain is read where identity is named, and only there', async () => {
  const sealer = sealerOf(aes('aesgcm', SECRET) + IDENTITY)
  const plain = value('x')
  equal(await sealer.seal('core/configmaps/default/shop/db', plain), plain)
  notDeepEqual(await sealer.seal('apps/deployments/default/shop/db', plain), plain)
  equal(sealer.open(KEY, plain), plain)
  throws(() => sealerOf(aes('aesgcm', SECRET)).open(KEY, plain), /none of its providers \(aesgcm\) has sealed it/)
})

test('a value opens under its own key alone, unchanged, and with its own key', async () => {
  const sealer = sealerOf(aes('aesgcm', SECRET) + IDENTITY)
  const sealed = await sealer.seal(KEY, value('x'))
  throws(() => sealer.open('core/secrets/default/shop/other', sealed), isRefused)
  const changed = Uint8Array.from(sealed, (byte, at) => (at === sealed.length - 20 ? byte ^ 1 : byte))
  throws(() => sealer.open(KEY, changed), isRefused)
  throws(() => sealerOf(aes('aesgcm', OTHER) + IDENTITY).open(KEY, sealed), isRefused)
})

const isRefused = (error: unknown) => isControlError(error) && error.code === 'StorageRefused'

test('an erasable value is gone with its data key, and no other with it', async () => {
  const kept = keyFile()
  const sealer = await erasableSealer(kept, SECRET)
  const [old, other] = [await sealer.seal(KEY, value('old')), await sealer.seal(KEY, value('other', 'u2'))]
  equal(kept.text.split('\n').length - 1, 2, 'each object has a data key of its own')
  throws(() => sealer.open('core/secrets/default/shop/other', old), isRefused)
  await sealer.erasing?.renew(KEY, value('old'))
  ok(!sealer.isSealedAnew(KEY, old))
  const anew = await sealer.seal(KEY, value('new'))
  await sealer.erasing?.forget([old, anew], anew)
  equal(sealer.open(KEY, old).length, 0)
  deepEqual(Buffer.from(sealer.open(KEY, anew)), value('new'))
  deepEqual(Buffer.from(sealer.open(KEY, other)), value('other', 'u2'))
  await sealer.erasing?.forget([old, anew], undefined)
  equal(sealer.open(KEY, anew).length, 0)
  const again = await erasableSealer(kept, SECRET)
  equal(again.open(KEY, old).length, 0)
  deepEqual(Buffer.from(again.open(KEY, other)), value('other', 'u2'))
})

test('many writes of one new object at a time make one data key', async () => {
  const kept = keyFile()
  const sealer = await erasableSealer(kept, SECRET)
  const sealed = await Promise.all([1, 2, 3, 4].map((at) => sealer.seal(KEY, value(`v${at}`))))
  equal(kept.text.split('\n').length - 1, 1)
  for (const [at, one] of sealed.entries()) deepEqual(Buffer.from(sealer.open(KEY, one)), value(`v${at + 1}`))
})

test('data keys are sealed anew with another key; half a line is of a crash, and a key that is missing is told', async () => {
  const kept = keyFile()
  const sealed = await (await erasableSealer(kept, SECRET)).seal(KEY, value('x'))
  kept.text += 'halfaline.1 key1 AAAA'
  const both = await erasableSealer(kept, OTHER, SECRET)
  deepEqual(Buffer.from(both.open(KEY, sealed)), value('x'))
  match(kept.text, /^\S+ key2 \S+\n$/)
  const alone = createSealer(
    readEncryption(file(`  - erasable: { keys: [{ name: key2, secret: ${OTHER} }] }\n${IDENTITY}`)),
    randomBytes,
    await openDataKeys(kept, [{ name: 'key2', bytes: Buffer.alloc(32, 2) }], randomBytes),
  )
  deepEqual(Buffer.from(alone.open(KEY, sealed)), value('x'))
  await rejects(erasableSealer(kept, SECRET), /needs the key 'key2'/)
})

async function openStore(): Promise<Store> {
  return openMemoryStore({ clock: simClock(), random: seededRandom(1) })
}
const sealed = (store: Store, sealer: Sealer) =>
  sealedStore(store, { sealer, clock: simClock(), random: seededRandom(2) })
const put = (text: string) => ({ write: 'put', key: KEY, value: value(text) }) as const
const cause = { actor: 'test', reason: 'test' }

test('a store: sealed inside, plain outside: reads, watches, history; a repeated commit is the same', async () => {
  const inside = await openStore()
  const store = sealed(inside, sealerOf(aes('aesgcm', SECRET) + IDENTITY))
  const commit = { token: 't1', guards: [{ guard: 'absent', key: KEY }], writes: [put('one')], cause } as const
  const first = await store.commit(commit)
  deepEqual(await store.commit(commit), first)
  const watch = store.watch('', 0 as Revision)
  ok(first.outcome === 'committed')
  await store.commit({
    token: 't2',
    guards: [{ guard: 'revision', key: KEY, equals: first.revision }],
    writes: [put('two')],
    cause,
  })
  const seen: Event[] = []
  while (seen.length < 2) seen.push(...((await watch.next()) ?? []))
  watch.close()
  const texts = seen.map((event) => (event.event === 'put' ? Buffer.from(event.entry.value).toString() : ''))
  deepEqual(texts, [value('one').toString(), value('two').toString()])
  deepEqual(Buffer.from(seen[1]?.previous?.value ?? []), value('one'))
  const history = await store.history(KEY)
  equal(history.length, 2)
  for (const read of [await inside.range(''), await inside.range('', { at: first.revision })])
    for (const { value: raw } of read.entries)
      ok(!Buffer.from(raw).includes('one') && !Buffer.from(raw).includes('two'))
  for (const version of await inside.history(KEY))
    ok(version.version === 'put' && !Buffer.from(version.entry.value).includes('data'))
})

const putAt = (text: string, from: Revision, uid = 'u1'): Commit => ({
  token: `${text}@${from}`,
  guards: [{ guard: 'create-revision', key: KEY, equals: from }],
  writes: [{ write: 'put', key: KEY, value: value(text, uid) }],
  cause,
})
const copyOfAll = async (store: Store) =>
  (await store.history(KEY)).flatMap((version) => (version.version === 'put' ? [version.entry.value] : []))
const liveText = async (store: Store) => Buffer.from((await store.range(KEY)).entries[0]?.value ?? []).toString()

test('what is erased is unreadable in every copy of the store too; what is there now is not touched', async () => {
  const inside = await openStore()
  const kept = keyFile()
  const sealer = await erasableSealer(kept, SECRET)
  const store = sealed(inside, sealer)
  const first = await store.commit(putAt('gone', 0 as Revision, 'u0'))
  ok(first.outcome === 'committed')
  await store.commit({ ...putAt('', first.revision), writes: [{ write: 'delete', key: KEY }] })
  const created = await store.commit(putAt('one', 0 as Revision))
  ok(created.outcome === 'committed')
  await store.commit(putAt('two', created.revision))
  await store.commit(putAt('three', created.revision))

  const copies = await copyOfAll(inside)
  equal(copies.length, 4)
  await store.erase(KEY)
  for (const copy of copies) equal(sealer.open(KEY, copy).length, 0)
  for (const copy of copies) equal((await erasableSealer(kept, SECRET)).open(KEY, copy).length, 0)
  equal(await liveText(store), value('three').toString())
  const history = await store.history(KEY)
  ok(history.slice(0, -1).every((version) => version.version === 'deleted' || version.erased))
  equal(history.at(-1)?.cause.actor, 'system:muster:encryption')
})

test('a write that is under way while its key is erased can be read afterwards', async () => {
  const inside = await openStore()
  const store = sealed(inside, await erasableSealer(keyFile(), SECRET))
  const created = await store.commit(putAt('one', 0 as Revision))
  ok(created.outcome === 'committed')
  for (let turn = 0; turn < 10; turn++) {
    const before = store.commit(putAt(`before ${turn}`, created.revision))
    const erased = store.erase(KEY)
    const after = store.commit(putAt(`after ${turn}`, created.revision))
    await Promise.all([before, erased, after])
    match(await liveText(store), /"data":"(before|after) \d"/)
  }
  const copies = await copyOfAll(inside)
  const last = await store.commit({ ...putAt('', created.revision), writes: [{ write: 'delete', key: KEY }] })
  ok(last.outcome === 'committed')
  await store.erase(KEY)
  const sealer = await erasableSealer(keyFile(), SECRET)
  for (const copy of copies) if (copy.length > 0) equal(sealer.open(KEY, copy).length, 0)
})

test('at a start what was kept otherwise is sealed anew, once; and kept in plain again when that is wanted', async () => {
  const inside = await openStore()
  const deps = { store: inside, clock: simClock(), random: seededRandom(3) }
  await inside.commit({ token: 't', guards: [{ guard: 'absent', key: KEY }], writes: [put('plain')], cause })
  const raw = async () => Buffer.from((await inside.range(KEY)).entries[0]?.value ?? []).toString('latin1')
  const old = sealerOf(aes('aesgcm', SECRET) + IDENTITY)
  equal(await reseal({ ...deps, sealer: old }), 1)
  match(await raw(), /^k8s:enc:aesgcm:v1:key1:/)
  equal(await reseal({ ...deps, sealer: old }), 0)
  const rotated = sealerOf(aes('aesgcm', OTHER, SECRET) + IDENTITY)
  equal(await reseal({ ...deps, sealer: rotated }), 1)
  match(await raw(), /^k8s:enc:aesgcm:v1:key2:/)
  const back = sealerOf(IDENTITY + aes('aesgcm', OTHER, SECRET))
  equal(await reseal({ ...deps, sealer: back }), 1)
  equal(await raw(), value('plain').toString())
})

const wrong: readonly [what: string, providers: string, error: RegExp][] = [
  ['no provider', '', /resources\[0\].providers: Required value: at least one provider is required/],
  ['a short key', aes('aesgcm', 'AAAA'), /secret is not of the expected length, got 3, expected one of \[16 24 32\]/],
  ['no base64', aes('aesgcm', '"!!!"'), /secrets must be base64 encoded/],
  ['a key twice', aes('aesgcm', SECRET, SECRET).replace('key2', 'key1'), /another key has this name/],
  [
    'two providers in one',
    '  - { identity: {}, aesgcm: {} }\n',
    /more than one provider specified in a single element/,
  ],
  ['secretbox', aes('secretbox', SECRET), /secretbox: Invalid value: "secretbox": is not built; use aesgcm/],
]
for (const [what, providers, error] of wrong) {
  test(`refused, and said where: ${what}`, () => {
    throws(() => readEncryption(file(providers)), error)
    throws(
      () => readEncryption(file(providers)),
      (thrown) => !String(thrown).includes(SECRET),
    )
  })
}
