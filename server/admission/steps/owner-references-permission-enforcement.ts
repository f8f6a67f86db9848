/**
 * Who says that an object belongs to another must be allowed to delete the object; and who lets it hold up its owner's
 * deletion must be allowed to set finalizers on the owner. Off unless somebody lists it.
 * Source: kubernetes plugin/pkg/admission/gc.
 */
import { type OwnerReference, parseApiVersion } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { aboutResource } from '../../auth/authorization.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'

/** Where a kind lives; undefined when it is not served. */
export type FindResource = (
  cluster: string,
  group: string,
  version: string,
  kind: string,
) => (GroupResource & { readonly namespaced: boolean }) | undefined

/** The step, for a server that serves what `find` finds. */
export const ownerReferencesPermissionEnforcement = (find: FindResource): AdmissionStep => ({
  name: 'OwnerReferencesPermissionEnforcement',
  // The status of a pod is written by nodes, which send owner references that they have got wrong.
  handles: (verb, { group, resource }, subresource) =>
    (verb === 'create' || verb === 'update') && !(group === '' && resource === 'pods' && subresource === 'status'),
  validate: (request, context) => {
    if (request.verb !== 'create' && request.verb !== 'update') return undefined
    const owners = request.object.metadata.ownerReferences ?? []
    const before = request.verb === 'update' ? (request.old.metadata.ownerReferences ?? []) : []
    if (sameMeaning(owners, before)) return undefined
    if (request.verb === 'update') mustBeDeletable(request, context)
    const blocking = owners.filter(
      (owner) => blocks(owner) && !before.some((one) => one.uid === owner.uid && blocks(one)),
    )
    if (blocking.length > 0 && !mayFinalize(request, ANYTHING, context).allowed) {
      for (const owner of blocking) mustBeFinalizable(request, owner, find, context)
    }
    return undefined
  },
})

const blocks = ({ blockOwnerDeletion }: OwnerReference): boolean => blockOwnerDeletion === true

const ANYTHING = { group: '*', resource: '*', namespace: '', name: '*' }

function mustBeDeletable(request: AdmissionRequest, { authorizer }: AdmissionContext): void {
  const { resource, subresource, namespace, name, user } = request
  const asked = aboutResource({ verb: 'delete', ...resource, subresource, namespace, name })
  const { allowed, reason } = authorizer.authorize(user, asked)
  if (!allowed) throw refusal(request, `cannot set an ownerRef on a resource you can't delete: ${reason}, <nil>`)
}

function mustBeFinalizable(
  request: AdmissionRequest,
  { apiVersion, kind, name }: OwnerReference,
  find: FindResource,
  context: AdmissionContext,
): void {
  const { group = '', version = '' } = parseApiVersion(apiVersion) ?? {}
  const found = find(request.cluster, group, version, kind)
  if (!found) {
    const why = `no matches for kind "${kind}" in version "${apiVersion}"`
    throw refusal(
      request,
      `cannot set blockOwnerDeletion in this case because cannot find RESTMapping for APIVersion ${apiVersion} Kind ${kind}: ${why}`,
    )
  }
  const { resource, namespaced } = found
  const place = { group: found.group, resource, namespace: namespaced ? request.namespace : '', name }
  const { allowed, reason } = mayFinalize(request, place, context)
  if (!allowed) {
    throw refusal(
      request,
      `cannot set blockOwnerDeletion if an ownerReference refers to a resource you can't set finalizers on: ${reason}, <nil>`,
    )
  }
}

const mayFinalize = (
  { user }: AdmissionRequest,
  place: { readonly group: string; readonly resource: string; readonly namespace: string; readonly name: string },
  { authorizer }: AdmissionContext,
) => authorizer.authorize(user, aboutResource({ verb: 'update', subresource: 'finalizers', ...place }))
