import { equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { startTestServer } from '@muster/test-server'
import { reconcile } from './greeter.js'

const crds = [new URL('./greetings.yaml', import.meta.url)]
const greeting = { apiVersion: 'example.com/v1', kind: 'Greeting', metadata: { name: 'hello' }, spec: { word: 'hi' } }
const at = { namespace: 'default', name: 'hello' }

test('a greeting gets its config map, which goes when the greeting goes', async () => {
  await using cluster = await startTestServer({ crds })
  const [{ metadata }] = await cluster.apply(greeting)
  await reconcile(cluster.client, { ...at, word: 'hi', uid: metadata.uid })
  equal((await cluster.resource('configmaps').get(at)).data.word, 'hi')

  await cluster.resource('greetings.example.com').delete(at)
  await cluster.settled()
  equal(await cluster.resource('configmaps').find(at), undefined)
})

test('a write that is refused once succeeds the next time', async () => {
  await using cluster = await startTestServer({ crds })
  cluster.faults.refuse({ method: 'PATCH', path: '/configmaps' }, { status: 429, retryAfter: 1 })
  const asked = { ...at, word: 'hi', uid: 'none' }
  await rejects(reconcile(cluster.client, asked))
  await reconcile(cluster.client, asked)
})

test('a greeting without a word is refused by its schema', async () => {
  await using cluster = await startTestServer({ crds })
  await rejects(cluster.apply({ ...greeting, spec: {} }), /spec.word: Required value/)
})
