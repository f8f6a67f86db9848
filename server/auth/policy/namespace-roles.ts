/**
 * What some parts of a cluster may do within one namespace.
 * Source: kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy, v1.36.1.
 */
import { on, READ, type Rules, recordEvents } from './notation.ts'

/** By namespace, then by the name of the role. */
export const namespaceRules = (): Readonly<Record<string, Rules>> => ({
  'kube-public': {
    'system:controller:bootstrap-signer': [
      on('core', 'configmaps', READ),
      on('core', 'configmaps', 'update', 'cluster-info'),
      recordEvents(),
    ],
  },
  'kube-system': {
    'extension-apiserver-authentication-reader': [on('core', 'configmaps', READ, 'extension-apiserver-authentication')],
    'system::leader-locking-kube-controller-manager': [
      on('coordination.k8s.io', 'leases', 'create get list update watch'),
      on('coordination.k8s.io', 'leasecandidates', 'create get list update watch'),
    ],
    'system::leader-locking-kube-scheduler': [
      on('coordination.k8s.io', 'leases', 'create get list update watch'),
      on('coordination.k8s.io', 'leasecandidates', 'create get list update watch'),
    ],
    'system:controller:bootstrap-signer': [on('core', 'secrets', READ)],
    'system:controller:cloud-provider': [on('core', 'configmaps', 'create get list watch')],
    'system:controller:token-cleaner': [on('core', 'secrets', 'delete get list watch'), recordEvents()],
  },
})
