/**
 * What a logical cluster holds from its first moment: its own namespaces, priority classes, and roles.
 *
 * It is written through the API itself, so that every rule holds for it too, and only where it is missing: an
 * administrator may have changed it on purpose.
 */
import type { ApiResponse, Handle } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { errorOf, isStatus } from '@muster/api/status.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { missingPolicy } from '../auth/policy/reconcile.ts'

/** Who writes it, and where. */
export interface BootstrapDeps {
  readonly handle: Handle
  /** Of a member of system:masters. */
  readonly token: string
  readonly cluster: string
}

/** Writes what is missing. */
export async function bootstrap(deps: BootstrapDeps): Promise<void> {
  const ask = asker(deps)
  for (const [path, object] of OWN_OBJECTS) await ask('POST', path, object).catch(unlessThere)
  const existing: KubeObject[] = []
  for (const [kind, plural] of POLICY_KINDS) {
    const list = (await ask('GET', `${RBAC}/${plural}`)) as { items?: KubeObject[] }
    for (const item of list.items ?? []) existing.push({ ...item, apiVersion: 'rbac.authorization.k8s.io/v1', kind })
  }
  for (const step of missingPolicy(existing)) {
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

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const POLICY_KINDS = [
  ['ClusterRole', 'clusterroles'],
  ['ClusterRoleBinding', 'clusterrolebindings'],
  ['Role', 'roles'],
  ['RoleBinding', 'rolebindings'],
] as const

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
const priority = (name: string, value: number, description: string) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
  description,
})

/** Source: kubernetes pkg/controlplane (system namespaces), pkg/apis/scheduling (system priority classes). */
const OWN_OBJECTS: readonly (readonly [path: string, object: object])[] = [
  ...['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(
    (name) => ['/api/v1/namespaces', namespace(name)] as const,
  ),
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    priority(
      'system-node-critical',
      2000001000,
      'Used for system critical pods that must not be moved from their current node.',
    ),
  ],
  [
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    priority(
      'system-cluster-critical',
      2000000000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
  ],
]

function pathOf({ kind, metadata }: KubeObject): string {
  const plural = POLICY_KINDS.find(([name]) => name === kind)?.[1] ?? ''
  return metadata.namespace ? `${RBAC}/namespaces/${metadata.namespace}/${plural}` : `${RBAC}/${plural}`
}

const unlessThere = (error: unknown): void => {
  if (!hasCode(error, 'AlreadyExists')) throw error
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Asks the API in the name of the installation. Throws the error that a failure stands for. */
function asker({ handle, token, cluster }: BootstrapDeps) {
  return async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await handle({
      method,
      path: `/clusters/${cluster}${path}`,
      query: new URLSearchParams(),
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'muster-bootstrap',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
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
  for await (const chunk of body.body === 'blocks' ? body.blocks : body.stream) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
