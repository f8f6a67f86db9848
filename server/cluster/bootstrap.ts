/**
 * What a logical cluster holds from its first moment: its own namespaces, priority classes, and roles.
 *
 * One that has nothing yet gets it at once (`beginning.ts`). In others it is written through the API itself, so that every
 * rule holds for it too, and only where it is missing: an administrator may have changed it on purpose.
 */

import { causeHeaders } from '@muster/api/history/cause.ts'
import type { Kind } from '@muster/api/kind.ts'
import { type ApiResponse, type Handle, piecesOf } from '@muster/api/message.ts'
import { type KubeObject, parseApiVersion } from '@muster/api/object.ts'
import { errorOf, isStatus } from '@muster/api/status.ts'
import { TRANSACTION_GROUP, TRANSACTIONS } from '@muster/api/transaction/transaction.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { bootstrapObjects } from '../admission/bootstrap/objects.ts'
import { bootstrapPolicy, type PolicyObject, transactionPolicy } from '../auth/policy/bootstrap-policy.ts'
import { missingPolicy, type PolicyStep } from '../auth/policy/reconcile.ts'
import { BEGINS, type BeginningDeps, type BeginningFacts, beginCluster } from './beginning.ts'

/** Who writes it, where, and what it says of the cluster. */
export interface BootstrapDeps {
  readonly handle: Handle
  /** Of a member of system:masters. */
  readonly token: string
  readonly cluster: string
  readonly kinds: readonly Kind[]
  readonly facts: BeginningFacts
  /** Writes all at once into a cluster that has nothing yet. Absent: everything is written through the API. */
  readonly beginning?: Omit<BeginningDeps, 'serves'>
}

/** Writes what is missing. */
export async function bootstrap(deps: BootstrapDeps): Promise<void> {
  const ask = asker(deps)
  const begun = await begin(deps)
  const isBegun = new Set(begun?.map(keyOf))
  for (const object of bootstrapObjects(deps.facts)) {
    if (isBegun.has(keyOf(object))) continue
    const path = collectionOf(object, deps.kinds)
    // A server may serve fewer kinds than Kubernetes has.
    if (path === undefined) continue
    // Asked for first: a Service that is there is refused for its address, which it has itself, before its name.
    const isThere = await ask('GET', `${path}/${encodeURIComponent(object.metadata.name ?? '')}`).then(
      () => true,
      unlessMissing,
    )
    if (!isThere) await ask('POST', path, object).catch(unlessThere)
  }
  const steps = begun ? missingAtFirst(deps.kinds, begun) : missingPolicy(await policyIn(ask), policyFor(deps.kinds))
  for (const step of steps) {
    const path = pathOf(step.object)
    const named = `${path}/${encodeURIComponent(step.object.metadata.name ?? '')}`
    switch (step.do) {
      case 'create':
        await ask('POST', path, step.object).catch(unlessThere)
        break
      case 'update':
        await ask('PUT', named, step.object)
        break
      case 'replace':
        await ask('DELETE', named)
        await ask('POST', path, step.object)
        break
      default:
        step satisfies never
    }
  }
}

/** What it begins with; undefined when there is something already. */
async function begin({ beginning, cluster, kinds, facts }: BootstrapDeps): Promise<readonly KubeObject[] | undefined> {
  if (!beginning) return undefined
  const served = new Set(kinds.map(({ group, plural }) => `${group}/${plural}`))
  return beginCluster({ ...beginning, serves: (resource) => served.has(resource) }, cluster, facts)
}

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`

/** What is missing of the policy in a cluster that has just begun: the same in each, and so worked out once. */
function missingAtFirst(kinds: readonly Kind[], begun: readonly KubeObject[]): readonly PolicyStep[] {
  const steps = firstSteps.get(kinds) ?? missingPolicy(begun, policyFor(kinds))
  firstSteps.set(kinds, steps)
  return steps
}

/** Who knows no transactions needs no leave to ask for one. */
function policyFor(kinds: readonly Kind[]): readonly PolicyObject[] {
  const serves = kinds.some(({ group, plural }) => group === TRANSACTION_GROUP && plural === TRANSACTIONS)
  return serves ? [...bootstrapPolicy(), ...transactionPolicy()] : bootstrapPolicy()
}

const firstSteps = new WeakMap<readonly Kind[], readonly PolicyStep[]>()

async function policyIn(ask: ReturnType<typeof asker>): Promise<readonly KubeObject[]> {
  const existing: KubeObject[] = []
  for (const [kind, plural] of POLICY_KINDS) {
    const list = (await ask('GET', `${RBAC}/${plural}`)) as { items?: KubeObject[] }
    for (const item of list.items ?? []) existing.push({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind })
  }
  return existing
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const POLICY_KINDS = [
  ['ClusterRole', 'clusterroles'],
  ['ClusterRoleBinding', 'clusterrolebindings'],
  ['Role', 'roles'],
  ['RoleBinding', 'rolebindings'],
] as const

/** The path of the collection that an object belongs into; undefined when its kind is not served. */
function collectionOf({ apiVersion, kind, metadata }: KubeObject, kinds: readonly Kind[]): string | undefined {
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' }
  const found = kinds.find((one) => one.group === group && one.kind === kind)
  if (!found) return undefined
  const start = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const place = found.scope === 'Namespaced' ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
  return `${start}${place}/${found.plural}`
}

function pathOf({ kind, metadata }: KubeObject): string {
  const plural = POLICY_KINDS.find(([name]) => name === kind)?.[1] ?? ''
  return metadata.namespace ? `${RBAC}/namespaces/${metadata.namespace}/${plural}` : `${RBAC}/${plural}`
}

const unlessThere = (error: unknown): void => {
  if (!hasCode(error, 'AlreadyExists')) throw error
}

const unlessMissing = (error: unknown): false => {
  if (!hasCode(error, 'NotFound')) throw error
  return false
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const CAUSE = causeHeaders({ why: BEGINS })

/** Asks the API in the name of the installation. Throws the error that a failure stands for. */
function asker({ handle, token, cluster }: BootstrapDeps) {
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await handle({
      method,
      path: `/clusters/${cluster}${path}`,
      query: new URLSearchParams(),
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'kube-apiserver',
        ...(body === undefined ? {} : { 'content-type': 'application/json', ...CAUSE }),
      },
      body: body === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const value: unknown = JSON.parse(await textOf(response))
    if (response.status < 400) return value
    if (isStatus(value)) throw errorOf(value)
    throw new ControlError('Internal', `${method} ${path} was answered with ${response.status}`)
  }
}

async function textOf({ body }: ApiResponse): Promise<string> {
  if (body.body === 'bytes') return decoder.decode(body.bytes)
  const chunks: Uint8Array[] = []
  for await (const chunk of piecesOf(body)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
