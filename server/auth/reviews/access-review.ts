/**
 * May somebody do something? SubjectAccessReview asks about anybody, SelfSubjectAccessReview about oneself,
 * LocalSubjectAccessReview about anybody within one namespace.
 * Source: kubernetes pkg/registry/authorization, pkg/apis/authorization/validation.
 */
import { type FieldError, invalid as invalidField } from '@muster/api/field-error.ts'
import type { KubeObject, ObjectMeta } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { badRequest, invalid } from '@muster/api/status.ts'
import type {
  LocalSubjectAccessReview,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  SubjectAccessReviewSpec,
  SubjectAccessReviewStatus,
} from '@muster/api/types/authorization-v1.ts'
import { type Attributes, type Authorizer, aboutResource } from '../authorization.ts'
import { isKind } from '../reads.ts'
import type { User } from '../user.ts'
import { fieldSelectorOf, sayUnreadSelectors, validateSelectors } from './selectors.ts'

const GROUP = 'authorization.k8s.io'
/** Whether an object, decoded by its schema, is a SubjectAccessReview. */
export const isSubjectAccessReview = isKind<SubjectAccessReview>(`${GROUP}/v1`, 'SubjectAccessReview')
/** Whether an object, decoded by its schema, is a SelfSubjectAccessReview. */
export const isSelfSubjectAccessReview = isKind<SelfSubjectAccessReview>(`${GROUP}/v1`, 'SelfSubjectAccessReview')
/** Whether an object, decoded by its schema, is a LocalSubjectAccessReview. */
export const isLocalSubjectAccessReview = isKind<LocalSubjectAccessReview>(`${GROUP}/v1`, 'LocalSubjectAccessReview')

/** The review with its answer. Throws Invalid. */
export function reviewAccess(review: SubjectAccessReview, authorizer: Authorizer): SubjectAccessReview {
  const spec = review.spec ?? {}
  refuseIf([...validateSpec(spec), ...validateSubject(spec), ...validateMetadata(review)])
  return { ...review, status: answer(spec, subjectOf(spec), authorizer) }
}

/** The review with its answer, about the one who asks. Throws Invalid. */
export function reviewOwnAccess(
  review: SelfSubjectAccessReview,
  user: User,
  authorizer: Authorizer,
): SelfSubjectAccessReview {
  const spec = review.spec ?? {}
  refuseIf([...validateSpec(spec), ...validateMetadata(review)])
  return { ...review, status: answer(spec, user, authorizer) }
}

/** The review with its answer. `namespace` is that of the path. Throws Invalid, and BadRequest when the two differ. */
export function reviewLocalAccess(
  review: LocalSubjectAccessReview,
  namespace: string,
  authorizer: Authorizer,
): LocalSubjectAccessReview {
  const { metadata, spec = {} } = review
  const { resourceAttributes, nonResourceAttributes } = spec
  const own = metadata.namespace ?? ''
  const errors = [
    ...validateSpec(spec),
    ...validateSubject(spec),
    ...validateMetadata(review, ' except for namespace', 'namespace'),
  ]
  if (resourceAttributes && (resourceAttributes.namespace ?? '') !== own) {
    const asked = resourceAttributes.namespace ?? ''
    errors.push(invalidField('spec.resourceAttributes.namespace', asked, 'must match metadata.namespace'))
  }
  if (nonResourceAttributes) {
    errors.push(
      invalidField('spec.nonResourceAttributes', sayPath(nonResourceAttributes), 'disallowed on this kind of request'),
    )
  }
  refuseIf(errors)
  if (namespace !== own) throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`)
  return { ...review, status: answer(spec, subjectOf(spec), authorizer) }
}

type Spec = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>

function answer(spec: Spec, user: User, authorizer: Authorizer): SubjectAccessReviewStatus {
  const { allowed, reason } = authorizer.authorize(user, attributesOf(spec))
  const evaluationError = spec.resourceAttributes ? sayUnreadSelectors(spec.resourceAttributes) : ''
  return { allowed, ...(reason !== '' && { reason }), ...(evaluationError !== '' && { evaluationError }) }
}

function attributesOf({ resourceAttributes, nonResourceAttributes }: Spec): Attributes {
  if (!resourceAttributes) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {}
    return { about: 'path', verb, path }
  }
  const { verb = '', group = '', resource = '', subresource = '', namespace = '', name = '' } = resourceAttributes
  const asked = {
    verb,
    group,
    resource,
    subresource,
    namespace,
    name,
    fieldSelector: fieldSelectorOf(resourceAttributes),
  }
  return aboutResource(asked)
}

const subjectOf = ({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): User => ({
  username: user,
  groups,
  ...(uid === undefined ? {} : { uid }),
  ...(extra && { extra }),
})

function validateSpec({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  const errors: FieldError[] = []
  if (resourceAttributes && nonResourceAttributes) {
    const why = 'cannot be specified in combination with resourceAttributes'
    errors.push(invalidField('spec.nonResourceAttributes', sayPath(nonResourceAttributes), why))
  }
  if (!resourceAttributes && !nonResourceAttributes) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    errors.push(invalidField('spec.resourceAttributes', null, why))
  }
  return resourceAttributes ? [...errors, ...validateSelectors(resourceAttributes, 'spec.resourceAttributes')] : errors
}

function validateSubject({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return []
  return [invalidField('spec.user', user, 'at least one of user or group must be specified')]
}

/** A review is no object that is kept: it has no metadata. */
function validateMetadata({ metadata }: KubeObject, but = '', allowed?: keyof ObjectMeta): FieldError[] {
  const rest = Object.entries(metadata).filter(([field]) => field !== 'managedFields' && field !== allowed)
  return sameMeaning(Object.fromEntries(rest), {}) ? [] : [invalidField('metadata', metadata, `must be empty${but}`)]
}

/** With the names that the fields have within Kubernetes, which its messages show. */
const sayPath = ({ path = '', verb = '' }: { readonly path?: string; readonly verb?: string }) => ({
  Path: path,
  Verb: verb,
})

/** Kubernetes has lost the kind by the time it complains. */
function refuseIf(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: GROUP, kind: '' }, '', errors)
}
