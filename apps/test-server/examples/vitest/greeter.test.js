import { startTestServer } from '@muster/test-server'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { reconcile } from './greeter.js'

const greeting = { apiVersion: 'example.com/v1', kind: 'Greeting', metadata: { name: 'hello' }, spec: { word: 'hi' } }
const at = { namespace: 'default', name: 'hello' }

describe('greeter', () => {
  /** One server is prepared for all tests, and each has a copy of its own. */
  let prepared
  let cluster
  beforeAll(async () => {
    prepared = await startTestServer({ crds: [new URL('./greetings.yaml', import.meta.url)] })
  })
  afterAll(() => prepared.close())
  beforeEach(async () => {
    cluster = await prepared.fork()
    return () => cluster.close()
  })

  test('a greeting gets its config map, which goes when the greeting goes', async () => {
    const [{ metadata }] = await cluster.apply(greeting)
    await reconcile(cluster.client, { ...at, word: 'hi', uid: metadata.uid })
    expect(await cluster.resource('configmaps').get(at)).toMatchObject({ data: { word: 'hi' } })

    await cluster.resource('greetings.example.com').delete(at)
    await cluster.settled()
    expect(await cluster.resource('configmaps').find(at)).toBeUndefined()
  })

  test('what one test writes, another does not see', async () => {
    expect(await cluster.resource('greetings.example.com').find(at)).toBeUndefined()
  })

  test('a write that is refused once succeeds the next time', async () => {
    cluster.faults.refuse({ method: 'PATCH', path: '/configmaps' }, { status: 429, retryAfter: 1 })
    const asked = { ...at, word: 'hi', uid: 'none' }
    await expect(reconcile(cluster.client, asked)).rejects.toThrow()
    await reconcile(cluster.client, asked)
  })

  test('a greeting without a word is refused by its schema', async () => {
    await expect(cluster.apply({ ...greeting, spec: {} })).rejects.toThrow(/spec.word: Required value/)
  })
})
