/**
 * What belongs to one service and to no other: an address, a port of the nodes. Each is an object whose name it is, so
 * that two services cannot commit the same: whoever comes second finds the name taken.
 */
import type { KubeObject, ObjectMeta } from '@muster/api/object.ts'
import type { ObjectKey } from '../storage/key.ts'

/** An address is an IPAddress, which everybody may see; a port is an object of our own that nobody serves. */
export type Claim = { readonly claim: 'address' | 'port'; readonly name: string }

/** The name under which ports are kept. No group of Kubernetes or of a CustomResourceDefinition ends so. */
const PORTS = { group: 'services.muster.internal', resource: 'nodeports' }
const ADDRESSES = { group: 'networking.k8s.io', resource: 'ipaddresses' }

/** Where a claim is kept. */
export const claimKey = ({ claim, name }: Claim, cluster: string): ObjectKey => ({
  ...(claim === 'address' ? ADDRESSES : PORTS),
  cluster,
  namespace: '',
  name,
})

/** The object of a claim of a service. Source: kubernetes pkg/registry/core/service/ipallocator/ipallocator.go. */
export function claimObject({ claim, name }: Claim, owner: ObjectMeta, made: ObjectMeta): KubeObject {
  const parentRef = { resource: 'services', namespace: owner.namespace ?? '', name: owner.name ?? '' }
  const isAddress = claim === 'address'
  const family = name.includes(':') ? 'IPv6' : 'IPv4'
  return {
    apiVersion: isAddress ? 'networking.k8s.io/v1' : 'services.muster.internal/v1',
    kind: isAddress ? 'IPAddress' : 'NodePort',
    metadata: {
      name,
      ...made,
      ...(isAddress
        ? {
            labels: {
              'ipaddress.kubernetes.io/ip-family': family,
              'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
            },
          }
        : {}),
    },
    spec: { parentRef },
  }
}
