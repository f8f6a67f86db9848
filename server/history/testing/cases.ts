/** What the past must answer, over whatever store: the same cases for each engine. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Duration } from '@muster/base/clock.ts'
import { hours, minutes, seconds } from '@muster/base/clock.ts'
import type { Store } from '@muster/store/store.ts'
import type { TestApi } from '../../testing/open-test-api.ts'
import { type Ask, asker } from './ask.ts'

/** An API server that a case has for itself, and its time. */
export interface Stage {
  readonly api: TestApi
  readonly store: Store
  /** Lets time go by. */
  pass(length: Duration): Promise<void>
  /** The time now, RFC 3339. */
  now(): string
  end(): Promise<void>
}

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string, data: Record<string, string>, more = {}) => ({ metadata: { name, ...more }, data })

/** What a configuration map holds under x. */
const dataOf = (object: object | undefined): unknown => Object(object && 'data' in object ? object.data : {}).x

/** Registers the cases for one kind of store. */
export function pastCases(engine: string, open: () => Promise<Stage>): void {
  const it = (what: string, run: (stage: Stage, ask: Ask) => Promise<void>) =>
    test(`${engine}: ${what}`, async () => {
      const stage = await open()
      try {
        await run(stage, asker(stage.api))
      } finally {
        await stage.end()
      }
    })
  const written = async (ask: Ask, method: string, path: string, body: unknown): Promise<string> => {
    const answered = await ask(method, path, { body })
    ok(answered.status < 300, JSON.stringify(answered.body))
    return answered.body.metadata.resourceVersion
  }

  it('a list and a get answer as of a revision and as of a time', async ({ pass, now }, ask) => {
    const first = await written(ask, 'POST', MAPS, map('a', { x: '1' }))
    const other = await written(ask, 'POST', MAPS, map('ab', { x: '1' }))
    await pass(seconds(10))
    const then = now()
    await pass(seconds(10))
    await written(ask, 'PUT', `${MAPS}/a`, map('a', { x: '2' }))
    equal((await ask('DELETE', `${MAPS}/ab`)).status, 200)

    const listed = async (query: string) => {
      const { status, body } = await ask('GET', `${MAPS}?${query}&fieldSelector=metadata.name!=kube-root-ca.crt`)
      equal(status, 200, JSON.stringify(body))
      return [body.metadata.resourceVersion, ...body.items.map((item) => `${item.metadata.name}=${item.data.x}`)]
    }
    deepEqual(await listed(`resourceVersion=${first}&resourceVersionMatch=Exact`), [first, 'a=1'])
    deepEqual(await listed(`resourceVersion=${other}&resourceVersionMatch=Exact`), [other, 'a=1', 'ab=1'])
    deepEqual((await listed(`asOf=${then}`)).slice(1), ['a=1', 'ab=1'])
    deepEqual((await listed('asOf=-10s')).slice(1), ['a=1', 'ab=1'])
    deepEqual((await listed('limit=1')).slice(1), ['a=2'])

    const page = await ask('GET', `${MAPS}?asOf=${then}&limit=1&fieldSelector=metadata.name!=kube-root-ca.crt`)
    equal(page.body.items.length, 1)
    const rest = await ask(
      'GET',
      `${MAPS}?limit=1&continue=${page.body.metadata.continue}&fieldSelector=metadata.name!=kube-root-ca.crt`,
    )
    deepEqual(rest.body.items[0]?.metadata.name, 'ab')

    const got = async (name: string, query: string) => {
      const { status, body } = await ask('GET', `${MAPS}/${name}?${query}`)
      return status === 200 ? [body.data.x, body.metadata.resourceVersion] : [status, body.message]
    }
    deepEqual(await got('a', `asOf=${then}`), ['1', first])
    deepEqual(await got('a', `resourceVersion=${other}&resourceVersionMatch=Exact`), ['1', first])
    deepEqual(await got('ab', 'asOf=-10s'), ['1', other])
    deepEqual(await got('ab', `resourceVersion=${first}&resourceVersionMatch=Exact`), [
      404,
      'configmaps "ab" not found',
    ])
    const table = await ask('GET', `${MAPS}/a?asOf=${then}`, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    })
    deepEqual([table.body.kind, table.body.rows[0]?.object.metadata.resourceVersion], ['Table', first])
  })

  it('what is asked of the past and makes no sense is refused in words', async ({ now, pass }, ask) => {
    await written(ask, 'POST', MAPS, map('a', { x: '1' }))
    await pass(seconds(1))
    const refused = async (path: string, status: number, message: RegExp) => {
      const { status: got, body } = await ask('GET', path)
      equal(got, status, JSON.stringify(body))
      match(body.message, message)
    }
    await refused(`${MAPS}?asOf=yesterday`, 400, /asOf: "yesterday" is no time such as .*-10m/)
    await refused(`${MAPS}/a?asOf=2199-01-01T00:00:00Z`, 400, /lies in the future \(this server's clock says 20/)
    await refused(`${MAPS}?asOf=${now()}&resourceVersion=3`, 400, /asOf and resourceVersion cannot both be given/)
    await refused(`${MAPS}?asOf=1999-01-01T00:00:00Z`, 410, /nothing had been written yet at 1999/)
    await refused(`${MAPS}?asOf=-1s&watch=true`, 400, /asOf is for get and list/)
    await refused(`${MAPS}/a/history?limit=0`, 400, /limit: wanted a whole number/)
    await refused(`${MAPS}/never/history`, 404, /configmaps "never" not found/)
    await refused(`${MAPS}/a/why?revision=x`, 400, /revision: wanted a revision/)
    await refused(`${MAPS}/a/why?field=.data.y`, 400, /none of the last 1 versions .* changed .data.y/)
  })

  it('below the horizon it is 410 in the words of Kubernetes, and history goes on', async ({ store }, ask) => {
    const first = await written(ask, 'POST', MAPS, map('a', { x: '1' }))
    const second = await written(ask, 'PUT', `${MAPS}/a`, map('a', { x: '2' }))
    await written(ask, 'PUT', `${MAPS}/a`, map('a', { x: '3' }))
    await store.compact({ horizon: await store.head(), keep: [{ prefix: 'core/configmaps/', versions: 2 }] })
    const list = await ask('GET', `${MAPS}?resourceVersion=${first}&resourceVersionMatch=Exact`)
    deepEqual(
      [list.status, list.body.reason, list.body.message],
      [410, 'Expired', 'The resourceVersion for the provided list is too old.'],
    )
    const get = await ask('GET', `${MAPS}/a?resourceVersion=${first}&resourceVersionMatch=Exact`)
    deepEqual([get.status, get.body.reason], [410, 'Expired'])
    match(get.body.message, new RegExp(`^too old resource version: ${first} \\(\\d+\\)$`))
    const history = await ask('GET', `${MAPS}/a/history`)
    deepEqual(
      history.body.versions.map((version) => [version.gapBefore ?? false, version.fields?.length ?? 0]),
      [
        [false, 1],
        [true, 0],
      ],
    )
    equal(history.body.versions[1]?.revision, second)
  })

  it('history tells who, with what and what changed, page by page, also of what is gone', async (_stage, ask) => {
    const first = await written(ask, 'POST', MAPS, map('a', { x: '1', y: '1' }))
    const second = await written(ask, 'PATCH', `${MAPS}/a`, {
      data: { x: '2', y: null },
      metadata: { labels: { app: 'web' } },
    })
    await ask('DELETE', `${MAPS}/a`)
    const again = await written(ask, 'POST', MAPS, map('a', { x: '9' }))
    const all = await ask('GET', `${MAPS}/a/history`)
    equal(all.status, 200, JSON.stringify(all.body))
    const told = all.body.versions.map(({ revision, change, by }) => [revision, change, by.user, by.client, by.reason])
    const deletion = all.body.versions[1]?.revision
    deepEqual(told, [
      [again, 'created', 'admin', 'kubectl/v1.36.1', 'create configmaps'],
      [deletion, 'deleted', 'admin', 'kubectl/v1.36.1', 'delete configmaps'],
      [second, 'updated', 'admin', 'kubectl/v1.36.1', 'patch configmaps'],
      [first, 'created', 'admin', 'kubectl/v1.36.1', 'create configmaps'],
    ])
    deepEqual(all.body.versions[2]?.fields, [
      { field: '.metadata.labels', to: { app: 'web' } },
      { field: '.data.x', from: '1', to: '2' },
      { field: '.data.y', from: '1' },
    ])
    ok(all.body.versions[0]?.uid !== all.body.versions[3]?.uid)

    const pages: string[] = []
    let token = ''
    do {
      const { body } = await ask('GET', `${MAPS}/a/history?limit=1&includeObject=Object&continue=${token}`)
      pages.push(
        ...body.versions.map(({ revision, object, fields }) => `${revision} ${dataOf(object)} ${fields?.length}`),
      )
      token = body.metadata.continue ?? ''
    } while (token !== '')
    deepEqual(pages, [
      `${again} 9 undefined`,
      `${deletion} undefined undefined`,
      `${second} 2 3`,
      `${first} 1 undefined`,
    ])

    const difference = await ask('GET', `${MAPS}/a/history?from=${first}&to=${again}`)
    deepEqual([difference.body.kind, difference.body.from, difference.body.to], ['ObjectDifference', first, again])
    ok(difference.body.fields.some(({ field, from, to }) => field === '.data.x' && from === '1' && to === '9'))
    const last = await ask('GET', `${MAPS}/a/history?to=${second}`)
    deepEqual([last.body.from, last.body.to, last.body.fields.length], [first, second, 3])
  })

  it('a revert is an ordinary update: dry, guarded, owned, and told', async (_stage, ask) => {
    const first = await written(ask, 'POST', MAPS, map('a', { x: '1' }, { labels: { app: 'web' } }))
    await written(ask, 'PATCH', `${MAPS}/a`, {
      data: { x: '2' },
      metadata: { labels: null, finalizers: ['test.io/held'] },
    })
    const revert = (spec: object, query = '') =>
      ask('POST', `${MAPS}/a/revert${query}`, { body: { apiVersion: 'history.muster.dev/v1', kind: 'Revert', spec } })
    const dry = await revert({ revision: first }, '?dryRun=All')
    deepEqual([dry.status, dry.body.data.x], [200, '1'])
    equal((await ask('GET', `${MAPS}/a`)).body.data.x, '2')

    const done = await revert({ revision: first, reason: 'x was better at 1' }, '?fieldManager=undo')
    deepEqual(
      [done.status, done.body.kind, done.body.data.x, done.body.metadata.labels],
      [200, 'ConfigMap', '1', { app: 'web' }],
    )
    deepEqual(done.body.metadata.finalizers, ['test.io/held'])
    ok(done.body.metadata.managedFields.some(({ manager }) => manager === 'undo'))
    const { body } = await ask('GET', `${MAPS}/a/history?limit=1`)
    deepEqual(
      [body.versions[0]?.change, body.versions[0]?.by.reason],
      ['updated', `reverts to revision ${first}: x was better at 1`],
    )
    equal((await revert({})).status, 400)
    equal((await revert({ revision: 'x' })).status, 400)
    match((await revert({ revision: '1' })).body.message, /not found/)
    equal((await ask('GET', `${MAPS}/a/revert`)).status, 405)
  })

  it('a revert brings back what was deleted, without its owners, and not over a rule of today', async (_stage, ask) => {
    const owner = await ask('POST', MAPS, { body: map('owner', {}) })
    const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.body.metadata.uid }]
    const first = await written(ask, 'POST', MAPS, map('a', { x: '1' }, { ownerReferences }))
    const { body: was } = await ask('GET', `${MAPS}/a`)
    await ask('DELETE', `${MAPS}/a`)
    const spec = { revision: first }
    const back = await ask('POST', `${MAPS}/a/revert`, {
      body: { spec, kind: 'Revert', apiVersion: 'history.muster.dev/v1' },
    })
    deepEqual([back.status, back.body.data.x, back.body.metadata.ownerReferences], [201, '1', undefined])
    ok(back.body.metadata.uid !== was.metadata.uid)
    match(back.warning, /comes back without its owner references \(ConfigMap owner\)/)

    await written(ask, 'PUT', `${MAPS}/a`, { ...map('a', { x: '2' }), immutable: true })
    const refused = await ask('POST', `${MAPS}/a/revert`, {
      body: { spec, kind: 'Revert', apiVersion: 'history.muster.dev/v1' },
    })
    deepEqual([refused.status, refused.body.reason], [422, 'Invalid'])
    match(refused.body.message, /field is immutable when `immutable` is set/)
  })

  it('the past needs rights of its own, judged today', async ({ pass }, ask) => {
    const SECRETS = '/api/v1/namespaces/default/secrets'
    const first = await written(ask, 'POST', SECRETS, { metadata: { name: 's' }, stringData: { password: 'old' } })
    const second = await written(ask, 'PATCH', `${SECRETS}/s`, { stringData: { password: 'new' } })
    const role = async (name: string, resources: string[], verbs: string[]) => {
      const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
      await ask('POST', `${rbac}/roles`, {
        body: { metadata: { name }, rules: [{ apiGroups: [''], resources, verbs }] },
      })
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name }
      const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }]
      await ask('POST', `${rbac}/rolebindings`, { body: { metadata: { name }, roleRef, subjects } })
      await pass(seconds(1))
    }
    const as = 'ada'
    equal((await ask('GET', `${SECRETS}/s`, { as })).status, 403)
    await role('reader', ['secrets'], ['get', 'list', 'watch'])
    equal((await ask('GET', `${SECRETS}/s`, { as })).status, 200)
    const history = await ask('GET', `${SECRETS}/s/history`, { as })
    equal(history.status, 403)
    match(
      history.body.message,
      /User "ada" cannot get resource "secrets\/history" in API group "" in the namespace "default"/,
    )
    // What has just been is the present, as every Kubernetes serves it.
    const exact = `resourceVersion=${first}&resourceVersionMatch=Exact`
    equal((await ask('GET', `${SECRETS}?${exact}`, { as })).status, 200)
    await pass(hours(1))
    equal((await ask('GET', `${SECRETS}?${exact}`, { as })).status, 403)
    equal((await ask('GET', `${SECRETS}/s?asOf=-30m`, { as })).status, 200, 'the newest is no history however old')
    equal((await ask('GET', `${SECRETS}/s?resourceVersion=${first}&resourceVersionMatch=Exact`, { as })).status, 403)
    const page = await ask('GET', `${SECRETS}?limit=1&resourceVersion=${first}`, { as })
    deepEqual([page.status, page.body.reason], [410, 'Expired'])
    const watch = await ask('GET', `${SECRETS}?watch=true&timeoutSeconds=1&resourceVersion=${first}`, { as })
    deepEqual([watch.status, watch.body.reason], [410, 'Expired'])

    await role('historian', ['secrets/history'], ['get', 'list'])
    equal((await ask('GET', `${SECRETS}/s/history`, { as })).status, 200)
    const old = await ask('GET', `${SECRETS}/s?resourceVersion=${first}&resourceVersionMatch=Exact`, { as })
    equal(Buffer.from(old.body.data.password ?? '', 'base64').toString(), 'old')
    const body = { spec: { revision: first }, kind: 'Revert', apiVersion: 'history.muster.dev/v1' }
    equal((await ask('POST', `${SECRETS}/s/revert`, { as, body })).status, 403)
    await role('undoer', ['secrets/revert'], ['create'])
    const refused = await ask('POST', `${SECRETS}/s/revert`, { as, body })
    deepEqual([refused.status, /cannot update resource "secrets"/.test(refused.body.message)], [403, true])
    equal((await ask('GET', `${SECRETS}/s`)).body.metadata.resourceVersion, second)
    await role('writer', ['secrets'], ['update'])
    equal((await ask('POST', `${SECRETS}/s/revert`, { as, body })).status, 200)
    await pass(minutes(1))
  })

  it('what a secret was can be erased, and stays erased in every answer', async ({ pass }, ask) => {
    const SECRETS = '/api/v1/namespaces/default/secrets'
    const first = await written(ask, 'POST', SECRETS, { metadata: { name: 's' }, stringData: { password: 'old' } })
    await written(ask, 'PATCH', `${SECRETS}/s`, { stringData: { password: 'new' } })
    await pass(seconds(1))
    equal((await ask('DELETE', `${SECRETS}/s/history`, { as: 'ada' })).status, 403)
    equal((await ask('DELETE', `${SECRETS}/s/history?dryRun=All`)).status, 400)
    const erased = await ask('DELETE', `${SECRETS}/s/history`)
    deepEqual([erased.status, erased.body.message], [200, '1 versions of secrets "s" hold nothing any more'])
    const history = await ask('GET', `${SECRETS}/s/history?includeObject=Object`)
    deepEqual(
      history.body.versions.map(({ change, by, erased: isErased, object, fields }) => [
        change,
        by.user,
        isErased,
        object !== undefined,
        fields,
      ]),
      [
        ['updated', 'admin', undefined, true, undefined],
        ['created', 'admin', true, false, undefined],
      ],
    )
    const exact = `resourceVersion=${first}&resourceVersionMatch=Exact`
    equal((await ask('GET', `${SECRETS}/s?${exact}`)).status, 404)
    equal((await ask('GET', `${SECRETS}?${exact}`)).body.items.length, 0)
    equal((await ask('GET', `${SECRETS}/s`)).body.data.password, Buffer.from('new').toString('base64'))
    const body = { spec: { revision: first }, kind: 'Revert', apiVersion: 'history.muster.dev/v1' }
    match((await ask('POST', `${SECRETS}/s/revert`, { body })).body.message, /has been erased/)
    const watch = await ask('GET', `${SECRETS}?watch=true&timeoutSeconds=1&resourceVersion=${Number(first) - 1}`)
    equal(
      watch.status === 410 || watch.body.kind === 'Status' || watch.body.type === 'ERROR',
      true,
      JSON.stringify(watch.body),
    )
  })

  it('why walks back to who began, marks what is only claimed, and hides what may not be read', async (_stage, ask) => {
    const cause = (name: string, revision: string) => ({ 'muster-cause': `/configmaps/default/${name}@${revision}` })
    const begun = await written(ask, 'POST', MAPS, map('a', { x: '1' }))
    const decided = JSON.stringify({ why: 'b follows a', rejected: [{ choice: 'c', why: 'it is full' }] })
    const next = await ask('POST', MAPS, {
      body: map('b', { x: '1' }),
      headers: { ...cause('a', begun), 'muster-decision': decided },
    })
    const last = await ask('POST', MAPS, {
      body: map('c', {}),
      headers: cause('b', next.body.metadata.resourceVersion),
    })
    const why = await ask('GET', `${MAPS}/c/why`)
    deepEqual([why.body.origin, why.body.claimed], ['human', true])
    equal((await ask('GET', `${MAPS}/a/why`)).body.claimed, undefined)
    // Nobody is a clock for saying so.
    await ask('POST', MAPS, { body: map('timed', {}), headers: { 'muster-decision': '{"timer":true}' } })
    equal((await ask('GET', `${MAPS}/timed/why`)).body.origin, 'human')
    deepEqual(
      why.body.chain.map(({ object, version }) => [
        object.name,
        object.revision,
        version?.by.claimed,
        version?.by.reason,
      ]),
      [
        ['c', last.body.metadata.resourceVersion, true, 'create configmaps'],
        ['b', next.body.metadata.resourceVersion, true, 'b follows a'],
        ['a', begun, undefined, 'create configmaps'],
      ],
    )
    deepEqual(why.body.chain[1]?.version?.by.rejected, [{ choice: 'c', why: 'it is full' }])

    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'
    const rules = [{ apiGroups: [''], resources: ['configmaps/why'], resourceNames: ['c', 'b'], verbs: ['get'] }]
    await ask('POST', `${rbac}/roles`, { body: { metadata: { name: 'some' }, rules } })
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'some' }
    const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'ada' }]
    await ask('POST', `${rbac}/rolebindings`, { body: { metadata: { name: 'some' }, roleRef, subjects } })
    await _stage.pass(seconds(1))
    const seen = await ask('GET', `${MAPS}/c/why`, { as: 'ada' })
    equal(seen.body.origin, 'hidden')
    match(seen.body.chain[2]?.hidden ?? '', /User "ada" cannot get resource "configmaps\/why"/)
    equal(seen.body.chain[2]?.version, undefined)

    // A cause cannot lie after its effect, and what was never there is not made up.
    await ask('PATCH', `${MAPS}/a`, { body: { data: { x: '2' } }, headers: cause('c', '9999999') })
    deepEqual((await ask('GET', `${MAPS}/a/why`)).body.origin, 'forgotten')
    await ask('PATCH', `${MAPS}/a`, { body: { data: { x: '3' } }, headers: cause('nobody', begun) })
    match((await ask('GET', `${MAPS}/a/why`)).body.chain[1]?.hidden ?? '', /no longer kept, or never was/)
    equal(
      (await ask('PATCH', `${MAPS}/a`, { body: { data: { x: '4' } }, headers: { 'muster-cause': 'a' } })).status,
      400,
    )
    await ask('PATCH', `${MAPS}/a`, { body: { metadata: { labels: { later: 'yes' } } } })
    const field = await ask('GET', `${MAPS}/a/why?field=.data.x`)
    equal(field.body.chain[0]?.version?.fields?.[0]?.to, '3')
  })
}
