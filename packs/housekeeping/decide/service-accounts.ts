/**
 * What every namespace has: a service account for pods that name none, and the CA that their clients should believe.
 * Source: kubernetes pkg/controller/serviceaccount, pkg/controller/certificates/rootcacertpublisher.
 */
import type { ConfigMap, Namespace, ServiceAccount } from '@muster/api/types/core-v1.ts'

/** What is there already. */
export interface NamespaceFurniture {
  readonly namespace: Namespace
  readonly account: ServiceAccount | undefined
  readonly rootCa: ConfigMap | undefined
  /** PEM. */
  readonly ca: string
}

/** What to do. */
export type FurnitureStep =
  | { readonly do: 'create-account'; readonly account: ServiceAccount }
  | { readonly do: 'create-root-ca'; readonly rootCa: ConfigMap }
  | { readonly do: 'update-root-ca'; readonly rootCa: ConfigMap }

/** The service account of pods that name none. */
export const DEFAULT_ACCOUNT = 'default'
/** The ConfigMap that is mounted beside tokens. */
export const ROOT_CA = 'kube-root-ca.crt'
const CA_FILE = 'ca.crt'

/** Steps that furnish a namespace; none for one that is going. */
export function decideFurniture({ namespace, account, rootCa, ca }: NamespaceFurniture): FurnitureStep[] {
  if (namespace.metadata.deletionTimestamp) return []
  const inside = { namespace: namespace.metadata.name ?? '' }
  const steps: FurnitureStep[] = []
  if (!account) {
    const made: ServiceAccount = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...inside, name: DEFAULT_ACCOUNT },
    }
    steps.push({ do: 'create-account', account: made })
  }
  if (!rootCa) {
    const annotations = {
      'kubernetes.io/description':
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
    }
    const metadata = { ...inside, name: ROOT_CA, annotations }
    steps.push({
      do: 'create-root-ca',
      rootCa: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [CA_FILE]: ca } },
    })
  } else if (rootCa.data?.[CA_FILE] !== ca || Object.keys(rootCa.data).length !== 1) {
    steps.push({ do: 'update-root-ca', rootCa: { ...rootCa, data: { [CA_FILE]: ca } } })
  }
  return steps
}
