/**
 * What one node may do: what has to do with it, and what every node needs. It never refuses: what it does not allow, a
 * role may. Source: kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go, with the features that are on in
 * v1.36 (AuthorizeNodeWithSelectors; PodCertificateRequest is off).
 */
import { goQuote } from '@muster/api/go-text.ts'
import { exactField, parseFields } from '@muster/api/selector/fields.ts'
import type { PolicyRule } from '@muster/api/types/rbac-v1.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Attributes, Authorizer, Verdict } from '../authorization.ts'
import { systemRules } from '../policy/system-roles.ts'
import { ruleAllows } from '../rbac/rule.ts'
import { isMaster, nodeIdentity, type User } from '../user.ts'
import type { NodeRelations, Related } from './relations.ts'

type Asked = Extract<Attributes, { about: 'resource' }>

/** Leases by which nodes say that they are alive are here. */
export const NODE_LEASES = 'kube-node-lease'

const ALLOWED: Verdict = { allowed: true, reason: '' }
const unless = (reason: string): Verdict => ({ allowed: false, reason })

/** An authorizer that asks about nodes first what they have to do with, and everybody else's authorizer after that. */
export function withNodes(relations: NodeRelations, others: Authorizer): Authorizer {
  return {
    authorize(user, attributes) {
      const node = isMaster(user) ? undefined : nodeIdentity(user)
      if (node === undefined) return others.authorize(user, attributes)
      const own = authorizeNode(relations, node, user, attributes)
      if (own.allowed) return own
      const other = others.authorize(user, attributes)
      if (other.allowed) return other
      return { allowed: false, reason: [own.reason, other.reason].filter((reason) => reason !== '').join('\n') }
    },
    rulesFor(user, namespace) {
      const held = others.rulesFor(user, namespace)
      if (nodeIdentity(user) === undefined) return held
      const { rules, error } = held
      return { rules, error: error === '' ? UNLISTED : `[${UNLISTED}, ${error}]`, incomplete: true }
    },
  }
}

const UNLISTED = 'node authorizer does not support user rule resolution'

function authorizeNode(relations: NodeRelations, node: string, user: User, asked: Attributes): Verdict {
  if (node === '') return unless(`unknown node for user ${goQuote(user.username)}`)
  const decide = asked.about === 'resource' ? SPECIAL[`${asked.group}/${asked.resource}`] : undefined
  if (decide && asked.about === 'resource') return decide(node, asked, relations)
  return nodeRules().some((rule) => ruleAllows(rule, asked)) ? ALLOWED : unless('')
}

let rules: readonly PolicyRule[] | undefined

/** What every node may do alike. */
function nodeRules(): readonly PolicyRule[] {
  rules ??= systemRules()['system:node'] ?? []
  return rules
}

type Decide = (node: string, asked: Asked, relations: NodeRelations) => Verdict

/** Resources of which a node gets only a part. */
const SPECIAL: Readonly<Record<string, Decide>> = {
  '/secrets': (node, asked, relations) => readNamespaced('secret', node, asked, relations),
  '/configmaps': (node, asked, relations) => readNamespaced('config map', node, asked, relations),
  '/persistentvolumeclaims': claims,
  '/persistentvolumes': (node, asked, relations) => getOne('volume', node, asked, relations),
  'resource.k8s.io/resourceclaims': (node, asked, relations) => getOne('resource claim', node, asked, relations),
  'storage.k8s.io/volumeattachments': (node, asked, relations) => getOne('volume attachment', node, asked, relations),
  '/serviceaccounts': serviceAccounts,
  'coordination.k8s.io/leases': leases,
  'storage.k8s.io/csinodes': csiNodes,
  'resource.k8s.io/resourceslices': slices,
  '/nodes': nodes,
  '/pods': pods,
  // Behind a feature that is off.
  'certificates.k8s.io/podcertificaterequests': () => unless(''),
}

function related(what: Related, node: string, { namespace, name }: Asked, relations: NodeRelations): Verdict {
  if (name === '') return unless('No Object name found')
  if (relations.isRelated(node, what, namespace, name)) return ALLOWED
  return unless(`no relationship found between node '${node}' and this object`)
}

function readNamespaced(what: Related, node: string, asked: Asked, relations: NodeRelations): Verdict {
  if (!READS.has(asked.verb)) return unless('can only read resources of this type')
  if (asked.subresource !== '') return unless('cannot read subresource')
  if (asked.namespace === '') return unless('can only read namespaced object of this type')
  return related(what, node, asked, relations)
}

const READS: ReadonlySet<string> = new Set(['get', 'list', 'watch'])

function getOne(what: Related, node: string, asked: Asked, relations: NodeRelations): Verdict {
  if (asked.verb !== 'get') return unless('can only get individual resources of this type')
  if (asked.subresource !== '') return unless('cannot get subresource')
  return related(what, node, asked, relations)
}

function claims(node: string, asked: Asked, relations: NodeRelations): Verdict {
  if (asked.subresource !== 'status') return getOne('claim', node, asked, relations)
  if (asked.verb !== 'update' && asked.verb !== 'patch') return unless('can only get/update/patch this type')
  return related('claim', node, asked, relations)
}

function serviceAccounts(node: string, asked: Asked, relations: NodeRelations): Verdict {
  const { verb, subresource, name } = asked
  if (verb === 'get' && subresource === '') return readNamespaced('service account', node, asked, relations)
  if (verb !== 'create' || name === '') return unless('can only create tokens for individual service accounts')
  if (subresource !== 'token') return unless('can only create token subresource of serviceaccount')
  return related('service account', node, asked, relations)
}

const KEEPS: ReadonlySet<string> = new Set(['get', 'create', 'update', 'patch', 'delete'])

/** What a new object is called is not known here; admission looks at that. */
const isAnothers = (node: string, { verb, name }: Asked): boolean => verb !== 'create' && name !== node

function leases(node: string, asked: Asked): Verdict {
  if (!KEEPS.has(asked.verb)) return unless('can only get, create, update, patch, or delete a node lease')
  if (asked.namespace !== NODE_LEASES) return unless(ONLY_NODE_LEASES)
  return isAnothers(node, asked) ? unless(ONLY_OWN_LEASE) : ALLOWED
}

/** Words that admission has too. */
export const ONLY_NODE_LEASES = `can only access leases in the ${goQuote(NODE_LEASES)} system namespace`
/** The same. */
export const ONLY_OWN_LEASE = 'can only access node lease with the same name as the requesting node'
/** The same. */
export const ONLY_OWN_CSI_NODE = 'can only access CSINode with the same name as the requesting node'

function csiNodes(node: string, asked: Asked): Verdict {
  if (!KEEPS.has(asked.verb)) return unless('can only get, create, update, patch, or delete a CSINode')
  if (asked.subresource !== '') return unless('cannot authorize CSINode subresources')
  return isAnothers(node, asked) ? unless(ONLY_OWN_CSI_NODE) : ALLOWED
}

function slices(node: string, asked: Asked, relations: NodeRelations): Verdict {
  if (asked.subresource !== '') return unless('cannot authorize ResourceSlice subresources')
  switch (asked.verb) {
    case 'create':
      return ALLOWED
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related('resource slice', node, asked, relations)
    case 'watch':
    case 'list':
    case 'deletecollection':
      if (selects(asked, 'spec.nodeName', node)) return ALLOWED
      return unless('can only list/watch/deletecollection resourceslices with nodeName field selector')
    default:
      return unless(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      )
  }
}

function nodes(node: string, { verb, subresource, name }: Asked): Verdict {
  if (subresource === 'status') return verb === 'update' || verb === 'patch' ? ALLOWED : unless('')
  if (subresource !== '') return unless('')
  if (verb === 'create' || verb === 'update' || verb === 'patch') return ALLOWED
  if (!READS.has(verb)) return unless('')
  if (name === node) return ALLOWED
  const which = name === '' ? 'all nodes' : `'${name}'`
  return unless(`node '${node}' cannot read ${which}, only its own Node object`)
}

function pods(node: string, asked: Asked, relations: NodeRelations): Verdict {
  const { verb, subresource, name } = asked
  switch (subresource) {
    case '':
      if (verb === 'create' || verb === 'delete') return ALLOWED
      if (verb === 'get') return related('pod', node, asked, relations)
      if (verb !== 'list' && verb !== 'watch') return unless('')
      if (selects(asked, 'spec.nodeName', node)) return ALLOWED
      if (name !== '') return related('pod', node, asked, relations)
      return unless('can only list/watch pods with spec.nodeName field selector')
    case 'status':
      return verb === 'update' || verb === 'patch' ? ALLOWED : unless('')
    case 'eviction':
      return verb === 'create' ? ALLOWED : unless('')
    default:
      return unless('')
  }
}

/** Whether only objects are asked for whose field has the value. A selector that cannot be read asks for everything. */
function selects({ fieldSelector = '' }: Asked, field: string, value: string): boolean {
  try {
    return exactField(parseFields(fieldSelector), field) === value
  } catch (error) {
    if (!isControlError(error)) throw error
    return false
  }
}
