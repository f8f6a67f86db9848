/** From a certificate or a token to an answer: two logical clusters, each a stranger to the other's people. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { randomBytes, X509Certificate } from 'node:crypto'
import { before, test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { createClusterRules, createLogicalCluster, type LogicalCluster } from '../cluster/logical-cluster.ts'
import { authenticate, type Credentials } from './authentication.ts'
import { aboutResource } from './authorization.ts'
import { issueClientCertificate } from './certificates.ts'
import { type Identities, issueAdminCertificate, makeIdentities } from './identities.ts'
import { bootstrapPolicy } from './policy/bootstrap-policy.ts'
import { requestToken } from './tokens/token-request.ts'

const now = instant(Date.parse('2026-11-22T22:47:17Z'))
const making = { now, entropy: (count: number) => randomBytes(count) }
const BOT = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot', namespace: 'shop', uid: 'u' } }

interface Cluster {
  readonly identities: Identities
  readonly access: LogicalCluster
}
let clusters: readonly Cluster[] = []

before(async () => {
  const made = ['eu', 'us'].map(async (name) => {
    const identities = await makeIdentities(name, making)
    const reads = {
      get: async (_resource: unknown, _namespace: string, asked: string) => (asked === 'bot' ? BOT : undefined),
    }
    const access = createLogicalCluster(identities, createClusterRules(), reads)
    for (const object of bootstrapPolicy()) access.rbac.put(object)
    return { identities, access }
  })
  clusters = await Promise.all(made)
})

const both = (): readonly [Cluster, Cluster] => {
  const [eu, us] = clusters
  ok(eu && us)
  return [eu, us]
}

const come = (credentials: Partial<Credentials>, { access }: Cluster) =>
  authenticate(
    { path: '/api', authorization: undefined, clientCertificate: undefined, ...credentials },
    access.authentication,
    now,
  )

test('an administrator of one cluster may do everything there, and is nobody in the other', async () => {
  const [eu, us] = both()
  const { certificate } = await issueAdminCertificate(eu.identities, 'ada', making)
  const clientCertificate = new X509Certificate(certificate).raw
  const { user } = await come({ clientCertificate }, eu)
  deepEqual(user.groups, ['system:masters', 'system:authenticated'])
  const drop = aboutResource({ verb: 'delete', resource: 'namespaces', name: 'shop' })
  ok(eu.access.authorizer.authorize(user, drop).allowed)
  await rejects(come({ clientCertificate }, us), (error) => hasCode(error, 'Unauthorized'))
})

test('a user may do what his roles say', async () => {
  const [eu] = both()
  const { certificate } = await issueClientCertificate(eu.identities.authority, { username: 'eve', groups: [] }, making)
  const { user } = await come({ clientCertificate: new X509Certificate(certificate).raw }, eu)
  const may = (verb: string, resource: string, group = '') =>
    eu.access.authorizer.authorize(user, aboutResource({ verb, resource, group, namespace: 'shop' })).allowed
  equal(may('list', 'pods'), false)
  equal(may('create', 'selfsubjectaccessreviews', 'authorization.k8s.io'), true)
})

test('a token of one cluster opens nothing in the other', async () => {
  const [eu, us] = both()
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} } as const
  const making = { judge: eu.access.authentication.tokens, now, id: 'id' }
  const { request } = await requestToken(asked, { namespace: 'shop', name: 'bot' }, making)
  const authorization = `Bearer ${request.status?.token}`
  equal((await come({ authorization }, eu)).user.username, 'system:serviceaccount:shop:bot')
  await rejects(come({ authorization }, us), (error) => hasCode(error, 'Unauthorized'))
})
