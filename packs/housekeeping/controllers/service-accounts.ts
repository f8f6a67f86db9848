/** Gives every namespace its default service account and the CA of its API server. */
import type { KubeObject } from '@muster/api/object.ts'
import type { Selection } from '@muster/client/informer.ts'
import { CONFIG_MAPS, NAMESPACES, SERVICE_ACCOUNTS } from '@muster/client/kubernetes.ts'
import { type Controller, keyOf, type Verdict, waitForChange } from '@muster/runtime/controller.ts'
import { DEFAULT_ACCOUNT, decideFurniture, ROOT_CA } from '../decide/service-accounts.ts'

/** What it needs beyond the API. */
export interface FurnitureDeps {
  /** The CA that signed the certificate of a logical cluster's API, PEM. */
  rootCaOf(cluster: string): string
}

const named = (name: string): Selection => ({ fieldSelector: `metadata.name=${name}`, keep: 'names' })
const namespaceKey = (object: KubeObject) => [
  { ...keyOf(object), namespace: '', name: object.metadata.namespace ?? '' },
]

/** Looks at namespaces; see {@link decideFurniture}. */
export const serviceAccountController: Controller<FurnitureDeps> = {
  name: 'service-account-controller',
  watches: NAMESPACES,
  only: { keep: 'names' },
  alsoWatches: [
    { resource: SERVICE_ACCOUNTS, only: named(DEFAULT_ACCOUNT), keysOf: namespaceKey },
    { resource: CONFIG_MAPS, only: named(ROOT_CA), keysOf: namespaceKey },
  ],

  async reconcile(key, { client, rootCaOf }): Promise<Verdict> {
    const namespace = await client.resource(NAMESPACES).find(key)
    if (!namespace) return waitForChange
    const inside = { namespace: key.name }
    const account = await client.resource(SERVICE_ACCOUNTS).find({ ...inside, name: DEFAULT_ACCOUNT })
    const rootCa = await client.resource(CONFIG_MAPS).find({ ...inside, name: ROOT_CA })

    for (const step of decideFurniture({ namespace, account, rootCa, ca: rootCaOf(key.cluster) })) {
      switch (step.do) {
        case 'create-account':
          await client.resource(SERVICE_ACCOUNTS).create(step.account)
          break
        case 'create-root-ca':
          await client.resource(CONFIG_MAPS).create(step.rootCa)
          break
        case 'update-root-ca':
          await client.resource(CONFIG_MAPS).update(step.rootCa)
          break
        default:
          step satisfies never
      }
    }
    return waitForChange
  },
}
