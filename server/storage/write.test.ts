import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import type { KubeObject } from '@muster/api/object.ts'
import { forbidden } from '@muster/api/status.ts'
import { seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Commit, Store } from '@muster/store/store.ts'
import { formatKey } from './key.ts'
import type { StoredObject } from './stored-object.ts'
import { parseObject } from './stored-object.ts'
import { openTestbed, PODS, plainStore, pod, podKey, request } from './testbed.ts'
import { OBJECT_BYTES_MAX, type UpdateRequest } from './write.ts'

const KEY = podKey('web')

const update = (change: UpdateRequest['change'], more: Partial<UpdateRequest> = {}): UpdateRequest => ({
  ...request(),
  change,
  ...more,
})

/** Sets a label. */
const label =
  (name: string, value: string): UpdateRequest['change'] =>
  (current) => {
    ok(current)
    current.metadata.labels = { ...current.metadata.labels, [name]: value }
    return current
  }

const remove = (more: object = {}, rules: object = {}) => ({ ...request(), options: more, rules })
const labelsOf = (object: StoredObject) => parseObject(object).metadata.labels

test('a creation is answered as it is kept; a second one is refused', async () => {
  const { storage } = await openTestbed(simClock())
  const { outcome, object } = await storage.create(KEY, pod('web', { app: 'web' }), request())
  deepEqual([outcome, object.revision, object.createRevision], ['created', 2, 2])
  deepEqual(parseObject(object), parseObject(await storage.get(KEY)))
  await rejects(storage.create(KEY, pod('web'), request()), {
    code: 'AlreadyExists',
    message: 'pods "web" already exists',
  })
})

test('a creation under the name of an object that is going says so', async () => {
  const { storage } = await openTestbed(simClock())
  const held = pod('web')
  held.metadata.finalizers = ['a']
  await storage.create(KEY, held, request())
  await storage.remove(KEY, remove())
  await rejects(storage.create(KEY, pod('web'), request()), {
    code: 'AlreadyExists',
    message: 'object is being deleted: pods "web" already exists',
  })
})

test('an update changes what is there, and keeps when it was created', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  const { outcome, object } = await storage.update(KEY, update(label('a', '1')))
  deepEqual([outcome, object.revision, object.createRevision, labelsOf(object)], ['updated', 3, 2, { a: '1' }])
  await rejects(storage.update(podKey('none'), update(label('a', '1'))), { code: 'NotFound' })
})

test('an update may create what is not there', async () => {
  const { storage } = await openTestbed(simClock())
  const change = (current: KubeObject | undefined) => current ?? pod('web', { made: 'yes' })
  const first = await storage.update(KEY, update(change, { createIfAbsent: true }))
  const second = await storage.update(KEY, update(change, { createIfAbsent: true }))
  deepEqual([first.outcome, second.outcome, second.object.revision], ['created', 'unchanged', 2])
})

test('a write that changes nothing is none', async () => {
  const { storage, store } = await openTestbed(simClock())
  await storage.create(KEY, pod('web', { a: '1', b: '2' }), request())
  const head = await store.head()
  const same: readonly UpdateRequest['change'][] = [
    () => 'unchanged',
    (current) => current ?? pod('web'),
    // In another order, and with what is not kept.
    (current) => ({
      spec: { nodeName: '' },
      metadata: {
        labels: { b: '2', a: '1' },
        uid: 'uid-web',
        resourceVersion: current?.metadata.resourceVersion ?? '',
        namespace: 'shop',
        name: 'web',
      },
      apiVersion: 'v1',
      kind: 'Pod',
    }),
  ]
  for (const change of same) {
    const { outcome, object } = await storage.update(KEY, update(change))
    deepEqual([outcome, object.revision], ['unchanged', 2])
  }
  equal(await store.head(), head)
  // As long, and yet another.
  equal((await storage.update(KEY, update(label('a', '3')))).outcome, 'updated')
})

test('an update that names a version is for that version alone', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  const put = (resourceVersion: string, app: string) =>
    storage.update(
      KEY,
      update(() => ({ ...pod('web', { app }), metadata: { ...pod('web', { app }).metadata, resourceVersion } })),
    )
  equal((await put('2', 'one')).object.revision, 3)
  await rejects(put('2', 'two'), {
    code: 'Conflict',
    message:
      'Operation cannot be fulfilled on pods "web": the object has been modified; please apply your changes to the latest version and try again',
  })
  equal((await put('', 'three')).object.revision, 4)
})

test('a precondition that does not hold is a conflict, in the words of Kubernetes', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  await rejects(storage.update(KEY, update(label('a', '1'), { preconditions: { uid: 'other' } })), {
    code: 'Conflict',
    message:
      'Operation cannot be fulfilled on pods "web": StorageError: invalid object, Code: 4, Key: /registry/pods/shop/web, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: uid-web',
  })
  await rejects(storage.update(KEY, update(label('a', '1'), { preconditions: { resourceVersion: '1' } })), {
    code: 'Conflict',
    message: /ResourceVersion in precondition: 1, ResourceVersion in object meta: 2$/,
  })
  const preconditions = { uid: 'uid-web', resourceVersion: '2' }
  equal((await storage.update(KEY, update(label('a', '1'), { preconditions }))).outcome, 'updated')
  await rejects(storage.remove(KEY, remove({ preconditions: { uid: 'other' } })), {
    code: 'Conflict',
    message:
      'Operation cannot be fulfilled on Pod "web": the UID in the precondition (other) does not match the UID in record (uid-web). The object might have been deleted and then recreated',
  })
  await rejects(storage.remove(KEY, remove({ preconditions: { resourceVersion: '2' } })), {
    code: 'Conflict',
    message: /the ResourceVersion in the precondition \(2\) does not match the ResourceVersion in record \(3\)/,
  })
  equal((await storage.remove(KEY, remove({ preconditions: { resourceVersion: '3' } }))).outcome, 'deleted')
})

test('of many writers of one object each adds its own, and none is lost', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  const writers = Array.from({ length: 40 }, (_, index) => storage.update(KEY, update(label(`w${index}`, 'yes'))))
  await Promise.all(writers)
  equal(Object.keys(labelsOf(await storage.get(KEY)) ?? {}).length, 40)
})

test('a writer that is always beaten gives up', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  let tries = 0
  const beaten = async (current: KubeObject | undefined) => {
    await storage.update(KEY, update(label('n', String(++tries))))
    return label('mine', 'yes')(current)
  }
  await rejects(storage.update(KEY, update(beaten)), { code: 'Conflict', message: /has been modified/ })
  equal(tries, 100)
})

test('a deletion ends an object, answers it as it was last, and happens once', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web', { a: '1' }), request())
  const { outcome, object } = await storage.remove(KEY, remove())
  deepEqual([outcome, object.revision, labelsOf(object)], ['deleted', 3, { a: '1' }])
  await rejects(storage.remove(KEY, remove()), { code: 'NotFound' })
})

test('a finalizer holds an object until it is removed', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  const held = pod('web')
  held.metadata.finalizers = ['a', 'b']
  held.metadata.generation = 1
  await storage.create(KEY, held, request())
  const marked = await storage.remove(KEY, remove())
  equal(marked.outcome, 'updated')
  const { metadata } = parseObject(marked.object)
  deepEqual(
    [metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds, metadata.generation],
    ['2026-01-01T00:00:00Z', 0, 2],
  )
  await clock.advance(seconds(60))
  equal((await storage.remove(KEY, remove())).outcome, 'unchanged')
  const without = (finalizer: string) =>
    update((current) => {
      ok(current)
      current.metadata.finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== finalizer)
      return current
    })
  equal((await storage.update(KEY, without('a'))).outcome, 'updated')
  const last = await storage.update(KEY, without('b'))
  deepEqual([last.outcome, parseObject(last.object).metadata.finalizers], ['deleted', []])
  equal(await storage.find(KEY), undefined)
})

test('a pod has its grace, and goes when its agent confirms', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  const rules = { grace: (_object: KubeObject, asked: number | undefined) => asked ?? 30 }
  const marked = await storage.remove(KEY, remove({}, rules))
  equal(parseObject(marked.object).metadata.deletionTimestamp, '2026-01-01T00:00:30Z')
  equal((await storage.update(KEY, update(label('phase', 'Succeeded')))).outcome, 'updated')
  equal((await storage.remove(KEY, remove({ gracePeriodSeconds: 0 }, rules))).outcome, 'deleted')
})

test('what may not be deleted is not', async () => {
  const { storage } = await openTestbed(simClock())
  await storage.create(KEY, pod('web'), request())
  const admit = () => {
    throw forbidden(PODS, 'web', 'it is guarded')
  }
  await rejects(storage.remove(KEY, { ...remove(), admit }), { code: 'Forbidden' })
  equal((await storage.get(KEY)).revision, 2)
})

test('a dry run says what would be, and writes nothing', async () => {
  const { storage, store } = await openTestbed(simClock())
  const dry = { dryRun: true }
  const created = await storage.create(KEY, pod('web'), request(dry))
  deepEqual([created.outcome, created.object.revision], ['created', 0])
  await storage.create(KEY, pod('web'), request())
  const head = await store.head()
  await rejects(storage.create(KEY, pod('web'), request(dry)), { code: 'AlreadyExists' })
  const updated = await storage.update(KEY, update(label('a', '1'), dry))
  deepEqual([updated.outcome, updated.object.revision, labelsOf(updated.object)], ['updated', 2, { a: '1' }])
  const deleted = await storage.remove(KEY, { ...remove(), ...dry })
  deepEqual([deleted.outcome, deleted.object.revision], ['deleted', 2])
  equal(await store.head(), head)
})

test('a write is allowed by what is true when it is made', async () => {
  const { storage } = await openTestbed(simClock())
  const NAMESPACE = { group: '', resource: 'namespaces', cluster: 'main', namespace: '', name: 'shop' }
  const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
  await storage.create(NAMESPACE, namespace, request())
  let looks = 0
  let meanwhile: (() => Promise<unknown>) | undefined
  const grounds = async () => {
    looks++
    const found = await storage.find(NAMESPACE)
    if (!found || parseObject(found).metadata.deletionTimestamp !== undefined) {
      throw forbidden(PODS, 'web', 'unable to create new content in namespace shop because it is being terminated')
    }
    await meanwhile?.()
    meanwhile = undefined
    return { guards: [{ guard: 'revision', key: formatKey(NAMESPACE), equals: found.revision } as const] }
  }
  // A change that does not matter costs a try.
  meanwhile = () => storage.update(NAMESPACE, update(label('a', '1')))
  equal((await storage.create(KEY, pod('web'), request({ grounds }))).outcome, 'created')
  equal(looks, 2)
  meanwhile = () => storage.update(NAMESPACE, update(label('a', '2')))
  equal((await storage.update(KEY, update(label('a', '1'), { grounds }))).outcome, 'updated')
  equal(looks, 4)
  // One that does is seen, though it came between the look and the commit.
  meanwhile = () =>
    storage.update(
      NAMESPACE,
      update((current) => ({
        ...namespace,
        metadata: { ...current?.metadata, finalizers: ['kubernetes'], deletionTimestamp: '2026-01-01T00:00:00Z' },
      })),
    )
  await rejects(storage.create(podKey('late'), pod('late'), request({ grounds })), { code: 'Forbidden' })
  equal(await storage.find(podKey('late')), undefined)
})

test('an account changes in the commit of what it counts', async () => {
  const { storage } = await openTestbed(simClock())
  const QUOTA = { group: '', resource: 'resourcequotas', cluster: 'main', namespace: 'shop', name: 'pods' }
  const quota = (used: number): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'pods' },
    used,
  })
  await storage.create(QUOTA, quota(0), request())
  const grounds = async () => {
    const found = await storage.get(QUOTA)
    const { used } = parseObject(found)
    if (typeof used !== 'number' || used >= 5) throw forbidden(PODS, '', 'exceeded quota')
    return { guards: [], also: [{ key: QUOTA, from: found.revision, object: quota(used + 1) }] }
  }
  const tries = Array.from({ length: 12 }, (_, index) =>
    storage.create(podKey(`p${index}`), pod(`p${index}`), request({ grounds })),
  )
  const ends = await Promise.allSettled(tries)
  equal(ends.filter(({ status }) => status === 'fulfilled').length, 5)
  ok(ends.every((end) => end.status === 'fulfilled' || hasCode(end.reason, 'Forbidden')))
  equal(parseObject(await storage.get(QUOTA)).used, 5)
})

test('grounds that never hold are given up', async () => {
  const { storage } = await openTestbed(simClock())
  const grounds = () => ({ guards: [{ guard: 'absent', key: 'muster/format' } as const] })
  await rejects(storage.create(KEY, pod('web'), request({ grounds })), { code: 'Conflict' })
})

test('an object that is too large is refused, by its name', async () => {
  const { storage } = await openTestbed(simClock())
  const fits = pod('web')
  const bare = Buffer.byteLength(JSON.stringify({ ...fits, data: '' }))
  const large = (bytes: number) => ({ ...fits, data: 'x'.repeat(bytes - bare) })
  await rejects(storage.create(KEY, large(OBJECT_BYTES_MAX + 1), request()), {
    code: 'TooLarge',
    message: `Request entity too large: pods "web" takes ${OBJECT_BYTES_MAX + 1} bytes as it is kept; at most ${OBJECT_BYTES_MAX} fit`,
  })
  // The largest fits, whatever goes with it: the longest name, cause and grounds of its guards.
  const cause = { actor: 'a'.repeat(4096), reason: 'r'.repeat(4096) }
  equal((await storage.create(KEY, large(OBJECT_BYTES_MAX), request({ cause }))).outcome, 'created')
})

/** A store that loses the answers to commits: before they are tried, or after. */
function forgetful(lose: (commit: Commit) => 'before' | 'after' | 'no' | 'away') {
  return (store: Store): Store => ({
    ...plainStore(store),
    async commit(commit) {
      const when = lose(commit)
      if (when === 'no') return store.commit(commit)
      if (when === 'after') await store.commit(commit)
      return { outcome: 'unknown', reason: 'the answer is lost' }
    },
  })
}

test('a write whose answer is lost is asked again until it is known, and done once', async () => {
  for (const lost of ['before', 'after'] as const) {
    const clock = simClock()
    const tokens = new Map<string, number>()
    const lose = ({ token }: Commit) => {
      const count = (tokens.get(token) ?? 0) + 1
      tokens.set(token, count)
      return token !== 'muster/format' && count <= 3 ? lost : 'no'
    }
    const { storage } = await openTestbed(clock, forgetful(lose))
    const created = storage.create(KEY, pod('web'), request())
    await clock.advance(seconds(5))
    deepEqual([(await created).outcome, (await created).object.revision], ['created', 2])
    const updated = storage.update(KEY, update(label('a', '1')))
    await clock.advance(seconds(5))
    deepEqual([(await updated).outcome, (await updated).object.revision], ['updated', 3])
  }
})

test('a write whose outcome cannot be learnt is not called failed', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(
    clock,
    forgetful(({ token }) => (token === 'muster/format' ? 'no' : 'after')),
  )
  const created = storage.create(KEY, pod('web'), request()).catch((error) => error)
  await clock.advance(seconds(60))
  const error = await created
  deepEqual(
    [error.code, error.message],
    ['Timeout', 'Timeout: the store does not say whether the write was done; look before you try it again'],
  )
  await settled()
})
