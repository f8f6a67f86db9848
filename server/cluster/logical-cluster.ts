/** One logical cluster: who its clients are, and what they may do. Nothing of it is known to any other. */

import { createPolicyIndex, type PolicyIndex } from '../admission/policies/index.ts'
import { createHookIndex, type HookIndex } from '../admission/webhooks/hooks.ts'
import type { Authentication } from '../auth/authentication.ts'
import type { Authorizer } from '../auth/authorization.ts'
import { createCertificateReader } from '../auth/client-certificate.ts'
import type { Identities } from '../auth/identities.ts'
import { withNodes } from '../auth/node/authorizer.ts'
import { createNodeRelations, type NodeRelationsIndex } from '../auth/node/relations.ts'
import { createRbacAuthorizer } from '../auth/rbac/authorizer.ts'
import { createRbacIndex, type RbacIndex } from '../auth/rbac/index.ts'
import type { ObjectReads } from '../auth/reads.ts'
import { createKeyring, type Keyring } from '../auth/tokens/keyring.ts'
import type { User } from '../auth/user.ts'
import { createLeaseGuardIndex, type LeaseGuardIndex } from '../elections/lease-guards.ts'

/** What the objects of a logical cluster say of what may be done in it, served or not. */
export interface ClusterRules {
  readonly rbac: RbacIndex
  readonly nodes: NodeRelationsIndex
  readonly hooks: HookIndex
  readonly policies: PolicyIndex
  readonly leaseGuards: LeaseGuardIndex
}

/** Nothing is said yet. */
export const createClusterRules = (): ClusterRules => ({
  rbac: createRbacIndex(),
  nodes: createNodeRelations(),
  hooks: createHookIndex(),
  policies: createPolicyIndex(),
  leaseGuards: createLeaseGuardIndex(),
})

/** A logical cluster that is served. */
export interface LogicalCluster extends ClusterRules {
  readonly name: string
  readonly authentication: Authentication
  readonly authorizer: Authorizer
  readonly keyring: Keyring
  /** The issuer of its tokens, as they name it. */
  readonly issuer: string
}

/** The issuer that service accounts' tokens name: inside a cluster, clients know the API by this name. */
const ISSUER = 'https://kubernetes.default.svc.cluster.local'

/** The issuer of the service accounts' tokens of a logical cluster. */
export const issuerOf = (cluster: string): string => (cluster === 'default' ? ISSUER : `${ISSUER}/clusters/${cluster}`)

/** Whom a logical cluster knows beside its own people, and what it tells nobody in particular. */
export type OutsideIdentity = Pick<Authentication, 'oidc' | 'anonymousPaths'>

/** A logical cluster with these identities. */
export function createLogicalCluster(
  identities: Identities,
  rules: ClusterRules,
  reads: ObjectReads,
  fixedTokens: ReadonlyMap<string, User> = new Map(),
  more: OutsideIdentity = {},
): LogicalCluster {
  const { cluster, authority, tokenKeys } = identities
  const keyring = createKeyring(tokenKeys)
  // Each has an issuer of its own, so that a token of one is no token to any other, whatever keys they have.
  const issuer = issuerOf(cluster)
  return {
    ...rules,
    name: cluster,
    keyring,
    issuer,
    authorizer: withNodes(rules.nodes, createRbacAuthorizer(rules.rbac)),
    authentication: {
      certificates: createCertificateReader([authority.certificate]),
      tokens: { issuer, audiences: [issuer], keyring, reads },
      fixedTokens,
      // Nobody in particular is told what he may not do, as others are. That he writes nothing is kept elsewhere.
      anonymousPaths: 'all',
      ...more,
    },
  }
}
