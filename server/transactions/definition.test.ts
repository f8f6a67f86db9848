/** A definition that changes just before a commit: all is decided anew by the one of now, and told of once. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { readPolicy } from '../audit/policy.ts'
import { hookedStore } from '../elections/testing/hooked-store.ts'
import { openAsk } from '../testing/ask.ts'
import { DEFINITIONS, kettles, kettlesAreServed } from '../testing/kettles.ts'

/** Of kettles that hold at most so many litres. */
const kettlesOf = (litresMax: number) => {
  const litres = { type: 'integer', maximum: litresMax }
  return kettles({ schema: { openAPIV3Schema: { type: 'object', properties: { litres } } } })
}

async function open(t: TestContext) {
  const lines: string[] = []
  const hooked = hookedStore(await openMemoryStore({ clock: systemClock, random: seededRandom(1) }))
  const policy = readPolicy({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] })
  const put = (line: string): undefined => {
    lines.push(line)
  }
  const { api, ask } = await openAsk({
    clock: systemClock,
    store: hooked.store,
    kinds: [...BUILT_IN_KINDS, TransactionKind],
    audit: () => ({ policy, sinks: [{ mode: 'batch', put, close: async () => {} }] }),
  })
  t.after(() => api.close())
  equal((await ask('POST', DEFINITIONS, kettlesOf(3))).status, 201)
  await kettlesAreServed(ask, systemClock)
  return {
    ask,
    /** Writes a kettle of three litres in a transaction, before whose commit the definition becomes another. */
    async write(litresMax: number) {
      let hasChanged = false
      hooked.beforeNextCommit(async () => {
        const spec = { versions: kettlesOf(litresMax).spec.versions }
        const changed = await ask('PATCH', `${DEFINITIONS}/kettles.tea.test`, { spec }, 'application/merge-patch+json')
        equal(changed.status, 200, changed.body.message)
        hasChanged = true
      })
      lines.length = 0
      const metadata = { name: 'one', namespace: 'default' }
      const object = { apiVersion: 'tea.test/v1', kind: 'Kettle', metadata, litres: 3 }
      const answer = await ask('POST', '/apis/muster.dev/v1/transactions', {
        apiVersion: 'muster.dev/v1',
        kind: 'Transaction',
        spec: { operations: [{ verb: 'create', object }] },
      })
      ok(hasChanged)
      const told = lines
        .map((line) => JSON.parse(line))
        .filter(({ objectRef }) => objectRef.resource === 'kettles')
        .map(({ stage, responseStatus, annotations }) => [
          stage,
          responseStatus?.code,
          annotations?.['transactions.muster.dev/id'],
        ])
      return { ...answer, told }
    },
  }
}

test('what the definition of now allows is written, and the audit log hears of it once', async (t) => {
  const { write, ask } = await open(t)
  const { status, body, told } = await write(9)
  equal(status, 201, body.message)
  deepEqual(told, [
    ['RequestReceived', undefined, undefined],
    ['ResponseComplete', 200, body.status.id],
  ])
  equal((await ask('GET', '/apis/tea.test/v1/namespaces/default/kettles/one')).status, 200)
})

test('what the definition of now forbids is refused, and the audit log hears of it once', async (t) => {
  const { write, ask } = await open(t)
  const { status, body, told } = await write(2)
  equal(status, 422, body.message)
  match(body.message, /litres in body should be less than or equal to 2/)
  deepEqual(
    told.map(([stage, code]) => [stage, code]),
    [
      ['RequestReceived', undefined],
      ['ResponseComplete', 422],
    ],
  )
  equal((await ask('GET', '/apis/tea.test/v1/namespaces/default/kettles/one')).status, 404)
})
