/** Goal: one leads at a time, its writes are fenced in their commits, and everybody can see who and why. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { checkKind } from '@muster/api/define-kind.ts'
import { CandidateKind } from '@muster/api/elections/candidate.ts'
import { ElectionKind } from '@muster/api/elections/election.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { type SimClock, simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import type { User } from '../auth/user.ts'
import { asker } from '../history/testing/ask.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { hookedStore } from './testing/hooked-store.ts'

const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'
const ELECTIONS = `${GROUP}/elections`
const CANDIDATES = `${GROUP}/candidates`
const MAPS = '/api/v1/namespaces/default/configmaps'

for (const kind of [ElectionKind, CandidateKind]) {
  test(`${kind.kind} is a kind that Kubernetes would take`, () => deepEqual(checkKind(kind), []))
}

async function open(clock: SimClock = simClock(), given?: Store) {
  const store = given ?? (await openMemoryStore({ clock, random: seededRandom(1) }))
  const tokens = new Map<string, User>([['other', { username: 'other', groups: ['system:masters'] }]])
  const kinds = [...BUILT_IN_KINDS, ...ELECTION_KINDS]
  const api = await openTestApi({ clock, store, kinds, tokens })
  const ask = asker(api)
  const created = await ask('POST', ELECTIONS, { body: { metadata: { name: 'work' }, spec: { sessionSeconds: 10 } } })
  equal(created.status, 201, JSON.stringify(created.body))
  const join = async (name: string) => {
    const answer = await ask('POST', CANDIDATES, { body: candidate(name) })
    equal(answer.status, 201, JSON.stringify(answer.body))
    return String(answer.body.metadata.resourceVersion)
  }
  const write = (name: string, term: string, query = '') =>
    ask('POST', `${MAPS}${query}`, {
      body: { metadata: { name } },
      headers: { 'muster-fence': `default/work@${term}` },
    })
  /** What an election or a renewal says. */
  const askStatus = async (method: string, path: string) => {
    const { status: code, body } = await ask(method, path)
    return { code, status: body.status }
  }
  return { clock, store, api, ask, askStatus, join, write }
}

const candidate = (name: string) => ({ metadata: { name: `work.${name}` }, spec: { election: 'work', identity: name } })

test('who came first leads; the next one when it steps down, and what the first writes then is refused', async () => {
  const { clock, ask, askStatus, join, write } = await open()
  const one = await join('one')
  const two = await join('two')
  equal((await write('a', one)).status, 201)

  const early = await write('b', two)
  equal(early.status, 409)
  equal(early.body.reason, 'Deposed')
  match(early.body.message, /term \d+ of election default\/work has not begun: term \d+ is that of "one"/)

  const renewed = await askStatus('POST', `${CANDIDATES}/work.two/renew`)
  equal(renewed.code, 200)
  deepEqual(renewed.status, {
    leads: false,
    term: two,
    leader: { candidate: 'work.one', identity: 'one', term: one },
    revision: renewed.status.revision,
    sessionSeconds: 10,
  })

  equal((await ask('DELETE', `${CANDIDATES}/work.one`)).status, 200)
  const late = await write('c', one)
  deepEqual([late.status, late.body.reason], [409, 'Deposed'])
  match(late.body.message, /is over, or never was: term \d+ is that of "two"/)
  equal((await ask('GET', `${MAPS}/c`)).status, 404)
  equal((await write('b', two)).status, 201)

  await clock.advance(seconds(1))
  const { status } = await askStatus('GET', `${ELECTIONS}/work`)
  equal(status.leader?.identity, 'two')
  equal(status.terms, 2)
  match(
    status.conditions?.[0]?.message ?? '',
    /two leads in term \d+: it came first; one led in term \d+ until admin took one out/,
  )
})

test('a session that is not renewed ends, and with it the term; one that is renewed goes on', async () => {
  const { clock, ask, askStatus, join, write } = await open()
  const one = await join('one')
  await clock.advance(seconds(8))
  equal((await askStatus('POST', `${CANDIDATES}/work.one/renew`)).status.leads, true)
  await clock.advance(seconds(8))
  equal((await write('a', one)).status, 201)
  await clock.advance(seconds(3))
  equal((await ask('POST', `${CANDIDATES}/work.one/renew`)).status, 404)
  equal((await write('b', one)).body.reason, 'Deposed')
  await clock.advance(seconds(1))
  const { status } = await askStatus('GET', `${ELECTIONS}/work`)
  equal(status.leader, undefined)
  match(status.conditions?.[0]?.message ?? '', /its session ended: lease .* was not kept alive for 10 s/)
})

test('another server over the same store goes on with a session, and knows the fence', async () => {
  const clock = simClock()
  const store = await openMemoryStore({ clock, random: seededRandom(1) })
  const { join } = await open(clock, store)
  const two = await openTestApi({
    clock,
    store,
    kinds: [...BUILT_IN_KINDS, ...ELECTION_KINDS],
    isBootstrapped: true,
    seed: 9,
  })
  const term = await join('one')
  await clock.advance(seconds(8))
  const ask = asker(two)
  equal((await ask('POST', `${CANDIDATES}/work.one/renew`)).status, 200)
  await clock.advance(seconds(8))
  const body = { metadata: { name: 'x' } }
  equal((await ask('POST', MAPS, { body, headers: { 'muster-fence': `default/work@${term}` } })).status, 201)
})

test('every kind of write is fenced', async () => {
  const { ask, join } = await open()
  const term = await join('one')
  await ask('POST', MAPS, { body: { metadata: { name: 'a' } } })
  await ask('POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'default' } } })
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  equal((await ask('POST', '/api/v1/namespaces/default/pods', { body: pod })).status, 201)
  await ask('DELETE', `${CANDIDATES}/work.one`)
  const headers = { 'muster-fence': `default/work@${term}` }
  const target = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n' } }
  const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } }
  const asked: [string, string, object?][] = [
    ['POST', MAPS, { metadata: { name: 'z' } }],
    ['PUT', `${MAPS}/a`, { metadata: { name: 'a' }, data: { x: '1' } }],
    ['PATCH', `${MAPS}/a`, { data: { x: '1' } }],
    ['PATCH', `${MAPS}/a`, {}],
    ['DELETE', `${MAPS}/a`],
    ['DELETE', MAPS],
    ['PATCH', '/api/v1/namespaces/default/pods/p/status', { status: { message: 'x' } }],
    ['POST', '/api/v1/namespaces/default/pods/p/binding', target],
    ['POST', '/api/v1/namespaces/default/pods/p/eviction', { metadata: { name: 'p' } }],
    ['POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} }],
    ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review],
    ['POST', `${MAPS}/a/revert`, { spec: { revision: '1' } }],
    ['POST', `${MAPS}?dryRun=All`, { metadata: { name: 'z' } }],
  ]
  for (const [method, path, body] of asked) {
    const inQuery = `${path}${path.includes('?') ? '&' : '?'}fence=default/work@${term}`
    for (const [asking, more] of [
      [path, { headers }],
      [inQuery, {}],
    ] as const) {
      const answer = await ask(method, asking, { ...(body ? { body } : {}), ...more })
      deepEqual([method, asking, answer.status, answer.body.reason], [method, asking, 409, 'Deposed'])
    }
  }
  equal((await ask('GET', `${MAPS}/a`, { headers })).status, 200, 'reads are not fenced')
  const two = await ask('POST', `${MAPS}?fence=default/work@1`, { body: { metadata: { name: 'z' } }, headers })
  equal(two.status, 400)
  match(two.body.message, /is not the parameter fence, "default\/work@1"/)
})

test('a fence that cannot be read is refused by name', async () => {
  const { ask } = await open()
  for (const fence of ['', 'work@4', 'default/work', 'default/work@0', 'default/work@x', 'a/b/c/d@4']) {
    const answer = await ask('POST', MAPS, { body: { metadata: { name: 'a' } }, headers: { 'muster-fence': fence } })
    equal(answer.status, 400, fence)
    match(answer.body.message, /muster-fence.*NAMESPACE\/ELECTION@TERM/)
    const asked = await ask('POST', `${MAPS}?fence=${encodeURIComponent(fence)}`, { body: { metadata: { name: 'a' } } })
    equal(asked.status, 400)
    match(asked.body.message, /parameter fence: .*NAMESPACE\/ELECTION@TERM/)
  }
})

test('the fence is judged in the commit, and not only before it', async () => {
  const clock = simClock()
  const inner = await openMemoryStore({ clock, random: seededRandom(1) })
  const { store, beforeNextCommit } = hookedStore(inner)
  const { ask, join, write } = await open(clock, store)
  const term = await join('one')
  // Between the look and the commit of the write the leader is deposed.
  beforeNextCommit(async () => {
    equal((await ask('DELETE', `${CANDIDATES}/work.one`)).status, 200)
  })
  const late = await write('a', term)
  deepEqual([late.status, late.body.reason], [409, 'Deposed'])
  equal((await ask('GET', `${MAPS}/a`)).status, 404)
})

test('a candidate is named by its election, is never changed, and is renewed by its own user alone', async () => {
  const { ask, join } = await open()
  await join('one')
  const wrong = { ...candidate('x'), metadata: { name: 'else.x' } }
  equal((await ask('POST', CANDIDATES, { body: wrong })).status, 422)
  const nowhere = { metadata: { name: 'no.x' }, spec: { election: 'no', identity: 'x' } }
  equal((await ask('POST', CANDIDATES, { body: nowhere })).status, 404)
  const held = { ...candidate('x'), metadata: { name: 'work.x', finalizers: ['a.b/c'] } }
  equal((await ask('POST', CANDIDATES, { body: held })).status, 422)
  equal((await ask('PATCH', `${CANDIDATES}/work.one`, { body: { metadata: { labels: { a: 'b' } } } })).status, 405)
  equal((await ask('POST', CANDIDATES, { body: candidate('one') })).status, 409)
  const other = await ask('POST', `${CANDIDATES}/work.one/renew`, { headers: { authorization: 'Bearer other' } })
  equal(other.status, 403)
  equal((await ask('DELETE', `${CANDIDATES}/work.one?propagationPolicy=Foreground`)).status, 200)
  equal((await ask('GET', `${CANDIDATES}/work.one`)).status, 404)
})

test('a write tells in history in which term it was made', async () => {
  const { ask, join, write } = await open()
  const term = await join('one')
  await write('a', term)
  const { versions } = (await ask('GET', `${MAPS}/a/history`)).body
  equal(versions[0]?.by.fence, `default/work@${term}`)
  equal(versions[0]?.by.user, 'admin')
})
