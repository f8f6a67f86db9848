/** The JavaScript client of Kubernetes against a test server on a port. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { startTestServer } from './start.ts'

test('client-node reads and writes by the kubeconfig, as its user, at any virtual time', async () => {
  await using cluster = await startTestServer({ listen: true, time: 'virtual' })
  const apiOf = (kubeconfig: string) => {
    const config = new KubeConfig()
    config.loadFromString(kubeconfig)
    return config.makeApiClient(CoreV1Api)
  }
  const api = apiOf(cluster.kubeconfig)
  await api.createNamespace({ body: { metadata: { name: 'shop' } } })
  await cluster.settled()
  const accounts = await api.listNamespacedServiceAccount({ namespace: 'shop' })
  deepEqual(
    accounts.items.map(({ metadata }) => metadata?.name),
    ['default'],
  )
  const alice = apiOf(cluster.users.as('alice').kubeconfig)
  const code = await alice.listNamespace().then(
    () => 200,
    (error: { code: number }) => error.code,
  )
  equal(code, 403)
})
