/** Empties namespaces that are to go, and lets them go once they are empty. */
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Namespace } from '@muster/api/types/core-v1.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Client, ListPage } from '@muster/client/client.ts'
import { namespacedResources } from '@muster/client/discovery.ts'
import { NAMESPACES } from '@muster/client/kubernetes.ts'
import { pathOf, type ResourceRef } from '@muster/client/resource-ref.ts'
import { type Controller, lookAgain, type Verdict, waitForChange } from '@muster/runtime/controller.ts'
import {
  decideNamespace,
  goesFirst,
  NAMESPACE_FINALIZER,
  type NamespaceContent,
  type Remaining,
} from '../decide/namespace.ts'

/** Enough to say what is left; nobody reads a longer list. */
const PAGE_SIZE = 500

/** Looks at namespaces; see {@link decideNamespace}. */
export const namespaceController: Controller = {
  name: 'namespace-controller',
  watches: NAMESPACES,
  only: { keep: 'names' },

  async reconcile(key, { client, clock }): Promise<Verdict> {
    const namespace = await client.resource(NAMESPACES).find(key)
    if (!namespace) return waitForChange
    const now = timestamp(clock.now())
    if (decideNamespace(namespace, undefined, now).length === 0) return waitForChange

    let verdict: Verdict = waitForChange
    const content = await deleteContent(client, namespace)
    for (const step of decideNamespace(namespace, content, now)) {
      switch (step.do) {
        case 'delete-content':
          break
        case 'write-conditions': {
          const status = { ...namespace.status, phase: 'Terminating', conditions: step.conditions }
          const written = await client.resource(NAMESPACES).updateStatus({ ...namespace, status })
          namespace.metadata = written.metadata
          break
        }
        case 'finalize':
          await finalize(client, namespace)
          break
        case 'look-again':
          verdict = lookAgain(step.after)
          break
        default:
          step satisfies never
      }
    }
    return verdict
  },
}

/** Deletes its pods, and all else once none of them is left; tells what is there afterwards. */
async function deleteContent(client: Client, namespace: Namespace): Promise<NamespaceContent> {
  const { resources, failure } = await namespacedResources(client, ['list', 'deletecollection'])
  const remaining: Remaining[] = []
  const failures: string[] = []
  for (const refs of [resources.filter(goesFirst), resources.filter((ref) => !goesFirst(ref))]) {
    if (remaining.length > 0 || failures.length > 0) break
    for (const ref of refs) {
      try {
        const left = await deleteAll(client, ref, namespace.metadata.name ?? '')
        if (left.length > 0) remaining.push(sumUp(ref, left))
      } catch (error) {
        if (!isControlError(error)) throw error
        if (error.code !== 'NotFound' && error.code !== 'MethodNotAllowed') failures.push(error.message)
      }
    }
  }
  return { namespace, remaining, failures, ...(failure ? { discoveryFailure: failure } : {}) }
}

async function deleteAll(client: Client, ref: ResourceRef, namespace: string): Promise<KubeObject[]> {
  const collection = client.resource(ref)
  const before: ListPage<KubeObject> = await collection.list({ namespace, limit: 1 })
  if (before.items.length === 0) return []
  await client.call({
    method: 'DELETE',
    path: pathOf(ref, namespace),
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background' },
  })
  return (await collection.list({ namespace, limit: PAGE_SIZE })).items
}

function sumUp({ group, plural }: ResourceRef, objects: readonly KubeObject[]): Remaining {
  const finalizers: Record<string, number> = {}
  for (const { metadata } of objects) {
    for (const finalizer of metadata.finalizers ?? []) finalizers[finalizer] = (finalizers[finalizer] ?? 0) + 1
  }
  return { resource: plural, group, count: objects.length, finalizers }
}

async function finalize(client: Client, namespace: Namespace): Promise<void> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((finalizer) => finalizer !== NAMESPACE_FINALIZER)
  await client.call({
    method: 'PUT',
    path: pathOf(NAMESPACES, '', namespace.metadata.name ?? '', 'finalize'),
    body: { ...namespace, apiVersion: 'v1', kind: 'Namespace', spec: { ...namespace.spec, finalizers } },
  })
}
